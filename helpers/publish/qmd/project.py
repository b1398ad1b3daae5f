"""Where a document's options come from: project, profile, local settings, folders and header, in Quarto's order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.publish.qmd.errors import PublishError
from helpers.publish.qmd.options import FORMATS, Options, parse_yaml

__all__ = ["FILE_OPTIONS", "load_options", "project_folder"]

#: Options that name files; the value says whether pandoc wants a list.
FILE_OPTIONS = {
    "template": False,
    "reference-doc": False,
    "css": True,
    "include-in-header": True,
    "include-before-body": True,
    "include-after-body": True,
    "bibliography": True,
    "csl": False,
}
_NAMES_FILES = {*FILE_OPTIONS, "filters", "font-paths", "template-partials"}


def project_folder(folder: Path) -> Path:
    """Return the nearest folder from an absolute one upwards that is a project's, or the folder itself where none is."""
    above = (one for one in (folder, *folder.parents) if _one_of(one, "_quarto"))
    return next(above, folder)


def load_options(document: Path, header: Options, profile: str | None) -> tuple[Options, dict[str, Options]]:
    """Merge project, profile, local settings, folders and header, for all formats and for each of Quarto's names.

    ``_quarto.yml`` is looked for beside the document (absolute) and in the folders above, ``_metadata.yml`` from there down. Files are
    named from the document's folder, wherever they were named. Raises PublishError for broken YAML, or a profile that has no file or
    no proper name.
    """
    root = project_folder(document.parent)
    project = Options()
    for path in _project_files(root, profile):
        project = _read(path).over(project)
    levels = [(root, project)]
    for folder in reversed([document.parent, *document.parent.parents]):
        if folder.is_relative_to(root) and (metadata := _one_of(folder, "_metadata")):
            levels.append((folder, _read(metadata)))
    levels.append((document.parent, header))
    tidy = [_with_formats(_located(level, folder, root, document.parent)) for folder, level in levels]
    shared = Options()
    for level in tidy:
        shared = level.over(shared)
    return shared, {name: _for_format(tidy, name) for name in FORMATS.values()}


def _one_of(folder: Path, stem: str, ending: str = "") -> Path | None:
    files = (folder / f"{stem}.{suffix}{ending}" for suffix in ("yml", "yaml"))
    return next((path for path in files if path.is_file()), None)


def _project_files(root: Path, profile: str | None) -> Iterator[Path]:
    """Yield the files of a project, the weakest first."""
    if main := _one_of(root, "_quarto"):
        yield main
    if profile is not None:
        if not re.fullmatch(r"[\w-]+", profile):
            raise PublishError(f"方案的名字只能有字母、数字、横线和下划线，现为“{profile}”")
        chosen = _one_of(root, f"_quarto-{profile}")
        if chosen is None:
            raise PublishError(f"没有方案“{profile}”：找不到 _quarto-{profile}.yml")
        yield chosen
    if local := _one_of(root, "_quarto", ".local"):
        yield local


def _read(path: Path) -> Options:
    try:
        return parse_yaml(path.read_text(encoding="utf-8-sig"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise PublishError(f"读不了配置文件 {path.name}：{error}") from None


def _located(options: Options, folder: Path, root: Path, target: Path) -> Options:
    """Name files from another folder: they are named from their own, or with ``/`` from the project's."""

    def moved(value: Any) -> Any:
        if isinstance(value, list):
            return [moved(item) for item in value]
        if isinstance(value, dict) and "path" in value:
            return {**value, "path": moved(value["path"])}
        if not isinstance(value, str) or re.match(r"\w\w+:", value) or value == "quarto":
            return value
        base = root if value.startswith("/") else folder
        return (
            value if base == target and base is folder else os.path.relpath(base / value.lstrip("/"), target)
        )

    def walked(data: dict[str, Any]) -> dict[str, Any]:
        return {
            key: walked(value) if isinstance(value, dict) else moved(value) if key in _NAMES_FILES else value
            for key, value in data.items()
        }

    return Options(walked(options.data), options.places)


def _with_formats(options: Options) -> Options:
    """Write ``format: html`` and ``html: default`` as mappings."""
    formats = options.data.get("format")
    if isinstance(formats, str):
        formats = {formats: {}}
    if formats is None:
        return options.without("format")
    if not isinstance(formats, dict):
        raise options.refuse("请写成“格式: 选项”", "format")
    for name, value in formats.items():
        if not isinstance(value, dict) and value not in ("default", None):
            raise options.refuse(f"请写 default 或选项，现为 {value!r}", "format", str(name))
    tidy = {name: value if isinstance(value, dict) else {} for name, value in formats.items()}
    return Options({**options.data, "format": tidy}, options.places)


def _for_format(levels: list[Options], name: str) -> Options:
    merged = Options()
    for level in levels:
        own = level.child("format").child(name)
        merged = own.over(level.without("format")).over(merged)
    return merged
