"""PDF with a text layer: ruled tables as grids, the text around them as paragraphs."""

import io
import re
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median
from typing import Any

from helpers.intake.limits import MAX_PAGES, Budget
from helpers.intake.model import Block, Cell, Document, Grid, IntakeError, Picture, Text
from helpers.intake.words import clean

_SNAP = 3.0
"""Points within which two rules are one."""

_FEWEST_CHARS = 50
_WIDE = 150
"""Points from which on a picture may be one of a table."""

_INVISIBLE = re.compile(rb"(?<![\w.])3\s+Tr\b")
_PAGE_NUMBER = re.compile(r"[\s\-—–·]*(?:第\s*)?\d{1,3}(?:\s*/\s*\d{1,3})?\s*(?:页.*)?[\s\-—–·]*")
_BULLET = re.compile(r"[•·▪‣●]\s*")

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in points from the page's upper left corner."""


@dataclass(frozen=True)
class Line:
    """A line of text: where it stands and how large it is."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    page: int


def read(data: bytes) -> Document:
    """Read a PDF.

    Raises
    ------
    IntakeError
        It is encrypted, damaged, a scan, or has too many pages.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(io.BytesIO(data)) as file:
            return _document(file)
    except IntakeError:
        raise
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise IntakeError("PDF 加了密码，请去掉密码后再导入") from None
        raise IntakeError("PDF 已损坏，打不开；请重新下载") from None
    except (RecursionError, MemoryError):
        raise IntakeError("PDF 的结构过于复杂，没有打开") from None
    except Exception:  # pdfminer raises whatever a broken object makes it trip over
        raise IntakeError("PDF 已损坏，打不开；请重新下载") from None


def _document(file: Any) -> Document:
    if len(file.pages) > MAX_PAGES:
        raise IntakeError(f"PDF 有 {len(file.pages)} 页，超过 {MAX_PAGES} 页的上限，不像一份年度报告")
    budget = Budget()
    pieces: list[Grid | Line | Picture] = []
    chars = 0
    for page in file.pages:
        if any(_INVISIBLE.search(stream.get_data() or b"") for stream in page.page_obj.contents):
            raise IntakeError("PDF 是扫描件，文字是识别出来的，数字可能认错；请向原机关要电子版")
        own = page.dedupe_chars(tolerance=1)
        chars += len(own.chars)
        pieces.extend(_page(own, budget))
        page.close()
    if chars < _FEWEST_CHARS:
        raise IntakeError("PDF 是扫描件，没有文字层，读不出来；请向原机关要电子版，或者照着录入")
    title = file.metadata.get("Title")
    return Document(blocks=list(_blocks(pieces)), titles=[title] if isinstance(title, str) else [])


# One page -------------------------------------------------------------------------------------------------------------


