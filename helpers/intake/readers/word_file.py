"""Word files (DOCX): paragraphs and tables of the body, as they look with all changes accepted."""

import io
import re
from collections.abc import Iterator
from typing import Any

from helpers.intake.matching.model import Block, Cell, Document, Grid, IntakeError, Picture, Text, Unread
from helpers.intake.readers.limits import Budget, check_package

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_GONE = {
    f"{_W}{name}"
    for name in ("del", "moveFrom", "instrText", "delText", "pPr", "tblPr", "tcPr", "trPr", "rPr")
}
_LONGEST_CELL = 300
_WIDEST = 200
_CHINESE = "零一二三四五六七八九十"


def read(data: bytes) -> Document:
    """Read a DOCX.

    Raises
    ------
    IntakeError
        It is damaged, encrypted or too large.
    """
    check_package(data, "Word 文件")
    import docx

    try:
        file = docx.Document(io.BytesIO(data))
        reader = _Reader(file)
        document = Document(blocks=list(reader.blocks(file.element.body)))
        document.titles = [file.core_properties.title or ""]
        document.asides = list(_notes(file))
        document.source = "".join(
            [*_seen(file.element.body), *reader.numbers, *(note.text for note in document.asides)]
        )
    except IntakeError:
        raise
    except Exception:  # python-docx raises whatever a broken part makes it trip over
        raise IntakeError("Word 文件已损坏，打不开；请用 Word 或 WPS 另存一份再导入") from None
    return document


def _seen(root: Any) -> Iterator[str]:
    """Texts below an element that can be seen."""
    for node in root.iter(f"{_W}t", f"{_W}noBreakHyphen", f"{_W}sym"):
        above = list(node.iterancestors())
        gone = any(one.tag in _GONE or one.tag == _FALLBACK or _is_deleted(one) for one in above)
        hidden = any(_is_on(one, "vanish") for one in above if one.tag == f"{_W}r")
        if not gone and not hidden:
            yield {f"{_W}t": node.text or "", f"{_W}sym": "\ufffd"}.get(node.tag, "-")


def _is_deleted(element: Any) -> bool:
    return element.tag == f"{_W}tr" and element.find(f"{_W}trPr/{_W}del") is not None


def _notes(file: Any) -> Iterator[Unread]:
    """Footnotes and endnotes, which stand in parts of their own."""
    from lxml import etree

    for part in file.part.package.iter_parts():
        if not str(part.partname).endswith(("/footnotes.xml", "/endnotes.xml")):
            continue
        # The package was checked for entities before it was opened.
        for note in etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False)):
            text = "".join(_seen(note)).strip()
            if text:
                yield Unread("脚注", text, "是脚注，没有放进正文；要保留的请写进正文")


class _Reader:
    def __init__(self, file: Any) -> None:
        self.budget = Budget()
        self.styles = {
            style.get(f"{_W}styleId"): (style.find(f"{_W}name").get(f"{_W}val") or "").lower()
            for style in file.styles.element.iter(f"{_W}style")
            if style.find(f"{_W}name") is not None
        }
        self.numbering = _Numbering(file)
        self.numbers: list[str] = []

    def blocks(self, parent: Any) -> Iterator[Block]:
        """Blocks below an element in reading order; content controls and the like are looked through."""
        stack = list(reversed(parent))
        while stack:
            element = stack.pop()
            if element.tag == f"{_W}p":
                yield from self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                if _is_layout(element):
                    stack.extend(reversed([child for cell in element.iter(f"{_W}tc") for child in cell]))
                else:
                    yield self._grid(element)
            elif element.tag not in _GONE and element.tag != _FALLBACK:
                stack.extend(reversed(element))

    def _paragraph(self, paragraph: Any) -> Iterator[Text]:
        self.budget.spend(blocks=1)
        text, _ = _text(paragraph)
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        name = self.styles.get(style.get(f"{_W}val"), "") if style is not None else ""
        number, mark = self.numbering.of(paragraph)
        if not text.strip() and any(
            element.tag.endswith(("}drawing", "}imagedata")) for element in paragraph.iter()
        ):
            yield Picture()
        if text.strip():
            self.numbers.append(number)
            yield Text(number + text.strip(), "## " if re.match(r"heading [1-9]", name) else mark)

    def _grid(self, table: Any) -> Grid:
        rows: list[list[Cell | None]] = []
        for line in table.iter(f"{_W}tr"):
            if line.find(f"{_W}trPr/{_W}del") is not None:
                continue
            before = _number(line.find(f"{_W}trPr/{_W}gridBefore"))
            row: list[Cell | None] = [None] * min(before, _WIDEST)
            for cell in line.iter(f"{_W}tc"):
                span = min(_number(cell.find(f"{_W}tcPr/{_W}gridSpan")) or 1, _WIDEST)
                merge = cell.find(f"{_W}tcPr/{_W}vMerge")
                above = rows[-1][len(row)] if rows and len(row) < len(rows[-1]) else None
                continues = merge is not None and merge.get(f"{_W}val") in {None, "continue"}
                shown = above if continues and above else Cell(*_text(cell))
                row.extend([shown] * span)
                self.budget.spend(cells=span)
            rows.append(row)
        width = max(map(len, rows), default=0)
        self.budget.spend(cells=width * len(rows))
        return Grid([row + [None] * (width - len(row)) for row in rows])


