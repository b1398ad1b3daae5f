"""All figures of all reports as open data, beside the portal: CSV, Parquet, and a data package that describes them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from helpers.county.listed import SETTINGS, TITLE, Listed
from helpers.document.opendata import COUNT_UNIT
from helpers.document.outputs import INDEX, PORTAL
from helpers.files.spreadsheets import csv_text
from helpers.files.writing import write_text, written_file
from helpers.report.cell_names import CELLS
from helpers.report.form import FORM

FILES = ("reports.csv", "reports.parquet", "datapackage.json")
"""What :func:`write` makes."""

_FIGURES = PORTAL["figures"]
_CELLS = [cell for cells in CELLS.values() for cell in cells]
_GROUP = 200
"""Reports whose figures are held at once."""

_KEYS = {
    "level": {level.key: level.name for level in FORM.levels.values()},
    "table": {key: INDEX[key].title for key in FORM.tables},
}
"""Names for people of the keys that a field may hold."""

_FIELDS: dict[str, tuple[str, str]] = {
    "report": ("string", "报告文件夹"),
    "organ": ("string", SETTINGS["organ"]),
    "level": ("string", SETTINGS["level"]),
    "year": ("integer", SETTINGS["year"]),
    "published": ("date", SETTINGS["published"]),
    "table": ("string", "表的键"),
    "row": ("string", "行的键"),
    "column": ("string", "列的键"),
    "item": ("string", "行名"),
    "group": ("string", "列名"),
    "unit": ("string", "单位"),
    "value": ("number", FORM.tables["disclosure"].column["value"].label),
}
"""Fields of a row of data: type, title."""


def write(reports: Iterable[Listed], folder: Path) -> None:
    """Write the figures of reports, a row a cell, as CSV and Parquet, and what describes them (Data Package).

    Parameters
    ----------
    reports
        Those that are published; gone through once, and never held all at once.

    Raises
    ------
    OSError
        A file cannot be written.
    """
    _write_rows(reports, folder)
    package = json.dumps(_package(), ensure_ascii=False, indent=2)
    write_text(folder / "datapackage.json", package + "\n")


def _write_rows(reports: Iterable[Listed], folder: Path) -> None:
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
            for one in some:
                text.write(_csv(one).encode())
            rows = [row for one in some for row in _rows(one)]
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


def _csv(one: Listed) -> str:
    """Return a report's rows as CSV; what is alike in them is written out once, for there are two hundred."""
    about = _line(_about(one))
    return "".join(
        f"{about},{names},{digits}\n" for names, digits in zip(_written_names(), one.figures, strict=True)
    )


@cache
def _written_names() -> list[str]:
    return list(map(_line, _NAMES))


def _line(row: tuple[Any, ...]) -> str:
    return csv_text([row]).removesuffix("\n")


def _about(one: Listed) -> tuple[Any, ...]:
    return one.name, one.organ, one.level, one.year, one.published


def _rows(one: Listed) -> Iterator[tuple[Any, ...]]:
    about = _about(one)
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
    title = f"{TITLE}：{_FIGURES.title}"
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
