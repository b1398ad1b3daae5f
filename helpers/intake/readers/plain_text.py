"""Plain text: lines, or lines of cells between ``|`` or tabs."""

import re

from helpers.intake.matching.model import Block, Cell, Document, Grid, IntakeError, Text

_RULE = re.compile(r"[\s|:+\-=─━┼├┤│]+")
_PAGE = re.compile(r"\s*[-—–]{1,2}\s*\d{1,3}\s*[-—–]{1,2}\s*|\s*第\s*\d{1,3}\s*页.*")


def decode(data: bytes) -> str:
    """Text in UTF-8 or GB18030.

    Raises
    ------
    IntakeError
        It is in none of them.
    """
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.count("\0") <= len(text) // 1000:
            return text.replace("\0", "")
    raise IntakeError("不是能读的文本（编码不是 UTF-8 或 GB18030），请核对文件")


def read(data: bytes) -> Document:
    """Read text; neighbouring lines with ``|`` or tabs are one grid, whose columns need not line up."""
    blocks: list[Block] = []
    text = decode(data)
    furniture: list[str] = []
    rows: list[list[Cell | None]] = []
    for line in [*text.splitlines(), ""]:
        cells = _cells(line)
        if cells and not _RULE.fullmatch(line):
            rows.append([Cell(cell) for cell in cells])
            furniture.append("".join(re.findall(r"[|│]", line)))
            continue
        if cells or _PAGE.fullmatch(line):
            furniture.append(line)
            continue
        if rows:
            blocks.append(Grid(rows, aligned=False))
            rows = []
        if line.strip():
            block = _text(line)
            blocks.append(block)
            furniture.append(line.strip().removesuffix(block.text.strip()))
    return Document(blocks=blocks, source=text, furniture=furniture)


def _cells(line: str) -> list[str]:
    """Cells of a line, outer bars dropped; none in a line of prose."""
    if "|" in line:
        return re.sub(r"^\s*\||\|\s*$", "", line).split("|") if line.strip("| \t") else []
    if "│" in line:
        return line.strip(" │").split("│")
    return line.split("\t") if line.strip("\t").count("\t") else []


def _text(line: str) -> Text:
    heading = re.match(r"\s*#{1,6}\s+", line)
    return Text(line[heading.end() :] if heading else line.strip(), "## " if heading else "")
