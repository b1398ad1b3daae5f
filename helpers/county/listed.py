"""A report as the portal lists it: what a batch knows of it, and the little of that which pages need."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from helpers.document.outputs import PORTAL, Output
from helpers.files.digests import digest_of
from helpers.files.templates import Markup, filled
from helpers.report.cell_names import CELLS, Cell
from helpers.report.form import CARRIED_FORWARD, FOLDER, FORM, HANDLED, NEW, TOTAL

TITLE = FORM.title.partition("年")[2]
"""What every report is called, without organ and year."""

SETTINGS = {
    key: value["description"]
    for key, value in json.loads((FOLDER / "report.schema.json").read_text("utf-8"))["properties"].items()
}
"""What each value of report.yml is, by its key."""

NONE = "—"
"""Stands where there is nothing to say."""

FORMATS = {"html": "网页", "pdf": "PDF", "docx": "Word"}


@dataclass(frozen=True)
class Series:
    """Figures that are shown together year by year: their entry in the index of outputs, and each by its label."""

    output: Output
    cells: Mapping[str, Cell]


def _series() -> list[Series]:
    disclosure, applications, proceedings = (
        FORM.tables[name] for name in ("disclosure", "applications", "proceedings")
    )
    decisions = ("licensing", "penalties", "compulsion")
    totals = (NEW, HANDLED, CARRIED_FORWARD)
    return [
        Series(
            PORTAL["organ-applications"],
            {applications.row[row].subject: (applications.name, row, TOTAL) for row in totals},
        ),
        Series(
            PORTAL["organ-decisions"],
            {disclosure.row[row].labels[1]: (disclosure.name, row, "value") for row in decisions},
        ),
        Series(
            PORTAL["organ-proceedings"],
            {row.label: (proceedings.name, row.key, TOTAL) for row in proceedings.rows},
        ),
    ]


SERIES = _series()
"""What an organ's page shows over the years; the first are also the columns of a year's list."""

TOTALS = SERIES[0].cells

_PLACES = {cell: place for place, cell in enumerate(cell for cells in CELLS.values() for cell in cells)}
_RANKS = {level: rank for rank, level in enumerate(reversed(FORM.levels))}


@dataclass(frozen=True)
class Listed:
    """What a batch knows of one report.

    Attributes
    ----------
    name
        Its folder, where ``files`` are.
    organ, level, year, published
        From ``report.yml``; None where that cannot be read.
    passed, errors, warnings
        What the rules said; a report may also fail for another reason.
    notes
        Those of the warnings that are open notes of a reviewer.
    parent
        Name of the folder it names as its parent, or None.
    figures
        Digits of every figure, in the order of the form; empty where it could not be read.
    """

    name: str
    organ: str | None
    level: str | None
    year: int | None
    published: str | None
    passed: bool
    errors: int
    warnings: int
    files: tuple[str, ...]
    parent: str | None
    figures: Sequence[str | None]
    notes: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """A report as pages show it: all that is held of each, of which there may be a hundred thousand.

    Attributes
    ----------
    name, organ, level, year, published, passed, errors, warnings, notes, parent
        As in :class:`Listed`; ``organ`` is the folder's name where none could be read.
    files
        Its outputs by format: ``html``, ``pdf``, ``docx``.
    counts
        The figures of :data:`SERIES` by their cells; none where they could not be read.
    """

    name: str
    organ: str
    level: str | None
    year: int | None
    published: str | None
    passed: bool
    errors: int
    warnings: int
    notes: int
    parent: str | None
    files: Mapping[str, str]
    counts: Mapping[Cell, int]

    @property
    def order(self) -> tuple[int, bytes, str]:
        """Where it stands in a list: the highest level first, then by pinyin."""
        # GB 18030 has the common characters in the order of their pinyin.
        rank = _RANKS.get(self.level or "", len(_RANKS))
        return rank, self.organ.encode("gb18030", "replace"), self.name

    @property
    def title(self) -> str:
        """Title of the report."""
        return FORM.title.format(organ=self.organ, year=self.year)

    @property
    def level_name(self) -> str:
        """Its level for people."""
        return FORM.levels[self.level].name if self.level in FORM.levels else NONE

    def address(self, kind: str) -> str:
        """Address of an output, seen from the root of the site."""
        return quote(f"{self.name}/{self.files[kind]}")

    def links(self, root: str) -> Markup | str:
        """Link the outputs, each with a name that tells it from the others of the page.

        Parameters
        ----------
        root
            The way from the page to the root of the site: nothing, or ``../``.
        """
        links = [
            {"address": root + self.address(kind), "title": self.title, "format": label}
            for kind, label in FORMATS.items()
            if kind in self.files
        ]
        return filled("links.html", links=links) if links else NONE


def row_of(one: Listed) -> Row:
    """Take from a report what pages show of it."""
    digits = (
        {cell: one.figures[_PLACES[cell]] for of in SERIES for cell in of.cells.values()}
        if one.figures
        else {}
    )
    return Row(
        name=one.name,
        organ=one.organ or one.name,
        level=one.level,
        year=one.year,
        published=one.published,
        passed=one.passed,
        errors=one.errors,
        warnings=one.warnings,
        notes=one.notes,
        parent=one.parent,
        files={kind: name for kind in FORMATS if (name := f"report.{kind}") in one.files},
        counts={cell: int(figure or 0) for cell, figure in digits.items()},
    )


def organ_page(organ: str) -> str:
    """Address of an organ's page, seen from the root of the site.

    A digest of the name: any name gives a file name that every server and file system takes, and always the same one.
    """
    return f"organs/{digest_of([organ.encode(errors='backslashreplace')])[:12]}.html"
