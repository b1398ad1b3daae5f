"""The page on which a county publishes all reports of a year together, and all their figures as open data."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

from helpers.document.opendata import COUNT_UNIT
from helpers.document.outputs import INDEX, PORTAL
from helpers.document.table_html import Cell, table
from helpers.files.spreadsheets import csv_text
from helpers.files.templates import Markup, filled
from helpers.files.writing import write_text, written_file
from helpers.report.cell_names import CELLS
from helpers.report.form import CARRIED_FORWARD, FOLDER, FORM, HANDLED, NEW, TOTAL

FILES = ("index.html", "reports.csv", "reports.parquet", "datapackage.json")
"""What :func:`write` makes."""

_REPORTS, _FIGURES = PORTAL["reports"], PORTAL["figures"]
_TITLE = FORM.title.partition("年")[2]
"""What every report is called, without organ and year."""

_SETTINGS = {
    key: value["description"]
    for key, value in json.loads((FOLDER / "report.schema.json").read_text("utf-8"))["properties"].items()
}
"""What each value of report.yml is, by its key."""

_CELLS = [cell for cells in CELLS.values() for cell in cells]
_TOTALS = {row: FORM.tables[_REPORTS.source].row[row].subject for row in (NEW, HANDLED, CARRIED_FORWARD)}
_FORMATS = {"html": "网页", "pdf": "PDF", "docx": "Word"}
_GROUP = 200


@dataclass(frozen=True)
class Listed:
    """One report as the portal shows it.

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

    def count(self, row: str) -> int:
        """One total of the table of applications."""
        digits = self.figures[_CELLS.index((_REPORTS.source, row, TOTAL))] if self.figures else None
        return int(digits or 0)


def write(reports: Iterable[Listed], folder: Path) -> None:
    """Write the page and the data.

    Parameters
    ----------
    reports
        Gone through twice. Only reports that passed are in the data.

    Raises
    ------
    OSError
        A file cannot be written.
    """
    write_text(folder / "index.html", page(reports))
    _write_data((one for one in reports if one.passed), folder)
    package = json.dumps(_package(), ensure_ascii=False, indent=2)
    write_text(folder / "datapackage.json", package + "\n")


# The page -------------------------------------------------------------------------------------------------------------


def page(reports: Iterable[Listed]) -> str:
    """Return the page: a table a year, the newest first; in it the highest level first, then by name."""
    ranks = {level: rank for rank, level in enumerate(reversed(FORM.levels))}
    # GB 18030 has the common characters in the order of their pinyin.
    rows = sorted(
        reports,
        key=lambda one: (
            -(one.year or 0),
            ranks.get(one.level or "", len(ranks)),
            (one.organ or one.name).encode("gb18030", "replace"),
        ),
    )
    years = [_of_year(year, list(reports)) for year, reports in groupby(rows, key=lambda one: one.year)]
    return filled("portal.html", title=f"{_TITLE}集中公布", years=years, figures=_FIGURES)


def _of_year(year: int | None, reports: list[Listed]) -> dict[str, str]:
    name = f"year-{year or 'unknown'}"
    heading = _REPORTS.named(year) if year else "读不出年度的报告"
    good = [one for one in reports if one.passed]
    names = {one.name for one in good}
    # What a parent has gathered is not counted again with its children.
    top = [one for one in good if one.parent not in names]
    totals = "，".join(
        f"{label} {sum(one.count(row) for one in top)} {_REPORTS.unit}" for row, label in _TOTALS.items()
    )
    failed = len(reports) - len(good)
    summary = (
        f"共 {len(reports)} 份报告，已生成 {len(good)} 份"
        + (f"，未通过 {failed} 份" if failed else "")
        + f"。{totals}"
    )
    summary += f"（{_REPORTS.note}）。" if len(top) < len(good) else "。"
    return {"label": name, "heading": heading, "summary": summary, "table": _table(name, reports)}


def _table(name: str, reports: list[Listed]) -> Markup:
    heads = [*(_SETTINGS[key] for key in ("organ", "level", "published")), "核对", *_TOTALS.values(), "报告"]
    rows: list[tuple[str | Cell, ...]] = [
        (
            one.organ or one.name,
            Cell(FORM.levels[one.level].name if one.level else "—", {"class": "short"}),
            Cell(one.published or "未公布", {"class": "short"}),
            Cell(_state(one), {"class": "short"}),
            *(str(one.count(row)) if one.figures else "—" for row in _TOTALS),
            Cell(_links(one), {"class": "links"}),
        )
        for one in reports
    ]
    align = [*["left"] * 4, *["right"] * len(_TOTALS), "left"]
    return table(heads, rows, attributes={"aria-labelledby": name}, align=align)


