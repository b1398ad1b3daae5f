"""Head cells in the tag tree of a PDF.

Pandoc's Typst writer and Typst know heads in <thead> only. A filter (assets/typst/heads.lua) marks the others as
inline quotations, which change no glyph and stand in the tag tree; here they become what they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MARK = "/Quote"


@dataclass
class _Cell:
    """A cell of the tag tree: its place in the grid, its element, whether it heads others."""

    x: int
    width: int
    y: int
    height: int
    element: Any
    head: bool

    def covers(self, other: _Cell) -> bool:
        """Return whether both stand in a common row."""
        return self.y < other.y + other.height and other.y < self.y + self.height


def finish_pdf(data: bytes) -> bytes:
    """Return a PDF whose marked cells are heads, and whose cells name their heads."""
    import pikepdf

    with pikepdf.open(io.BytesIO(data)) as pdf:
        root: Any = pdf.Root.get("/StructTreeRoot", pikepdf.Dictionary())
        tables = [one for one in _elements(root) if one.S == "/Table"]
        marked = [table for table in tables if any(_is_marked(cell) for cell in _elements(table))]
        if not marked:
            return data
        ids = pikepdf.NameTree(root["/IDTree"]) if "/IDTree" in root else pikepdf.NameTree.new(pdf)
        for number, table in enumerate(marked, 1):
            rows = _grid(table)
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


def _kids(element: Any) -> list[Any]:
    import pikepdf

    kids = element.get("/K", [])
    listed = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in listed if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def _elements(element: Any) -> Iterator[Any]:
    for kid in _kids(element):
        yield kid
        yield from _elements(kid)


def _is_marked(element: Any) -> bool:
    return element.S == "/TD" and any(kid.S == MARK for kid in _kids(element))


def _attributes(element: Any) -> Any:
    """Return a cell's attributes as a cell; Typst gives every cell some."""
    import pikepdf

    given = element.A if isinstance(element.A, pikepdf.Array) else [element.A]
    return next(one for one in given if one.O == "/Table")


def _grid(table: Any) -> list[list[_Cell]]:
    """Lay the cells of a table out: its rows, each with the cells that begin in it."""
    rows: list[list[_Cell]] = []
    taken: set[tuple[int, int]] = set()
    for y, row in enumerate(one for one in _elements(table) if one.S == "/TR"):
        cells: list[_Cell] = []
        x = 0
        for element in _kids(row):
            while (x, y) in taken:
                x += 1
            attributes = _attributes(element)
            width, height = int(attributes.get("/ColSpan", 1)), int(attributes.get("/RowSpan", 1))
            taken |= {(x + right, y + down) for right in range(width) for down in range(height)}
            cells.append(_Cell(x, width, y, height, element, element.S == "/TH" or _is_marked(element)))
        rows.append(cells)
    return rows


def _make_heads(rows: list[list[_Cell]], prefix: str) -> Iterator[tuple[str, Any]]:
    """Make the marked cells of a table heads; a row of nothing but heads is above others, any other head beside them."""
    import pikepdf

    for row in rows:
        scope = "/Column" if all(cell.head for cell in row) else "/Row"
        for cell in row:
            if not _is_marked(cell.element):
                continue
            name = f"{prefix}x{cell.x}y{cell.y}"
            cell.element.S = pikepdf.Name("/TH")
            cell.element.ID = pikepdf.String(name)
            _attributes(cell.element).Scope = pikepdf.Name(scope)
            for kid in _kids(cell.element):
                kid.S = pikepdf.Name("/Span")
            yield name, cell.element


def _link_heads(rows: list[list[_Cell]]) -> None:
    """Let every cell name its heads: above, from the outermost, then beside."""
    import pikepdf

    above: list[_Cell] = []
    beside: list[_Cell] = []
    figures_seen = False
    for row in rows:
        heads_only = all(cell.head for cell in row)
        if heads_only and figures_seen:  # another block of the table, with heads of its own
            above, figures_seen = [cell for cell in above if _in_thead(cell)], False
        figures_seen = figures_seen or not heads_only
        for cell in row:
            heads = [head for head in above if head.x < cell.x + cell.width and cell.x < head.x + head.width]
            if not heads_only:
                heads += [head for head in beside if head.x < cell.x and head.covers(cell)]
            if not _in_thead(cell):
                names = [head.element.ID for head in heads]
                _attributes(cell.element).Headers = pikepdf.Array(names)
            if cell.head:
                (above if heads_only else beside).append(cell)


def _in_thead(cell: _Cell) -> bool:
    return bool(cell.element.P.P.S == "/THead")
