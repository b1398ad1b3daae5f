"""A ``.qmd`` taken apart: its header, its cells and the prose between them, each with its line.

What stands in the source is judged here, what cells print when it is written as Markdown.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

from helpers.publish.qmd.errors import Place, PublishError
from helpers.publish.qmd.markup import fence, fence_end, judged_markdown
from helpers.publish.qmd.options import Options, as_list, parse_yaml
from helpers.publish.qmd.supported import check

__all__ = [
    "INLINE",
    "Cell",
    "Document",
    "Job",
    "Prose",
    "Task",
    "cell_name",
    "dated",
    "parse_parts",
    "read_document",
]

#: An inline expression, as Quarto finds it.
INLINE = re.compile(r"(^|[^`])`\{python\}[ \t]([^`]+)`", re.MULTILINE)

_CELL_INFO = re.compile(r"^\s*\{([A-Za-z][\w.-]*)((?:[ ,].*)?)\}\s*$")
_OPTION = re.compile(r"^#\|(.*)$")
_INCLUDE = re.compile(r"^\s*\{\{<\s*include\s+(.+?)\s*>\}\}\s*$")


@dataclass(frozen=True)
class Prose:
    """Markdown between two cells, shortcodes already replaced by what the filters know, and where its first line stands."""

    text: str
    place: Place


@dataclass(frozen=True)
class Cell:
    """A Python cell: its code without the option lines, where its fence stands, and where its first line of code."""

    source: str
    options: Options = field(repr=False)
    place: Place
    code: Place

    @property
    def label(self) -> str:
        """The label, or nothing."""
        return str(self.options.data.get("label") or "")


def cell_name(label: str) -> str:
    """Return how messages call a cell of a label."""
    return f"单元格 {label} " if label else "单元格"


@dataclass(frozen=True)
class Document:
    """A ``.qmd``: its lines, its YAML header and how many lines that takes; the files it includes, once it is taken apart."""

    path: Path
    lines: list[str] = field(repr=False)
    header: Options = field(repr=False)
    start: int
    included: dict[Path, list[str]] = field(default_factory=dict, repr=False)

    @property
    def folder(self) -> Path:
        """The folder where cells run and relative paths start."""
        return self.path.parent

    def find(self, pattern: str) -> Place | None:
        """Return the first line in which a regular expression is found, or None."""
        files = {self.path: self.lines, **self.included}.items()
        places = (
            Place(path, number)
            for path, lines in files
            for number, line in enumerate(lines, 1)
            if re.search(pattern, line)
        )
        return next(places, None)


@dataclass(frozen=True)
class Job:
    """What an engine is to make of a document.

    ``shared`` holds the options for all formats, ``wanted`` those of each that is asked for (``html``, ``pdf``, ``docx``);
    ``parameters`` are for the cell tagged so. It works in the folder ``work``, which it makes; ``progress`` is told each step.
    """

    document: Document
    shared: Options
    wanted: dict[str, Options]
    parameters: dict[str, Any]
    profile: str | None
    work: Path
    progress: Callable[[str], None]


def dated(date: Any) -> tuple[int | None, dict[str, str]]:
    """Return the moment that dates the files (the document's date, else what is set) and the tools' environment."""
    epoch = None
    if found := re.fullmatch(r"\s*(\d{4})[-/年](\d{1,2})[-/月](\d{1,2})日?.*", str(date or "")):
        with contextlib.suppress(ValueError):
            year, month, day = map(int, found.groups())
            epoch = int(datetime(year, month, day, tzinfo=UTC).timestamp())
    if epoch is not None:
        return epoch, {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(given) if given.isdigit() else None, dict(os.environ)


@dataclass(frozen=True)
class Task:
    """One format of a document to be made (``html``, ``typst``, ``docx``), with a folder to work in."""

    document: Document
    format: str
    options: Options
    profile: str | None
    work: Path

    @property
    def accessible(self) -> bool:
        """Whether it is to keep a standard of PDF/UA, which asks for words for every picture."""
        standards = as_list(self.options.data.get("pdf-standard"))
        return self.format == "typst" and any(str(item).startswith("ua-") for item in standards)


def read_document(path: Path) -> Document:
    """Read a ``.qmd``, UTF-8, as far as any engine needs it: its lines and its header.

    Raises PublishError for a file that cannot be read, or a header that is no YAML mapping.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise PublishError(f"找不到文件 {path.name}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise PublishError(f"读不了文件 {path.name}（应为 UTF-8 文本）：{error}") from None
    header, start = _header(lines, path)
    return Document(path, lines, header, start)


def parse_parts(document: Document) -> list[Prose | Cell]:
    """Take a document apart, in order, the parts of included files in their place.

    Raises PublishError, by name and line, for a fence without end, a file that cannot be included, or what the built-in engine does not
    support.
    """
    for number, line in enumerate(document.lines[: document.start], 1):
        if "`{python}" in line:
            raise PublishError(
                "文件头里不能用 `{python} …`：它在所有单元格之前求值；请由 output: asis 的单元格打印 YAML 块",
                Place(document.path, number),
            )
    return list(_parts(document, document.lines, document.start, (document.path,)))


def _header(lines: list[str], path: Path) -> tuple[Options, int]:
    if not lines or lines[0].rstrip() != "---":
        return Options(), 0
    end = next((n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "...")), None)
    if end is None:
        raise PublishError("文件头以 --- 开始，却没有结束的 ---", Place(path, 1))
    return parse_yaml("\n".join(lines[1:end]), path, 2), end + 1


def _parts(
    document: Document, lines: list[str], start: int, files: tuple[Path, ...]
) -> Iterator[Prose | Cell]:
    """Yield the parts of the last of ``files``, which the others include, one the next."""
    path = files[-1]

    def prose(until: int) -> Prose:
        first = Place(path, start + 1)
        text = judged_markdown(lines[start:until], first, source=True)
        return Prose(text, first)

    number = start
    while number < len(lines):
        place = Place(path, number + 1)
        if include := _INCLUDE.match(lines[number]):
            yield prose(number)
            yield from _included(document, include[1].strip("\"'"), place, files)
            start = number + 1
        elif opened := fence(lines[number]):
            end = fence_end(lines, number, opened[2])
            if end is None:
                raise PublishError(f"代码块 {lines[number].strip()} 没有结束的 {opened[2]}", place)
            if opened[2].startswith("`") and (info := _CELL_INFO.match(opened[3])):
                yield prose(number)
                yield _cell(lines[number + 1 : end], info, opened[1], place)
                start = end + 1
            number = end
        number += 1
    yield prose(len(lines))


def _included(document: Document, name: str, place: Place, files: tuple[Path, ...]) -> Iterator[Prose | Cell]:
    path = (document.folder if name.startswith("/") else files[-1].parent) / name.lstrip("/")
    if path in files:
        raise PublishError(f"{name} 包含了自己", place)
    try:
        other = read_document(path)
    except PublishError as error:
        raise PublishError(f"include 的文件用不了：{error}", place) from None
    if other.header.data:
        raise PublishError(f"include 的 {name} 有自己的文件头；选项请写在主文档的文件头", place)
    document.included[path] = other.lines
    yield from _parts(document, other.lines, other.start, (*files, path))


def _cell(lines: list[str], info: re.Match[str], indent: str, place: Place) -> Cell:
    if info[1] != "python":
        raise PublishError(f"只支持 {{python}} 单元格，此处是 {{{info[1]}}}", place)
    if info[2].strip(" ,"):
        raise PublishError(f"单元格的选项请写成“#| 名称: 值”，此处是 {{python{info[2]}}}", place)
    if indent:
        raise PublishError("单元格不能缩进", place)
    written = [*takewhile(_OPTION.match, lines)]
    blank = [*takewhile(lambda line: not line.strip(), lines[len(written) :])]
    first = len(written) + len(blank)
    text = "\n".join(line[2:] for line in written)
    options = parse_yaml(text, place.path, place.line + 1)
    check("cell", options)
    for name in ("fig-cap", "fig-alt", "tbl-cap"):
        if isinstance(options.data.get(name), (list, dict)):
            raise options.refuse("只支持一段文字（不支持子图、子表）", name)
    if options.data.get("output") not in (None, True, False, "asis"):
        raise options.refuse("只支持 true、false、asis", "output")
    return Cell("\n".join(lines[first:]), options, place, place.down(1 + first))
