"""Pages as PDFium draws them: whether a sealed copy looks like the original everywhere but in its seals' places.

Another reader than the one that compared the objects: a file that two readers take for different documents is found out.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2

__all__ = ["CoveredError", "blank_place", "compare_pages"]

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in points, from the lower left corner of the page."""

_MARGIN = 2
"""Pixels around a seal that its softened edge may touch; a pixel is a point here."""

_FOOT, _RIGHT, _GAP = 99, 74, 24
"""Margins of an official page in points, 35 mm and 26 mm (GB/T 9704—2012, 5.2.1), and what stays free above a seal."""


class CoveredError(Exception):
    """A page that looks different, or a seal that covers something; the message says in Chinese which."""


def compare_pages(original: bytes, sealed: bytes) -> list[int]:
    """Compare how two PDFs look and read, page by page.

    Parameters
    ----------
    original, sealed
        The files; the second has signature fields that the first has not.

    Returns
    -------
    list of int
        Numbers of the pages that show a seal, from 1.

    Raises
    ------
    CoveredError
        A page looks or reads differently outside of the seals, or a seal lies on something that the page shows.
    """
    boxes = [
        [box for box in new if box not in old]
        for old, new in zip(_places_of_fields(original), _places_of_fields(sealed), strict=False)
    ]
    with pypdfium2.PdfDocument(original) as before, pypdfium2.PdfDocument(sealed) as after:
        if len(before) != len(after) or len(boxes) != len(after):
            raise CoveredError("页数与原文不同")
        before.init_forms()  # an original may have been signed itself
        after.init_forms()
        for number, places in enumerate(boxes, 1):
            _compare(number, before[number - 1], after[number - 1], places)
    return [number for number, places in enumerate(boxes, 1) if places]


def _places_of_fields(sealed: bytes) -> list[list[Box]]:
    with pikepdf.open(BytesIO(sealed)) as pdf:
        return [
            [
                box
                for annotation in page.get("/Annots", [])
                if annotation.get("/Subtype") == "/Widget" and (box := _box(annotation))
            ]
            for page in pdf.pages
        ]


def _box(annotation: Any) -> Box | None:
    one, two, three, four = (float(number) for number in annotation.Rect)
    left, right, bottom, top = min(one, three), max(one, three), min(two, four), max(two, four)
    return (left, bottom, right, top) if left < right and bottom < top else None


def _compare(number: int, before: Any, after: Any, places: Sequence[Box]) -> None:
    if before.get_size() != after.get_size() or before.get_rotation() != after.get_rotation():
        raise CoveredError(f"第 {number} 页的大小与原文不同")
    if _text(before) != _text(after):
        raise CoveredError(f"第 {number} 页的文字与原文不同")
    old, new = _pixels(before), _pixels(after)
    for place in places:
        rows, columns = _rows_and_columns(place, before, 0)
        if not _blank(old[rows, columns]):
            hidden = before.get_textpage().get_text_bounded(*place).split()
            what = f"原文“{' '.join(hidden)[:40]}”" if hidden else "原文的图或线"
            raise CoveredError(f"第 {number} 页的可见签章盖住了{what}")
        rows, columns = _rows_and_columns(place, before, _MARGIN)
        new[rows, columns] = old[rows, columns]
    if (old != new).any():
        raise CoveredError(f"第 {number} 页看上去与原文不同")


def _text(page: Any) -> str:
    return str(page.get_textpage().get_text_range())


def _pixels(page: Any) -> Any:
    """Return a page as rows of pixels, one a point, that may be written to."""
    return page.render(scale=1).to_numpy().copy()


def _rows_and_columns(box: Box, page: Any, margin: int) -> tuple[slice, slice]:
    """Return the pixels in which a box lies, at least partly."""
    left, _, _, top = page.get_cropbox()
    columns = slice(max(0, int(box[0] - left) - margin), max(0, int(box[2] - left) + 1 + margin))
    rows = slice(max(0, int(top - box[3]) - margin), max(0, int(top - box[1]) + 1 + margin))
    return rows, columns


def _blank(pixels: Any) -> bool:
    return bool(pixels.size) and bool((pixels == pixels[0, 0]).all())


def blank_place(data: bytes, width: int, height: int) -> tuple[int, tuple[int, int, int, int]] | None:
    """Find where a seal can stand: below what the last page shows that has room for it, at the right margin.

    Parameters
    ----------
    data
        The PDF.
    width, height
        Of the seal, in points.

    Returns
    -------
    tuple or None
        The page, counted from 0, and left, bottom, right, top in points; None where no page has room.
    """
    with pypdfium2.PdfDocument(data) as pdf:
        pdf.init_forms()
        for number in reversed(range(len(pdf))):
            pixels = _pixels(pdf[number])
            rows, columns = pixels.shape[:2]
            shown = (pixels != pixels[0, 0]).any(axis=(1, 2))[: rows - _FOOT].nonzero()[0]
            top = rows - _GAP - (int(shown[-1]) if shown.size else 2 * _GAP)
            right, left = columns - _RIGHT, columns - _RIGHT - width
            if top - height > _FOOT and left > 0:
                return number, (left, top - height, right, top)
    return None
