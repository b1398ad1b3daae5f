"""An edited Word file read with everything an edit leaves in it: marks of ours, tracked changes, comments, looks of characters."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from helpers.files.reading import SourceError, read_bytes
from helpers.finishing.source_marks import PICTURE, PICTURES, PREFIX, Plan, plan_of
from helpers.finishing.word_xml import W
from helpers.intake.matching.model import IntakeError
from helpers.intake.readers.limits import MAX_BYTES, Budget, check_package
from helpers.merge.word_parts import edition_of, is_on, links, styles, text_beside, xml

_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MOST_CHARACTERS = 200_000

Kind = Literal["", "added", "removed"]


class MergeError(Exception):
    """A file that cannot be merged at all; the message says in Chinese why, and what to do."""


@dataclass(frozen=True)
class Letter:
    """A character: how it stands, the tracked change it belongs to (0: none), and the marks and comments around it.

    ``unsaid`` names the looks that Markdown cannot say.
    """

    text: str
    look: frozenset[str]
    change: int
    kind: Kind
    marks: tuple[str, ...]
    comments: tuple[str, ...]
    unsaid: tuple[str, ...] = ()


@dataclass
class Paragraph:
    """A paragraph; ``end`` is the tracked change of its end, where that was added or removed.

    ``marks`` are all that begin in it, also those that hold nothing any more.
    """

    letters: list[Letter] = field(default_factory=list)
    style: str = ""
    listed: bool = False
    end: tuple[int, Kind] = (0, "")
    marks: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


@dataclass
class Cell:
    """A cell of a table; merged cells stand once."""

    paragraphs: list[Paragraph]


@dataclass
class Table:
    """A table: its cells in reading order, and whether a row was added or removed as a tracked change."""

    cells: list[Cell]
    rows_changed: bool = False


@dataclass
class Change:
    """A tracked change: who made it and when (as the file says), what it takes away and what it adds."""

    number: int
    author: str
    date: str
    removed: str = ""
    added: str = ""


@dataclass
class WordText:
    """An edited file.

    Attributes
    ----------
    body
        Paragraphs and tables in reading order.
    plan
        What our own part says the file was made from; None where the part is lost.
    edition
        The edition by the file's properties; empty where that is lost.
    untaken
        Text that stands beside the running text, in boxes and notes, one Chinese line each.
    package
        The opened file, for what stands in other parts.
    """

    body: list[Paragraph | Table]
    changes: list[Change]
    plan: Plan | None
    edition: str
    untaken: list[str]
    package: zipfile.ZipFile

    @property
    def marked(self) -> bool:
        """Whether any mark of ours is left."""
        return any(one.marks for one in self.paragraphs())

    def paragraphs(self) -> Iterator[Paragraph]:
        """Every paragraph, those in tables too."""
        return _flat(self.body)


def read(path: Path) -> WordText:
    """Read an edited Word file, which comes from anybody.

    Raises
    ------
    MergeError
        It is no Word file, damaged, encrypted or too large.
    """
    try:
        data = read_bytes(path.absolute(), MAX_BYTES, within=path.absolute().parent)
        if not data.startswith(b"PK\x03\x04"):
            raise MergeError(f"{path} 不是 Word 文件（docx）；旧格式请在 Word 或 WPS 里另存为 docx")
        package = check_package(data, "Word 文件")
        names = package.namelist()
        if "word/document.xml" not in names:
            raise MergeError(f"{path} 不是 Word 文件（docx）")
        root = xml(package, "word/document.xml")
        if root is None or root.find(f"{W}body") is None:
            raise MergeError(f"{path} 已损坏，打不开；请用 Word 或 WPS 另存一份")
        plan = plan_of(package.read(name) for name in names if name.startswith("customXml/item"))
        reader = _Reader(package)
        body = list(reader.blocks(root.find(f"{W}body")))
    except SourceError as error:
        raise MergeError(f"{path} {error.message}") from None
    except IntakeError as error:
        raise MergeError(f"{path}：{error}") from None
    except RecursionError:
        raise MergeError(f"{path} 里的内容套得过深，不像年度报告，没有打开") from None
    return WordText(
        body, reader.changes, plan, edition_of(package), list(text_beside(root, package)), package
    )


_TRACKED: dict[str, Kind] = {"ins": "added", "moveTo": "added", "del": "removed", "moveFrom": "removed"}
_PASSED_OVER = {
    f"{W}{name}"
    for name in (
        "pPr",
        "rPr",
        "tblPr",
        "trPr",
        "tcPr",
        "sdtPr",
        "sdtEndPr",
        "instrText",
        "delInstrText",
        "sectPr",
    )
}
_UNSAID = {
    "u": "下划线",
    "strike": "删除线",
    "dstrike": "双删除线",
    "highlight": "突出显示",
    "vertAlign": "上标或下标",
    "color": "字的颜色",
}
_USUAL = {"none", "auto", "000000", "baseline", "0", "false"}


def _flat(blocks: Iterable[Paragraph | Table]) -> Iterator[Paragraph]:
    """Yield paragraphs, those in tables too."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for cell in block.cells:
                yield from cell.paragraphs