def _page(page: Any, budget: Budget) -> Iterator[Grid | Line | Picture]:
    """Grids and lines of a page from top to bottom, without the page number."""
    chars = list(page.chars)
    budget.spend(blocks=len(chars) // 20)
    found: list[tuple[float, Grid | Line | Picture]] = []
    for table in page.find_tables():
        for top, grid, inside in _grids(table.cells, chars, budget):
            found.append((top, grid))
            chars = [char for char in chars if id(char) not in inside]
    lines = list(_lines(chars, page.page_number))
    edges = [min(lines, key=lambda line: line.top), max(lines, key=lambda line: line.top)] if lines else []
    found += [
        (line.top, line) for line in lines if line not in edges or not _PAGE_NUMBER.fullmatch(line.text)
    ]
    found += [(image["top"], Picture()) for image in page.images if image["width"] > _WIDE]
    yield from (piece for _, piece in sorted(found, key=lambda item: item[0]))


def _grids(
    boxes: Sequence[Box], chars: Sequence[Any], budget: Budget
) -> Iterator[tuple[float, Grid, set[int]]]:
    """Rows of at least two cells of one ruled area, as grids: their top, the grid, the ids of its characters.

    Rules also frame paragraphs; a row of one cell is left to the text.
    """
    across = _edges(x for box in boxes for x in (box[0], box[2]))
    down = _edges(y for box in boxes for y in (box[1], box[3]))
    budget.spend(cells=len(across) * len(down))
    owner: dict[tuple[int, int], int] = {}
    for number, (left, top, right, bottom) in enumerate(boxes):
        for row in range(_place(down, top), _place(down, bottom)):
            for column in range(_place(across, left), _place(across, right)):
                owner[row, column] = number
    columns = range(len(across) - 1)
    rows = [[owner.get((row, column)) for column in columns] for row in range(len(down) - 1)]
    held: dict[int, list[Any]] = {}
    for char in chars:
        row, column = bisect(down, _middle(char)) - 1, bisect(across, (char["x0"] + char["x1"]) / 2) - 1
        if (row, column) in owner:
            held.setdefault(owner[row, column], []).append(char)
    doubtful = _crossing(held, chars)
    cells = {number: _cell(held.get(number, []), number in doubtful) for number in range(len(boxes))}
    tabular = [len({number for number in row if number is not None}) > 1 for row in rows]
    for is_grid, run in groupby(range(len(rows)), key=lambda row: tabular[row]):
        listed = list(run)
        if is_grid:
            numbers = {number for row in listed for number in rows[row] if number is not None}
            inside = {id(char) for number in numbers for char in held.get(number, [])}
            grid = Grid(
                [[None if number is None else cells[number] for number in rows[row]] for row in listed]
            )
            yield down[listed[0]], grid, inside


def _edges(values: Iterable[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > _SNAP:
            edges.append(value)
    return edges


def _place(edges: Sequence[float], value: float) -> int:
    return min(range(len(edges)), key=lambda place: abs(edges[place] - value))


def _middle(char: Any) -> float:
    return float(char["top"] + char["bottom"]) / 2


def _crossing(held: dict[int, list[Any]], chars: Sequence[Any]) -> set[int]:
    """Cells that share a number with their neighbour: its digits stand across a rule."""
    owner = {id(char): number for number, inside in held.items() for char in inside}
    shared: set[int] = set()
    for line in _rows_of(char for char in chars if char["text"].strip()):
        for left, right in pairwise(line):
            pair = {owner.get(id(left)), owner.get(id(right))}
            is_number = all(re.fullmatch(r"[\d.,]", char["text"]) for char in (left, right))
            if is_number and len(pair) > 1 and right["x0"] - left["x1"] < 0.15 * right["size"]:
                shared |= {number for number in pair if number is not None}
    return shared


def _rows_of(chars: Iterable[Any]) -> list[list[Any]]:
    """Characters line by line, each line from left to right."""
    lines: list[list[Any]] = []
    for char in sorted(chars, key=_middle):
        if lines and abs(_middle(char) - median(map(_middle, lines[-1][-5:]))) < 0.5 * char["size"]:
            lines[-1].append(char)
        else:
            lines.append([char])
    return [sorted(line, key=lambda char: float(char["x0"])) for line in lines]


def _joined(line: Sequence[Any]) -> str:
    """Text of one line; a wide gap is a space."""
    text = "".join(
        char["text"] + (" " if after["x0"] - char["x1"] > 0.6 * char["size"] else "")
        for char, after in pairwise(line)
    )
    return clean(text + line[-1]["text"]) if line else ""


def _cell(chars: Sequence[Any], crossing: bool) -> Cell:
    rows = _rows_of(char for char in chars if char["text"].strip())
    digits = [char["size"] for char in chars if char["text"].isdigit()]
    doubt = ""
    if crossing:
        doubt = "数字压在格线上，分不清属于哪一格"
    elif digits and min(digits) < 0.8 * max(digits):
        doubt = "数字大小不一，可能带了角标"
    return Cell("\n".join(_joined(row) for row in rows), doubt)


def _lines(chars: Sequence[Any], page: int) -> Iterator[Line]:
    for row in _rows_of(chars):
        seen = [char for char in row if char["text"].strip()]
        if seen:
            first, last = row.index(seen[0]), len(row) - row[::-1].index(seen[-1])
            yield Line(
                text=_joined(row[first:last]),
                left=float(seen[0]["x0"]),
                right=float(seen[-1]["x1"]),
                top=min(float(char["top"]) for char in seen),
                bottom=max(float(char["bottom"]) for char in seen),
                size=median(float(char["size"]) for char in seen),
                page=page,
            )


# Lines to paragraphs --------------------------------------------------------------------------------------------------


def _blocks(pieces: Sequence[Grid | Line | Picture]) -> Iterator[Block]:
    lines = [piece for piece in pieces if isinstance(piece, Line)]
    long = [line for line in lines if len(line.text) > 15] or lines
    left = min((line.left for line in long), default=0.0)
    right = max((line.right for line in long), default=0.0)
    paragraph: list[Line] = []
    for piece in [*pieces, None]:
        ends = not isinstance(piece, Line) or (paragraph and _begins(piece, paragraph[-1], left, right))
        if paragraph and ends:
            yield _paragraph(paragraph)
            paragraph = []
        if isinstance(piece, Line):
            paragraph.append(piece)
        elif piece is not None:
            yield piece


def _begins(line: Line, before: Line, left: float, right: float) -> bool:
    """Tell whether a line begins a paragraph: indented, after a short line, in another size, or far below."""
    far = line.page == before.page and line.top - before.bottom > 1.5 * line.size
    return (
        line.left > left + 1.2 * line.size
        or before.right < right - 2.2 * before.size
        or abs(line.size - before.size) > 1
        or far
        or bool(_BULLET.match(line.text))
    )


def _paragraph(lines: Sequence[Line]) -> Text:
    text = lines[0].text
    for before, line in pairwise(lines):
        latin = re.search(r"[!-~]$", before.text) and re.match(r"[!-~]", line.text)
        text += (" " if latin else "") + line.text
    bullet = _BULLET.match(text)
    return Text(text[bullet.end() :], "- ") if bullet else Text(text)
