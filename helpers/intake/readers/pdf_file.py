"""PDF with a text layer: ruled tables as grids, the text around them as paragraphs."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from helpers.intake.matching.model import Document, Grid, IntakeError, Picture
from helpers.intake.readers import ruled_tables, text_lines
from helpers.intake.readers.limits import MAX_PAGES, Budget
from helpers.intake.readers.ruled_tables import Ruled
from helpers.intake.readers.text_lines import Line

_FEWEST_CHARS = 50
_WIDE = 150
"""Points from which on a picture may be one of a table."""

_INVISIBLE = re.compile(rb"(?<![\w.])3\s+Tr\b")
_PAGE_NUMBER = re.compile(r"[\s\-—–·]*(?:第\s*)?\d{1,3}(?:\s*/\s*\d{1,3})?\s*(?:页.*)?[\s\-—–·]*")
_SAME_HEIGHT = 3
_SLANT = 3
"""How much longer than high the direction of level text is at least."""


Piece = Ruled | Line | Picture


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
    pages: list[list[Piece]] = []
    source: list[str] = []
    drawn: list[str] = []
    for page in file.pages:
        if any(_INVISIBLE.search(stream.get_data() or b"") for stream in page.page_obj.contents):
            raise IntakeError("PDF 是扫描件，文字是识别出来的，数字可能认错；请向原机关要电子版")
        own = _upright(file, page).dedupe_chars(tolerance=1)
        source += [char["text"] for char in own.chars]
        figures = _figures(page)
        drawn += [char["text"] for char in own.chars if char["mcid"] in figures]
        pages.append(list(_page(_without(own, figures), budget)))
        page.close()
    if len(source) < _FEWEST_CHARS:
        raise IntakeError("PDF 是扫描件，没有文字层，读不出来；请向原机关要电子版，或者照着录入")
    title = file.metadata.get("Title")
    furniture = _furniture(pages)
    dropped = {id(line) for line in furniture}
    pieces = [piece for own in pages for piece in own if id(piece) not in dropped]
    return Document(
        blocks=list(text_lines.blocks(list(_with_grids(pieces)))),
        titles=[title] if isinstance(title, str) else [],
        source="".join(source),
        furniture=[*(line.text for line in furniture), *text_lines.bullets(pieces), "".join(drawn)],
    )


# Pages ----------------------------------------------------------------------------------------------------------------


def _upright(file: Any, page: Any) -> Any:
    """Return the page turned so that most of its text stands upright: wide tables are often printed lying."""
    from pdfplumber.page import Page

    turns = Counter(_turn(char["matrix"]) for char in page.chars if char["text"].strip())
    turn = turns.most_common(1)[0][0] if turns else 0
    if not turn:
        return page
    rotation = (page.rotation + turn) % 360
    page.page_obj.rotate = rotation
    page.page_obj.attrs = {**page.page_obj.attrs, "Rotate": rotation}
    return Page(file, page.page_obj, page_number=page.page_number, initial_doctop=page.initial_doctop)


def _turn(matrix: Sequence[float]) -> int:
    """Degrees clockwise by which a page must be turned for a character to stand upright."""
    right, up = matrix[0], matrix[1]
    if abs(right) > _SLANT * abs(up):
        return 0 if right >= 0 else 180
    return 90 if up > 0 else 270


def _figures(page: Any) -> set[int]:
    """Return marks of what a tagged PDF calls a figure: the bars, words and numbers of a chart."""
    marks: set[int] = set()
    stack = [(element, False) for element in page.structure_tree]
    while stack:
        element, inside = stack.pop()
        inside = inside or element.get("type") == "Figure"
        marks.update(element.get("mcids", []) if inside else [])
        stack.extend((child, inside) for child in element.get("children", []))
    return marks


def _without(page: Any, marks: set[int]) -> Any:
    return page.filter(lambda thing: thing["object_type"] == "image" or thing.get("mcid") not in marks)


def _page(page: Any, budget: Budget) -> Iterator[Piece]:
    """Grids, lines and large pictures of a page from top to bottom."""
    budget.spend(blocks=len(page.chars) // 20)
    found: list[tuple[float, Piece]] = []
    inside: set[int] = set()
    for table in ruled_tables.tables(page, budget):
        found.append((table.top, table))
        inside |= table.inside
    outside = [char for char in page.chars if id(char) not in inside]
    upright = [char for char in outside if not _turn(char["matrix"])]
    aslant = [char for char in outside if _turn(char["matrix"])]  # a watermark, the number of a turned page
    found += [(line.top, line) for line in text_lines.lines(upright, page.page_number, float(page.width))]
    found += [
        (float(page.height), line) for line in text_lines.aslant(aslant, page.page_number, float(page.width))
    ]
    found += [(image["top"], Picture()) for image in page.images if image["width"] > _WIDE]
    yield from (piece for _, piece in sorted(found, key=lambda item: item[0]))


def _with_grids(pieces: Sequence[Piece]) -> Iterator[Grid | Line | Picture]:
    """Pieces with tables as grids; what stands on the next page with nothing between is the same table."""
    table: list[Ruled] = []
    for piece in [*pieces, None]:
        if table and not (isinstance(piece, Ruled) and piece.follows(table[-1])):
            yield from ruled_tables.grids(table)
            table = []
        if isinstance(piece, Ruled):
            table.append(piece)
        elif piece is not None:
            yield piece


def _furniture(pages: Sequence[Sequence[Piece]]) -> list[Line]:
    """Page numbers, and running heads and feet: lines at a page's edge that stand on another page at the same height."""
    own = [piece for page in pages for piece in page if isinstance(piece, Line)]

    def runs(line: Line) -> bool:
        alike = [
            other for other in own if other.page != line.page and abs(other.top - line.top) <= _SAME_HEIGHT
        ]
        if _PAGE_NUMBER.fullmatch(line.text):
            # A bare number may be a figure: it must count the pages.
            return not line.text.isdigit() or any(_counts(line, other) for other in alike)
        words = _without_digits(line.text)
        if words.endswith(("。", "！", "？", "；")):
            return False  # a sentence that is said twice
        return bool(re.search(r"[^\W\d_]", words)) and any(
            _without_digits(other.text) == words for other in alike
        )

    found: list[Line] = []
    for page in pages:
        for edge in (page, page[::-1]):
            for piece in edge:
                if not isinstance(piece, Line) or not runs(piece):
                    break
                found.append(piece)
    return found


def _counts(line: Line, other: Line) -> bool:
    return other.text.isdigit() and int(other.text) - int(line.text) == other.page - line.page


def _without_digits(text: str) -> str:
    return re.sub(r"\d+", "#", text)
