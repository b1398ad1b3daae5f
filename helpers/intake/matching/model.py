"""What readers hand to the matcher, what the matcher hands on, and the error of everything that cannot be read."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from helpers.intake.matching.organ_level import level_of
from helpers.report.figures import format_figure
from helpers.report.form import FORM

Figure = int | Decimal


_SHOWN = 60
"""Characters of a text shown on the terminal."""


class IntakeError(Exception):
    """A file that is not imported at all; the message says in Chinese why, and what to do instead."""


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell of a grid, told apart by identity: a merged cell stands as one object at each of its places.

    Attributes
    ----------
    text
        All text of the cell, lines separated by newlines.
    doubt
        Why the text may not be what the eye sees (a superscript, struck text); empty where nothing is wrong.
    parts
        Cells of the file that it was made of, where it is none itself.
    """

    text: str
    doubt: str = ""
    parts: tuple["Cell", ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table, merged cells spread over their places, None where it has no cell.

    ``aligned`` tells whether cells of one column stand below each other; lines of text with ``|`` do not promise it.
    """

    rows: list[list[Cell | None]]
    aligned: bool = True


def distinct(grid: Grid) -> list[Cell]:
    """Cells of a grid in reading order, each once."""
    return list(dict.fromkeys(cell for row in grid.rows for cell in row if cell is not None))


@dataclass(frozen=True)
class Text:
    """A paragraph or heading; ``mark`` is its Markdown prefix (``"## "``, ``"- "``) or empty."""

    text: str
    mark: str = ""


@dataclass(frozen=True)
class Picture(Text):
    """A picture large enough to hold a table, which nobody reads."""

    text: str = ""


Block = Grid | Text


@dataclass
class Document:
    """A file as read: blocks in reading order, and what it says about itself.

    Attributes
    ----------
    titles
        Places other than the text itself where a title may stand (``<title>``, metadata), most telling first.
    published
        Dates of publication it states, as written, most telling first.
    attachments
        Names of linked files that may be the report itself.
    source
        All text of the file that can be seen, taken without any of the care that the blocks are made with.
    furniture
        Text that is no part of the report: navigation, running heads, page numbers.
    asides
        Text beside the running text that a person must look at: footnotes, text outside the article.
    settings, prose
        Only in a workbook of this project: values for report.yml, and the prose files' text by stem.
    """

    blocks: list[Block] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    published: list[str] = field(default_factory=list)
    attachments: list[str] = field(default_factory=list)
    source: str = ""
    furniture: list[str] = field(default_factory=list)
    asides: list["Unread"] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    prose: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Unread:
    """Something a person must look at: where, what stands there, and why it was not (or not simply) read."""

    where: str
    text: str
    why: str


@dataclass
class Imported:
    """A published report as far as it could be read.

    Attributes
    ----------
    organ, year, title, published
        None where the file does not say; ``published`` is an ISO date.
    figures
        By table name, row key and column key; None where a figure could not be read for certain.
    sections
        Prose by section key (``overview``, ``problems``, ``other``) as Markdown; None for a section not found.
    unread
        One entry for each None, and for each note or text that has no place in the form.
    settings
        Further values for report.yml that the file states (contact, fee …).
    lead
        The lead paragraph as Markdown; empty where there is none.
    characters
        How many characters were ``read``, and how many of them are ``kept`` in the folder, ``listed`` in unread, and
        ``known`` to be the form's or the page's own; the first is the sum of the others.
    """

    organ: str | None
    year: int | None
    title: str | None
    published: str | None
    figures: dict[str, dict[str, dict[str, Figure | None]]]
    sections: dict[str, str | None]
    unread: list[Unread]
    settings: dict[str, Any] = field(default_factory=dict)
    lead: str = ""
    characters: dict[str, int] = field(default_factory=dict)

    @property
    def level(self) -> str | None:
        """Level as the file states it (this project's workbook), or as the organ's name leaves no doubt."""
        stated: str | None = self.settings.get("level", level_of(self.organ or ""))
        return stated

    def to_json(self) -> dict[str, Any]:
        """Return the object that ``import --json`` prints; amounts are Decimal, see :func:`dumps`."""
        disclosure, *others = FORM.tables
        return {
            "organ": self.organ,
            "year": self.year,
            "title": self.title,
            "published": self.published,
            disclosure: {row: cells["value"] for row, cells in self.figures[disclosure].items()},
            **{
                name: {row: list(cells.values()) for row, cells in self.figures[name].items()}
                for name in others
            },
            "lead": self.lead or None,
            "contact": self.settings.get("contact"),
            "fee": self.settings.get("information_fee_yuan"),
            "level": self.level,
            "sections": self.sections,
            "unread": [vars(entry) for entry in self.unread],
            "characters": self.characters,
        }

    def messages(self, *, whole: bool = False) -> list[str]:
        """Return for people, one line each, what was not read; places with the same text and reason stand together.

        Parameters
        ----------
        whole
            Long texts are not cut.
        """
        together: dict[tuple[str, str], list[str]] = {}
        for entry in self.unread:
            together.setdefault((entry.text, entry.why), []).append(entry.where)
        return list(_lines(together, None if whole else _SHOWN))


def _lines(together: dict[tuple[str, str], list[str]], most: int | None) -> Iterator[str]:
    for (text, why), places in together.items():
        more = f"等 {len(places)} 处" if len(places) > 1 else ""
        words = " ".join(text.split())
        cut = "" if most is None or len(words) <= most else "……"
        stands = f"“{words[:most]}{cut}”" if text else ""
        yield f"{places[0]}{more}：{stands}{why}"


_DECIMAL = re.compile(r'"\\u0000([0-9.]+)\\u0000"')


def dumps(document: Any) -> str:
    """Return a JSON text in which a Decimal is a number with exactly its digits.

    ``json`` can only write a Decimal as a string; marked by NUL, which no other string here holds, it loses its quotes.
    """
    text = json.dumps(
        document, ensure_ascii=False, indent=2, default=lambda value: f"\0{format_figure(value)}\0"
    )
    return _DECIMAL.sub(r"\1", text)


SETTINGS, PROSE, DEMANDS, LAST_YEAR, SOURCE = "基本情况", "正文", "地方要求", "上年数据", "来源"
"""Sheets of this project's workbook that are no table of the form."""

DEMANDS_HEAD = "请在正文里写明（"
"""How the head of the sheet of what a local notice asks begins, by which it is known."""

UNCOMPUTED = "是公式，文件里没有存下算好的数"
"""End of the reason why a cell with a formula was not read; the cell's name stands before it."""
