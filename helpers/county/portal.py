"""The pages on which a county publishes all reports: by year and by organ, with a feed, a site map and all figures.

What only the office should see, failed reports, warnings and open notes, is on none of them unless that is asked for.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from helpers.county import dataset, feeds, organ_years
from helpers.county.listed import NONE, SETTINGS, TITLE, TOTALS, Listed, Row, organ_page, row_of
from helpers.document.outputs import PORTAL
from helpers.document.table_html import Cell, table
from helpers.files.templates import Markup, filled
from helpers.files.writing import write_text

INDEX, YEARS, ORGANS, FEED, SITE_MAP = "index.html", "years", "organs", "feed.xml", "sitemap.xml"
NAMES = (INDEX, YEARS, ORGANS, FEED, SITE_MAP, *dataset.FILES)
"""What may stand at the root of the site besides the reports."""

ROWS = 500
"""Most rows of a page: a list of thousands is neither loaded nor read."""

_HOME = f"{TITLE}集中公布"
_REPORTS, _FIGURES = PORTAL["reports"], PORTAL["figures"]
_Any = TypeVar("_Any")


@dataclass(frozen=True)
class Site:
    """How the pages are made.

    Attributes
    ----------
    base
        Address at which the site will stand, ending in ``/``: a site map needs it. None where nobody knows it.
    internal
        Whether failed reports, warnings and open notes are shown, to the office alone.
    """

    base: str | None = None
    internal: bool = False


def write(reports: Iterable[Listed], folder: Path, site: Site) -> list[str]:
    """Write pages and data, and return the names of what stands at the root of the site.

    Parameters
    ----------
    reports
        Gone through twice. Only reports that passed are in the data.
    folder
        An empty one.

    Raises
    ------
    OSError
        A file cannot be written.
    """
    for name in (YEARS, ORGANS):
        (folder / name).mkdir()
    pages = Pages(map(row_of, reports), site)
    addresses = []
    for address, text in pages:
        write_text(folder / address, text)
        addresses.append(address)
    published = [row for row in pages.rows if row.passed]
    write_text(folder / FEED, feeds.atom(_HOME, published, site.base))
    if site.base:
        write_text(folder / SITE_MAP, feeds.site_map(addresses, published, site.base))
    dataset.write((one for one in reports if one.passed), folder)
    return [name for name in NAMES if (folder / name).exists()]


class Pages:
    """All pages of a site, made one by one: iterating gives address and text of each."""

    def __init__(self, rows: Iterable[Row], site: Site) -> None:
        self.site = site
        self.rows = sorted((row for row in rows if row.passed or site.internal), key=lambda row: row.order)
        self.years = dict(_grouped(self.rows, lambda row: row.year or 0))
        self.organs = {
            organ: sorted(some, key=lambda row: (row.year or 0, row.name))
            for organ, some in _grouped(self.rows, lambda row: row.organ)
        }
        self._newest_first = sorted(self.years, reverse=True)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield address and text."""
        yield INDEX, self._index()
        for year, rows in self.years.items():
            for number, part in enumerate(_parts(rows), 1):
                yield _year_page(year, number), self._year(year, number, part)
        for number, some in enumerate(_parts(list(self.organs)), 1):
            yield _organs_page(number), self._organs(number, some)
        way = self._shared("../", (_organs_page(1), PORTAL["organs"].title))
        for organ, rows in self.organs.items():
            yield organ_page(organ), organ_years.page(rows, way)

    def _shared(self, root: str, *way: tuple[str, str]) -> dict[str, Any]:
        """Return what every page but the first is given: among it the way from the root, as addresses and names."""
        links = [(INDEX, _HOME), *way] if root else []
        return {"root": root, "way": links, "feed": FEED, "home": _HOME, "internal": self.site.internal}

    # The first page, and a page a year -----------------------------------------------------------------------------------

    def _index(self) -> str:
        newest = next(iter(self._newest_first), None)
        return filled(
            "portal.html",
            title=_HOME,
            newest=None if newest is None else self._list(newest, 1, _parts(self.years[newest])[0], ""),
            years=[
                (_year_page(year, 1), _year_name(year), len(self.years[year])) for year in self._newest_first
            ],
            organs=(_organs_page(1), PORTAL["organs"].title, len(self.organs)),
            figures=_FIGURES,
            **self._shared(""),
        )

    def _year(self, year: int, number: int, part: list[Row]) -> str:
        others = [(_year_page(other, 1), _year_name(other), other == year) for other in self._newest_first]
        return filled(
            "portal_year.html",
            title=_year_name(year) + (TITLE if year else ""),
            years=others,
            listed=self._list(year, number, part, "../"),
            **self._shared("../"),
        )

    def _list(self, year: int, number: int, part: list[Row], root: str) -> dict[str, Any]:
        rows = self.years[year]
        label = f"year-{year or 'unknown'}"
        return {
            "label": label,
            "heading": _REPORTS.named(year) if year else _year_name(year),
            "summary": self._summary(rows),
            "table": self._table(label, part, root),
            "pages": _pager(len(rows), number, lambda page: _year_page(year, page)),
        }

    def _summary(self, rows: list[Row]) -> str:
        good = [one for one in rows if one.passed]
        names = {one.name for one in good}
        # What a parent has gathered is not counted again with its children.
        top = [one for one in good if one.parent not in names]
        totals = "，".join(
            f"{label} {sum(one.counts.get(cell, 0) for one in top)} {_REPORTS.unit}"
            for label, cell in TOTALS.items()
        )
        failed = f"，未通过 {len(rows) - len(good)} 份" if len(good) < len(rows) else ""
        note = f"（{_REPORTS.note}）" if len(top) < len(good) else ""
        return f"共 {len(good)} 份报告{failed}。{totals}{note}。"

    def _table(self, label: str, rows: list[Row], root: str) -> Markup:
        heads = [*(SETTINGS[key] for key in ("organ", "level", "published")), *TOTALS, "报告"]
        shares = [25, 13, 11, *[11] * len(TOTALS), 18]
        align = [*["left"] * 3, *["right"] * len(TOTALS), "left"]
        if self.site.internal:
            heads += ["核对", "错误", "警告", "其中未处理的批注"]
            shares += [10, 7, 7, 10]
            align += ["left", *["right"] * 3]
        lines: list[list[str | Cell]] = [
            [*self._cells(one, root), *(_verdict(one) if self.site.internal else [])] for one in rows
        ]
        widths = [f"{100 * share / sum(shares):.2f}%" for share in shares]
        attributes = {"class": "fixed", "aria-labelledby": label}
        return table(heads, lines, attributes=attributes, widths=widths, align=align)

    def _cells(self, one: Row, root: str) -> list[str | Cell]:
        address = root + organ_page(one.organ)
        return [
            Cell(filled("link.html", address=address, name=one.organ)),
            Cell(one.level_name, {"class": "short"}),
            Cell(one.published or NONE, {"class": "short"}),
            *(str(one.counts[cell]) if one.counts else NONE for cell in TOTALS.values()),
            Cell(one.links(root), {"class": "links"}),
        ]

    # All organs ----------------------------------------------------------------------------------------------------------

    def _organs(self, number: int, some: list[str]) -> str:
        label = "organs"
        rows = [
            (
                Cell(filled("link.html", address=f"../{organ_page(organ)}", name=organ)),
                Cell(self.organs[organ][-1].level_name, {"class": "short"}),
                "、".join(str(year) for year in _years_of(self.organs[organ])) or NONE,
            )
            for organ in some
        ]
        heads = [SETTINGS["organ"], SETTINGS["level"], SETTINGS["year"]]
        attributes = {"class": "fixed narrow", "aria-labelledby": label}
        return filled(
            "portal_organs.html",
            title=PORTAL["organs"].title,
            label=label,
            count=len(self.organs),
            table=table(heads, rows, attributes=attributes, widths=["38%", "34%", "28%"]),
            pages=_pager(len(self.organs), number, _organs_page),
            **self._shared("../"),
        )


