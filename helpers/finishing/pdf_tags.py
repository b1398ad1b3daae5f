"""Head cells in the tag tree of a PDF.

Pandoc's Typst writer and Typst know heads in <thead> only. A filter (assets/typst/heads.lua) marks the others as
inline quotations, which change no glyph and stand in the tag tree; here they become what they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any

MARK = "/Quote"


@dataclass
class _Element:
    """An element of the tag tree, its kind, and the elements in it."""

    given: Any
    kind: str
    kids: list[_Element]


@dataclass
class _Cell:
    """A cell of the tag tree: its place in the grid, its element and attributes, whether it heads others, whether it is marked as a head."""

    x: int
    width: int
    y: int
    height: int
    element: _Element
    attributes: Any
    head: bool
    marked: bool


_Grid = list[list[_Cell]]
"""The rows of a table, each with the cells that begin in it."""


def finish_pdf(data: bytes) -> bytes:
    """Return a PDF whose marked cells are heads, and whose cells name their heads."""
    import pikepdf

    with TemporaryFile(buffering=0) as file:
        file.write(data)
        # Mapped: from memory qpdf would read each few bytes by a call to Python.
        with pikepdf.open(file, access_mode=pikepdf.AccessMode.mmap) as pdf:
            root: Any = pdf.Root.get("/StructTreeRoot", pikepdf.Dictionary())
            tables = [_grid(one) for one in _all(_element(root)) if one.kind == "/Table"]
            marked = [rows for rows in tables if any(cell.marked for row in rows for cell in row)]
            if not marked:
                return data
            ids = pikepdf.NameTree(root["/IDTree"]) if "/IDTree" in root else pikepdf.NameTree.new(pdf)
            for number, rows in enumerate(marked, 1):
                for name, head in _make_heads(rows, f"T{number}"):
                    ids[name] = head
                _link_heads(rows)
            root.IDTree = ids.obj
            finished = io.BytesIO()
            pdf.save(
                finished,
                deterministic_id=True,
                fix_metadata_version=False,
                object_stream_mode=pikepdf.ObjectStreamMode.generate,
            )
            return finished.getvalue()


def _element(given: Any) -> _Element:
    """Return the root of the tag tree, or an element, with all that is in it."""
    import pikepdf

    kids = given.get("/K", [])
    listed = kids if isinstance(kids, pikepdf.Array) else [kids]
    elements = [_element(kid) for kid in listed if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    return _Element(given, str(given.get("/S")), elements)


def _all(element: _Element) -> Iterator[_Element]:
    yield element
    for kid in element.kids:
        yield from _all(kid)


def _attributes(cell: Any) -> Any:
    """Return a cell's attributes as a cell; Typst gives every cell some."""
    import pikepdf

    given = cell.get("/A")
    listed = given if isinstance(given, pikepdf.Array) else [given]
    return next(one for one in listed if one.get("/O") == "/Table")


def _span(attributes: Any, name: str) -> int:
    return int(attributes[name]) if name in attributes else 1


def _rows(table: _Element) -> Iterator[_Element]:
    """Yield the rows of a table, be they in a part of it or not; not those of a table in a cell."""
    for kid in table.kids:
        if kid.kind == "/TR":
            yield kid
        else:
            yield from _rows(kid)


def _grid(table: _Element) -> _Grid:
    """Lay the cells of a table out."""
    rows: _Grid = []
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(_rows(table)):
        cells: list[_Cell] = []
        x = 0
        for element in row.kids:
            while (x, y) in taken:
                x += 1
            attributes = _attributes(element.given)
            width, height = _span(attributes, "/ColSpan"), _span(attributes, "/RowSpan")
            taken |= {(x + right, y + down) for right in range(width) for down in range(height)}
            marked = element.kind == "/TD" and any(kid.kind == MARK for kid in element.kids)
            head = marked or element.kind == "/TH"
            cells.append(_Cell(x, width, y, height, element, attributes, head, marked))
        rows.append(cells)
    return rows


def _make_heads(rows: _Grid, prefix: str) -> Iterator[tuple[str, Any]]:
    """Make the marked cells of a table heads; a row of nothing but heads is above others, any other head beside them."""
    import pikepdf

    for row in rows:
        scope = "/Column" if all(cell.head for cell in row) else "/Row"
        for cell in row:
            if not cell.marked:
                continue
            name = f"{prefix}x{cell.x}y{cell.y}"
            cell.element.given.S = pikepdf.Name("/TH")
            cell.element.given.ID = pikepdf.String(name)
            cell.attributes.Scope = pikepdf.Name(scope)
            for kid in cell.element.kids:
                kid.given.S = pikepdf.Name("/Span")
            yield name, cell.element.given


def _link_heads(rows: _Grid) -> None:
    """Let every cell name its heads: above, from the outermost, then beside."""
    import pikepdf

    above: list[_Cell] = []
    beside: list[_Cell] = []
    figures_seen = False
    for y, row in enumerate(rows):
        beside = [head for head in beside if y < head.y + head.height]
        heads_only = all(cell.head for cell in row)
        if heads_only and figures_seen:  # another block of the table, with heads of its own
            above, figures_seen = [cell for cell in above if _in_thead(cell)], False
        figures_seen = figures_seen or not heads_only
        in_thead = bool(row) and _in_thead(row[0])
        for cell in row:
            heads = [head for head in above if head.x < cell.x + cell.width and cell.x < head.x + head.width]
            if not heads_only:
                heads += [head for head in beside if head.x < cell.x]
            if not in_thead:
                cell.attributes.Headers = pikepdf.Array([head.element.given.ID for head in heads])
            if cell.head:
                (above if heads_only else beside).append(cell)


def _in_thead(cell: _Cell) -> bool:
    return bool(cell.element.given.P.P.S == "/THead")