def _is_layout(table: Any) -> bool:
    """Tell a table that lays out text from one of data: it holds tables or long paragraphs."""
    if table.find(f".//{_W}tbl") is not None:
        return True
    cells = list(table.iter(f"{_W}tc"))
    return len(cells) == 1 or any(len(_text(cell)[0]) > _LONGEST_CELL for cell in cells)


def _number(element: Any) -> int:
    value = element.get(f"{_W}val") or "" if element is not None else ""
    return int(value) if re.fullmatch(r"\d{1,4}", value) else 0


def _text(element: Any) -> tuple[str, str]:
    """Text of a paragraph or cell with all changes accepted, and why it may not be what the eye sees."""
    pieces: list[str] = []
    doubt = ""
    stack = list(reversed(element))
    while stack:
        node = stack.pop()
        if node.tag in _GONE or node.tag == _FALLBACK:
            continue
        if node.tag == f"{_W}p" and pieces:
            pieces.append("\n")
        if node.tag == f"{_W}r":
            if _is_on(node, "vanish"):
                continue
            if _is_marked(node) and "".join(node.itertext(f"{_W}t")).strip():
                doubt = "格子里有角标或划掉的字，分不清哪些是数字"
        match node.tag.removeprefix(_W):
            case "t":
                pieces.append(node.text or "")
            case "tab":
                pieces.append(" ")
            case "br" | "cr":
                pieces.append("\n")
            case "noBreakHyphen":
                pieces.append("-")
            case "sym":
                pieces.append("\ufffd")
            case _:
                stack.extend(reversed(node))
    return "".join(pieces), doubt


def _is_on(run: Any, name: str) -> bool:
    switch = run.find(f"{_W}rPr/{_W}{name}")
    return switch is not None and switch.get(f"{_W}val") not in {"0", "false", "off"}


def _is_marked(run: Any) -> bool:
    position = run.find(f"{_W}rPr/{_W}vertAlign")
    raised = position is not None and position.get(f"{_W}val") in {"superscript", "subscript"}
    return raised or _is_on(run, "strike") or _is_on(run, "dstrike")


class _Numbering:
    """Numbers that Word puts before paragraphs by itself."""

    def __init__(self, file: Any) -> None:
        self.levels: dict[tuple[str, str], tuple[str, str]] = {}
        self.counts: dict[tuple[str, str], int] = {}
        try:
            root = file.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        abstract = {
            definition.get(f"{_W}abstractNumId"): definition for definition in root.iter(f"{_W}abstractNum")
        }
        for number in root.iter(f"{_W}num"):
            link = number.find(f"{_W}abstractNumId")
            definition = abstract.get(link.get(f"{_W}val")) if link is not None else None
            for level in definition.iter(f"{_W}lvl") if definition is not None else ():
                kind, text = level.find(f"{_W}numFmt"), level.find(f"{_W}lvlText")
                self.levels[number.get(f"{_W}numId"), level.get(f"{_W}ilvl")] = (
                    kind.get(f"{_W}val") if kind is not None else "",
                    (text.get(f"{_W}val") or "") if text is not None else "",
                )

    def of(self, paragraph: Any) -> tuple[str, str]:
        """Return the printed number of a paragraph, and the Markdown mark of a list item."""
        link = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}numId")
        depth = paragraph.find(f"{_W}pPr/{_W}numPr/{_W}ilvl")
        if link is None:
            return "", ""
        key = (link.get(f"{_W}val"), depth.get(f"{_W}val") if depth is not None else "0")
        kind, text = self.levels.get(key, ("", ""))
        self.counts[key] = self.counts.get(key, 0) + 1
        if kind == "bullet":
            return "", "- "
        if kind == "decimal" and text in {f"%{int(key[1]) + 1}.", "%1."}:
            return "", "1. "
        if kind.startswith("chinese") or kind == "decimal":
            count = self.counts[key]
            shown = _chinese(count) if kind.startswith("chinese") else str(count)
            return re.sub(r"%\d", shown, text, count=1) if text.count("%") == 1 else "", ""
        return "", ""


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE[tens % 10]}十"
    return head + (_CHINESE[ones] if ones else "")