def _verdict(one: Row) -> list[str | Cell]:
    failed = "未通过" if one.errors else "未生成"
    state = Cell("通过" if one.passed else failed, {"class": "short"})
    return [state, str(one.errors), str(one.warnings), str(one.notes)]


def _years_of(rows: Iterable[Row]) -> list[int]:
    return sorted({row.year for row in rows if row.year})


def _grouped(rows: Iterable[Row], key: Callable[[Row], _Any]) -> Iterable[tuple[_Any, list[Row]]]:
    groups: dict[_Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups.items()


# Pages and their addresses --------------------------------------------------------------------------------------------


def _parts(rows: list[_Any]) -> list[list[_Any]]:
    """Divide rows into pages; there is always a first."""
    return [rows[start : start + ROWS] for start in range(0, max(len(rows), 1), ROWS)]


def _pager(count: int, number: int, address: Callable[[int], str]) -> list[tuple[str, int, bool]]:
    """Return address, number and whether it is this one of every page; nothing where there is one."""
    pages = range(1, -(-count // ROWS) + 1)
    return [(address(page), page, page == number) for page in pages] if len(pages) > 1 else []


def _year_page(year: int, number: int) -> str:
    return f"{YEARS}/{year or 'unknown'}{_part(number)}.html"


def _organs_page(number: int) -> str:
    return f"{ORGANS}/index{_part(number)}.html"


def _part(number: int) -> str:
    return f"-{number}" if number > 1 else ""


def _year_name(year: int) -> str:
    return f"{year}年度" if year else "读不出年度的报告"