def _state(one: Listed) -> str:
    if one.passed:
        warnings = f"，{one.warnings} 条警告" if one.warnings else ""
        notes = f"，其中 {one.notes} 条是未处理的批注" if one.notes else ""
        return f"通过{warnings}{notes}"
    return f"未通过，{one.errors} 个错误" if one.errors else "未生成"


def _links(one: Listed) -> str:
    """Link the outputs; a name for each that tells it from the others of the page."""
    found = {Path(file).suffix[1:]: file for file in one.files}
    links = [
        {
            "address": quote(f"{one.name}/{found[kind]}"),
            "title": FORM.title.format(organ=one.organ, year=one.year),
            "format": label,
        }
        for kind, label in _FORMATS.items()
        if kind in found
    ]
    return filled("links.html", links=links) if links else "—"


# The data -------------------------------------------------------------------------------------------------------------

_KEYS = {
    "level": {level.key: level.name for level in FORM.levels.values()},
    "table": {key: INDEX[key].title for key in FORM.tables},
}
"""Names for people of the keys that a field may hold."""

_FIELDS: dict[str, tuple[str, str]] = {
    "report": ("string", "报告文件夹"),
    "organ": ("string", _SETTINGS["organ"]),
    "level": ("string", _SETTINGS["level"]),
    "year": ("integer", _SETTINGS["year"]),
    "published": ("date", _SETTINGS["published"]),
    "table": ("string", "表的键"),
    "row": ("string", "行的键"),
    "column": ("string", "列的键"),
    "item": ("string", "行名"),
    "group": ("string", "列名"),
    "unit": ("string", "单位"),
    "value": ("number", FORM.tables["disclosure"].column["value"].label),
}
"""Fields of a row of data: type, title."""


def _write_data(reports: Iterable[Listed], folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "string": pa.string(),
        "integer": pa.int16(),
        "date": pa.date32(),
        "number": pa.decimal128(25, 10),
    }
    schema = pa.schema([(name, kinds[kind]) for name, (kind, _) in _FIELDS.items()])
    with (
        written_file(folder / "reports.csv") as text,
        written_file(folder / "reports.parquet") as table,
        pq.ParquetWriter(table, schema, compression="zstd") as parquet,
    ):
        text.write(csv_text([_FIELDS]).encode("utf-8-sig"))
        remaining = iter(reports)
        while some := list(islice(remaining, _GROUP)):
            rows = [row for one in some for row in _rows(one)]
            text.write(csv_text(rows).encode())
            columns = dict(zip(_FIELDS, zip(*rows, strict=True), strict=True))
            parquet.write_table(
                pa.table({name: _column(name, values, kinds) for name, values in columns.items()}, schema)
            )


def _column(name: str, values: Sequence[Any], kinds: dict[str, Any]) -> Any:
    import pyarrow as pa

    kind = _FIELDS[name][0]
    if kind == "number":
        return pa.array(map(Decimal, values), kinds[kind])
    array = pa.array(values, pa.string() if kind == "date" else kinds[kind])
    return array.cast(kinds[kind])


def _rows(one: Listed) -> Iterator[tuple[Any, ...]]:
    about = (one.name, one.organ, one.level, one.year, one.published)
    for names, digits in zip(_NAMES, one.figures, strict=True):
        yield (*about, *names, digits)


_NAMES = [
    (
        table,
        row,
        column,
        "—".join(FORM.tables[table].row[row].labels),
        FORM.tables[table].column[column].label,
        FORM.tables[table].row[row].unit or COUNT_UNIT,
    )
    for table, row, column in _CELLS
]


def _field(name: str, of_field: tuple[str, str]) -> dict[str, Any]:
    """Describe a field; where it holds keys, which, and what they mean."""
    kind, title = of_field
    field: dict[str, Any] = {"name": name, "type": kind, "title": title}
    if keys := _KEYS.get(name):
        field["description"] = "，".join(f"{key}：{meaning}" for key, meaning in keys.items())
        field["constraints"] = {"enum": list(keys)}
    return field


def _package() -> dict[str, Any]:
    schema = {
        "fields": [_field(*one) for one in _FIELDS.items()],
        "missingValues": [""],
        "primaryKey": ["report", "table", "row", "column"],
    }
    title = f"{_TITLE}：{_FIGURES.title}"
    return {
        "profile": "data-package",
        "name": "nianbao-reports",
        "title": title,
        "description": f"{_FIGURES.note}；依{FORM.notice['number']}所附格式，键的含义见本项目 data/form/datapackage.json。",
        "resources": [
            {
                "name": "reports",
                "path": "reports.csv",
                "title": title,
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": schema,
            },
            {
                "name": "reports-parquet",
                "path": "reports.parquet",
                "title": f"{title}（Parquet，字段相同）",
                "profile": "data-resource",
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
            },
        ],
    }
