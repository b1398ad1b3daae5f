"""Remarks of the review: findings and notes, numbered, each with its sign, colour and place."""

from dataclasses import dataclass
from typing import Literal

from helpers.checks.catalogue import LEVELS
from helpers.document import notes
from helpers.document import pandoc_ast as ast
from helpers.document.notes import Note
from helpers.document.pandoc_ast import Node
from helpers.report.cell_names import Cell
from helpers.report.findings import Finding, rules
from helpers.report.folder import PROSE
from helpers.report.form import FORM, TOTAL

Kind = Literal["error", "warning", "explained", "info", "note"]

SIGNS: dict[Kind, tuple[str, str]] = {
    "error": ("×", LEVELS["error"]),
    "warning": ("△", LEVELS["warning"]),
    "explained": ("○", "已说明"),
    "info": ("○", LEVELS["info"]),
    "note": ("※", "批注"),
}
_COLOURS: dict[Kind, str] = {
    "error": "#a8161b",
    "warning": "#7a4b00",
    "explained": "#0b4f6c",
    "info": "#0b4f6c",
    "note": "#6a2c91",
}
"""Colours in the PDF, as in the page's stylesheet."""


@dataclass(frozen=True)
class Remark:
    """A finding or a note, numbered through the document, with the cell or the lines of prose it belongs to."""

    number: int
    kind: Kind
    text: str
    cell: Cell | None = None
    section: str | None = None
    line: int | None = None

    @property
    def sign(self) -> str:
        """Sign and number, as in ×1."""
        return f"{SIGNS[self.kind][0]}{self.number}"

    @property
    def name(self) -> str:
        """What it is, for people."""
        return SIGNS[self.kind][1]

    @property
    def target(self) -> str:
        """Identifier of the place a reader is led to: its cell, or its text."""
        return f"mark-{self.number}" if self.cell else f"comment-{self.number}"

    def block(self) -> Node:
        """Sign, name and text as a paragraph that stands at its place."""
        text = ast.para([ast.strong(ast.text(f"{self.sign}　{self.name}")), *ast.text(f"　{self.text}")])
        attributes = {
            "custom-style": "Review",
            "typst:stroke": f'(left: 3pt + rgb("{_COLOURS[self.kind]}"))',
            "typst:inset": "(left: 8pt)",
        }
        return ast.div([text], f"comment-{self.number}", ["comment", f"comment-{self.kind}"], attributes)

    def item(self) -> list[Node]:
        """Sign, name and text in a list, linked to its place."""
        sign = ast.link(ast.text(self.sign), f"#{self.target}")
        return [ast.plain([sign, *ast.text(f"　{self.name}　{self.text}")])]

    def mark(self) -> str:
        """Sign in a table cell as HTML, linked to the text below the table."""
        return (
            f'<br><span id="mark-{self.number}"><a class="mark mark-{self.kind}" '
            f'href="#comment-{self.number}">{self.sign}</a></span>'
        )


def kind_of(found: Finding) -> Kind:
    """Return the kind of a finding: its level, or that it is explained."""
    explained = found.level == "info" and rules()[found.rule].level != "info"
    return "explained" if explained else found.level


def place_of(found: Finding) -> tuple[Cell | None, str | None, int | None]:
    """Return where a finding belongs: its cell, or its section and line."""
    if found.table and found.row:
        table = FORM.tables[found.table]
        column = found.column or (TOTAL if TOTAL in table.column else "value")
        return (found.table, found.row, column), None, None
    section = (found.file or "").removesuffix(".md")
    return (None, section, found.line) if section in PROSE else (None, None, None)


def note_place(note: Note, texts: notes.Texts) -> tuple[Cell | None, str | None, int | None]:
    """Return where a note belongs, as :func:`place_of`."""
    return (note.cell, None, None) if note.cell else (None, note.at, note.paragraph(texts))
