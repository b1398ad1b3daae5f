"""The tag tree of a PDF as text, and its tables as lists of cells."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf


def kids(element: Any) -> list[Any]:
    listed = element.get("/K", pikepdf.Array())
    listed = list(listed) if isinstance(listed, pikepdf.Array) else [listed]
    return [kid for kid in listed if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def attributes(element: Any, owner: str) -> dict[str, Any]:
    given = element.get("/A", pikepdf.Array())
    given = list(given) if isinstance(given, pikepdf.Array) else [given]
    return {key: value for one in given if one["/O"] == owner for key, value in one.items()}


def describe(pdf: pikepdf.Pdf) -> str:
    """The tree, an element a line: tag, what it says of itself, and of a table's cell whom it heads or who heads it."""
    return "\n".join([*_lines(pdf.Root.StructTreeRoot, 0), *_artefacts(pdf)]) + "\n"


def _lines(element: Any, depth: int) -> Iterator[str]:
    for kid in kids(element):
        said = [str(kid.S)[1:]]
        said += [f"{key}={kid[f'/{key}']}" for key in ("T", "Alt", "Lang", "ID") if f"/{key}" in kid]
        cell = attributes(kid, "/Table")
        said += [
            f"{key}={str(cell[f'/{key}']).removeprefix('/')}"
            for key in ("Scope", "ColSpan", "RowSpan")
            if f"/{key}" in cell
        ]
        if cell.get("/Headers"):
            said.append(f"Headers={','.join(map(str, cell['/Headers']))}")
        yield "  " * depth + " ".join(said)
        yield from _lines(kid, depth + 1)


def _artefacts(pdf: pikepdf.Pdf) -> Iterator[str]:
    """What a screen reader passes over, page by page: page numbers, rules of tables."""
    for number, page in enumerate(pdf.pages, 1):
        found: Counter[str] = Counter()
        for operands, operator in pikepdf.parse_content_stream(page, "BMC BDC"):
            if operands[0] == "/Artifact":
                kind = operands[1] if str(operator) == "BDC" else {}
                found[
                    " ".join(str(kind[key])[1:] for key in ("/Type", "/Subtype") if key in kind) or "other"
                ] += 1
        yield f"page {number}: " + ", ".join(sorted(found))


@dataclass
class Cell:
    """A cell of a table: its tag, the direction in which it heads others, and its heads' places in the list of cells."""

    tag: str
    scope: str
    heads: set[int] = field(default_factory=set)


def tables(path: Path) -> list[list[Cell]]:
    """The cells of each table of a PDF, in reading order."""
    with pikepdf.open(path) as pdf:
        return [_cells(table) for table in _walk(pdf.Root.StructTreeRoot) if table.S == "/Table"]


def _walk(element: Any) -> Iterator[Any]:
    for kid in kids(element):
        yield kid
        yield from _walk(kid)


def _cells(table: Any) -> list[Cell]:
    elements = [one for one in _walk(table) if re.fullmatch("/T[HD]", str(one.S))]
    places = {str(one.ID): place for place, one in enumerate(elements) if "/ID" in one}
    cells = []
    for one in elements:
        cell = attributes(one, "/Table")
        heads = {places[str(name)] for name in cell.get("/Headers", [])}
        cells.append(Cell(str(one.S)[1:], str(cell.get("/Scope", "/"))[1:], heads))
    return cells