class _Reader:
    """Goes through the body once, in reading order."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.links = links(package)
        self.styles = styles(package)
        self.changes: list[Change] = []
        self.budget = Budget()
        self.left = _MOST_CHARACTERS
        self._marks: dict[str, str] = {}
        self._comments: list[str] = []
        self._moves: dict[str, int] = {}
        self._move = ""
        self._adjacent = self._moving = False
        self._change = 0

    def blocks(self, parent: Any) -> Iterator[Paragraph | Table]:
        """Yield the paragraphs and tables below an element; content controls and the like are looked through."""
        for child in parent:
            if child.tag == f"{W}p":
                yield self._paragraph(child)
            elif child.tag == f"{W}tbl":
                yield self._table(child)
            elif not self._ranged(child) and child.tag not in _PASSED_OVER | PICTURES:
                yield from self.blocks(child)

    def _table(self, table: Any) -> Table:
        found: list[Cell] = []
        changed = False
        for row in table.iter(f"{W}tr"):
            if next(row.iterancestors(f"{W}tbl")) is not table:
                continue
            changed |= any(row.find(f"{W}trPr/{W}{name}") is not None for name in ("ins", "del"))
            for cell in row.iter(f"{W}tc"):
                if next(cell.iterancestors(f"{W}tr")) is row:
                    self.budget.spend(cells=1)
                    merge = cell.find(f"{W}tcPr/{W}vMerge")
                    paragraphs = list(_flat(self.blocks(cell)))
                    if merge is None or merge.get(f"{W}val", "continue") == "restart":
                        found.append(Cell(paragraphs))
        return Table(found, changed)

    def _ranged(self, element: Any, paragraph: Paragraph | None = None) -> bool:
        """Note where a mark, a comment or a move begins or ends; return whether the element is such a place."""
        name, number = element.tag.removeprefix(W), element.get(f"{W}id", "")
        match name:
            case "bookmarkStart":
                mark = element.get(f"{W}name", "")
                if mark.startswith(PREFIX):
                    self._marks[number] = mark.removeprefix(PREFIX)
                    if paragraph is not None:
                        paragraph.marks.append(self._marks[number])
            case "bookmarkEnd":
                self._marks.pop(number, None)
            case "commentRangeStart":
                self._comments.append(number)
            case "commentRangeEnd":
                self._comments = [one for one in self._comments if one != number]
            case "moveFromRangeStart" | "moveToRangeStart":
                self._move = element.get(f"{W}name", "")
            case "moveFromRangeEnd" | "moveToRangeEnd":
                self._move = ""
            case _:
                return False
        return True

    def _paragraph(self, element: Any) -> Paragraph:
        self.budget.spend(blocks=1)
        properties = element.find(f"{W}pPr")
        style = None if properties is None else properties.find(f"{W}pStyle")
        numbered = None if properties is None else properties.find(f"{W}numPr/{W}numId")
        paragraph = Paragraph(
            style=self.styles.get(style.get(f"{W}val", ""), ("", False))[0] if style is not None else "",
            listed=numbered is not None and numbered.get(f"{W}val") != "0",
            marks=list(self._marks.values()),
        )
        self._inline(element, paragraph, frozenset(), 0, "")
        for name, kind in _TRACKED.items():
            ended = element.find(f"{W}pPr/{W}rPr/{W}{name}")
            if ended is not None:
                paragraph.end = (self._number(ended), kind)
                break
        else:
            self._adjacent = False
        return paragraph

    def _inline(
        self, parent: Any, paragraph: Paragraph, look: frozenset[str], change: int, kind: Kind
    ) -> None:
        for child in parent:
            name = child.tag.removeprefix(W) if isinstance(child.tag, str) else ""
            if child.tag in _PASSED_OVER or self._ranged(child, paragraph):
                continue
            if name in _TRACKED:
                self._inline(child, paragraph, look, self._number(child), _TRACKED[name])
            elif name == "hyperlink":
                target = self.links.get(child.get(f"{_R}id", ""), "")
                linked = look | {f"link:{target}"} if target else look
                self._inline(child, paragraph, linked, change, kind)
            elif name == "r":
                self._run(child, paragraph, look, change, kind)
            elif name == "p" or child.tag in PICTURES:
                continue  # of a text box
            else:
                self._inline(child, paragraph, look, change, kind)

    def _number(self, element: Any) -> int:
        """Return the number of a tracked change: what one person did at one place and moment is one, and so is a move."""
        author, date = element.get(f"{W}author", ""), element.get(f"{W}date", "")[:16].replace("T", " ")
        moving = "move" in element.tag
        moved = self._move if moving else ""
        beside = self._change if self._adjacent and moving == self._moving else 0
        number = self._moves.get(moved, 0) if moved else beside
        if number:
            known = self.changes[number - 1]
            number = number if (known.author, known.date) == (author, date) else 0
        if not number:
            number = len(self.changes) + 1
            self.changes.append(Change(number, author, date))
        if moved:
            self._moves[moved] = number
        self._change, self._adjacent, self._moving = number, True, moving
        return number

    def _run(self, run: Any, paragraph: Paragraph, look: frozenset[str], change: int, kind: Kind) -> None:
        properties = run.find(f"{W}rPr")
        if is_on(properties, "vanish"):
            return
        own, unsaid = self._look(properties, look)
        around = tuple(self._marks.values()), tuple(self._comments)
        for child in run:
            if child.tag == f"{W}commentReference":
                paragraph.comments.append(child.get(f"{W}id", ""))
            for char in _shown(child):
                self._letter(Letter(char, own, change, kind, *around, tuple(unsaid)), paragraph)

    def _letter(self, letter: Letter, paragraph: Paragraph) -> None:
        self.left -= 1
        if self.left < 0:
            raise MergeError(f"文件里的字太多（超过 {_MOST_CHARACTERS} 个），不像年度报告，没有合并")
        paragraph.letters.append(letter)
        if not letter.change:
            self._adjacent = False
            return
        change = self.changes[letter.change - 1]
        if letter.kind == "added":
            change.added += letter.text
        else:
            change.removed += letter.text

    def _look(self, properties: Any, look: frozenset[str]) -> tuple[frozenset[str], list[str]]:
        """Return how a run stands, and what of it Markdown cannot say."""
        if properties is None:
            return look, []
        style = properties.find(f"{W}rStyle")
        name, bold = (
            self.styles.get(style.get(f"{W}val", ""), ("", False)) if style is not None else ("", False)
        )
        own = set(look)
        if name == "strong" or (bold and name != "emphasis") or is_on(properties, "b"):
            own.add("strong")
        if name == "emphasis" or is_on(properties, "i"):
            own.add("em")
        linked = any(one.startswith("link:") for one in look)
        unsaid = (
            []
            if linked
            else [
                said
                for tag, said in _UNSAID.items()
                if (found := properties.find(f"{W}{tag}")) is not None
                and found.get(f"{W}val", "true") not in _USUAL
            ]
        )
        return frozenset(own), unsaid


def _shown(element: Any) -> str:
    if element.tag in PICTURES:
        return PICTURE
    match str(element.tag).removeprefix(W):
        case "t" | "delText":
            return element.text or ""
        case "br" if element.get(f"{W}type") in {"page", "column"}:
            return ""
        case "br" | "cr":
            return "\n"
        case "tab":
            return "\t"
        case "noBreakHyphen":
            return "-"
        case "sym":
            return "\ufffd"
    return ""
