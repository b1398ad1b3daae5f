"""A report folder as bytes, with every folder the rules hold it against, and what it would be rendered from.

Workers share no disk with this process, so a parcel carries last year's report and those before it, the parent and the
children, in the places they have to one another.
"""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from helpers.checks.case import CHILDREN_FILE
from helpers.folders import beside, files
from helpers.form import FORM
from helpers.report import PROSE, SETTINGS_FILE
from helpers.sources import SourceError, read_text

LARGEST = 64_000_000
"""Bytes a parcel may have; a folder with its links has about a hundred thousand."""

_NAMES = (
    SETTINGS_FILE,
    CHILDREN_FILE,
    *(f"{table}.csv" for table in FORM.tables),
    *(f"{name}.md" for name in PROSE),
)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class ParcelError(Exception):
    """A folder that cannot be sent; the message says why, in Chinese."""


@dataclass(frozen=True)
class Parcel:
    """Files by their path below a common place, and the path of the report's own folder."""

    folder: str
    files: dict[str, bytes]

    def key(self, *made_with: str) -> str:
        """Digest of everything the outputs follow from: these files, and what they are made with."""
        digest = hashlib.sha256("\0".join((self.folder, *made_with)).encode())
        for name, data in sorted(self.files.items()):
            digest.update(f"\0{name}\0{len(data)}\0".encode())
            digest.update(data)
        return digest.hexdigest()


@dataclass(frozen=True)
class _Links:
    previous: Path | None = None
    parent: Path | None = None


class Packer:
    """Packs folders of one run; what a folder is linked to is read once."""

    def __init__(self) -> None:
        self._known: dict[Path, _Links] = {}
        self._children: dict[Path, dict[Path, list[Path]]] = {}

    def parent(self, folder: Path) -> Path | None:
        """Return the folder that a resolved folder names as its parent."""
        return self._links(folder).parent

    def pack(self, folder: Path) -> Parcel:
        """Read a resolved folder and all it is linked to.

        Raises
        ------
        ParcelError
            There is no such folder, a file of it cannot be read, or all together are too large.
        """
        if not folder.is_dir():
            raise ParcelError(f"找不到报告文件夹 {folder}，请核对路径")
        try:
            return self._read(folder)
        except OSError as error:
            name = Path(error.filename or folder).name
            raise ParcelError(f"{name} 无法打开（{error.strerror}），请检查权限") from None

    def _read(self, folder: Path) -> Parcel:
        # A picture must be in the folder; sent along, one that is only linked from elsewhere would look as if it were.
        own = [one for one in files(folder) if one.name in _NAMES or one.resolve().is_relative_to(folder)]
        linked = [one for one in dict.fromkeys(self._linked(folder)) if one != folder]
        place = Path(os.path.commonpath([folder.parent, *(one.parent for one in linked)]))
        packed: dict[str, bytes] = {}
        size = 0
        for path in (*own, *(one / name for one in linked for name in _NAMES)):
            if not path.is_file():
                continue
            size += path.stat().st_size
            if size > LARGEST:
                raise ParcelError(
                    f"文件夹连同上年、上下级超过 {LARGEST // 1_000_000} MB，请检查是否放错了文件：{path.name}"
                )
            packed[path.relative_to(place).as_posix()] = path.read_bytes()
        return Parcel(folder.relative_to(place).as_posix(), packed)

    def _linked(self, folder: Path) -> Iterator[Path]:
        links = self._links(folder)
        if links.parent:
            yield links.parent
        yield from self._below(folder)
        seen = {folder}
        previous = links.previous
        while previous and previous not in seen:
            yield previous
            seen.add(previous)
            previous = self._links(previous).previous

    def _below(self, folder: Path) -> Iterable[Path]:
        listed = folder / CHILDREN_FILE
        if listed.exists():
            folders = _mapping(listed).get("folders")
            return [
                path for one in (folders if isinstance(folders, list) else []) if (path := _link(folder, one))
            ]
        place = folder.parent
        if place not in self._children:
            children: dict[Path, list[Path]] = defaultdict(list)
            for child in beside(place):
                parent = self._links(child).parent
                if parent is not None:
                    children[parent].append(child.resolve())
            self._children[place] = dict(children)
        return self._children[place].get(folder, [])

    def _links(self, folder: Path) -> _Links:
        if folder not in self._known:
            settings = _mapping(folder / SETTINGS_FILE)
            self._known[folder] = _Links(
                _link(folder, settings.get("previous")), _link(folder, settings.get("parent"))
            )
        return self._known[folder]


def _mapping(path: Path) -> dict[str, Any]:
    """Read a YAML file only as far as links need it; whatever is wrong with it the rules will say."""
    try:
        value = yaml.load(read_text(path), Loader=_Loader)
    except (OSError, ValueError, RecursionError, SourceError, yaml.YAMLError):
        return {}
    return value if isinstance(value, dict) else {}


def _link(folder: Path, written: Any) -> Path | None:
    try:
        path = (folder / written).resolve() if isinstance(written, str) else None
        return path if path and (path / SETTINGS_FILE).is_file() else None
    except (OSError, ValueError):
        return None
