"""The official form as data: sections, tables, rows, columns, levels.

Source: 国办公开办函〔2021〕30号 and its annexed form. Everything is read from ``data/form/``; no label stands in code.
"""

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from helpers.files.yaml_text import read_own_yaml

_NUMERAL = re.compile(r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|\d+\.)")

FOLDER = Path(__file__).resolve().parents[2] / "data" / "form"

TOTAL = "total"
"""Key of every column that holds the sum of its row's other columns."""

NEW, CARRIED_OVER, HANDLED, CARRIED_FORWARD = (
    "new_received",
    "carried_over",
    "total_handled",
    "carried_forward",
)
"""Keys of the four rows of *applications* that the form's own identity ties together."""

AMOUNTS = frozenset({"fees"})
"""Keys of *disclosure* that are amounts of money (decimal) and not counts."""


@dataclass(frozen=True)
class Item:
    """A row or a column of a table: its key, and its labels from the outermost to its own."""

    key: str
    labels: tuple[str, ...]
    unit: str = ""

    @property
    def label(self) -> str:
        """The label of the item itself, as printed in the form."""
        return self.labels[-1]

    @property
    def subject(self) -> str:
        """What is counted: all labels together, without their numerals such as 一、 and （七）."""
        return "".join(_NUMERAL.sub("", label) for label in self.labels)


@dataclass(frozen=True)
class Table:
    """One of the three statistical tables.

    Attributes
    ----------
    name
        ``disclosure``, ``applications`` or ``proceedings``; also the stem of its CSV in a report folder.
    heading
        Heading of the section that consists of this table.
    rows, columns
        The items that name its figures; *disclosure* has the one column ``value``.
    label_columns
        Names of the label columns in the CSV, after ``key``.
    widths
        Widths in millimetres of the printed grid's columns.
    stubhead, spanner
        Head cells that belong to no single row or column; empty where the form has none.
    """

    name: str
    heading: str
    rows: tuple[Item, ...]
    columns: tuple[Item, ...]
    label_columns: tuple[str, ...]
    widths: tuple[float, ...]
    stubhead: str = ""
    spanner: str = ""

    @cached_property
    def row(self) -> dict[str, Item]:
        """Rows by key."""
        return {row.key: row for row in self.rows}

    @cached_property
    def column(self) -> dict[str, Item]:
        """Columns by key."""
        return {column.key: column for column in self.columns}

    @property
    def part(self) -> str:
        """Name of the section for people, as in 第三部分."""
        return f"第{self.heading[0]}部分"

    def place(self, row: str, column: str | None = None) -> str:
        """Name a row, or a cell, for people: 第三部分“（七）总计”自然人一栏."""
        labels = self.row[row].labels
        inner = labels[1:] or labels
        where = f"{self.part}“{'—'.join(inner)}”"
        return (
            where if column is None or len(self.columns) == 1 else f"{where}{self.column[column].label}一栏"
        )

    @property
    def csv_header(self) -> list[str]:
        """Header of the table's CSV in a report folder."""
        return ["key", *self.label_columns, *(column.label for column in self.columns)]

    def csv_labels(self, key: str) -> list[str]:
        """Label cells of one row of the CSV: its innermost labels, one a label column."""
        return list(self.row[key].labels[-len(self.label_columns) :])


@dataclass(frozen=True)
class Level:
    """A level of government: its name for people and its last day for publication (month, day) in the next year."""

    key: str
    name: str
    deadline: tuple[int, int]

    def last_day(self, year: int) -> date:
        """Last day on which the report on ``year`` may be published (条例 art. 49; notice of 2021, part 二)."""
        return date(year + 1, *self.deadline)


@dataclass(frozen=True)
class Form:
    """The whole form; ``tables`` and ``sections`` (heading by key) in their printed order."""

    notice: dict[str, str]
    regulation: str
    title: str
    description: str
    keywords: tuple[str, ...]
    sections: dict[str, str]
    overview_topics: tuple[str, ...]
    overview_limit: int
    tables: dict[str, Table]
    levels: dict[str, Level]


def _items(file: str, units: bool = False) -> tuple[Item, ...]:
    with (FOLDER / file).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    return tuple(
        Item(
            key,
            tuple(label for label in (labels[:-1] if units else labels) if label),
            labels[-1] if units else "",
        )
        for key, *labels in rows
    )


def _load() -> Form:
    data: dict[str, Any] = read_own_yaml(FOLDER / "form.yml")

    def table(name: str, rows: Iterable[Item], columns: Iterable[Item], *label_columns: str) -> Table:
        extra = data["tables"][name]
        return Table(
            name=name,
            heading=data["sections"][name],
            rows=tuple(rows),
            columns=tuple(columns),
            label_columns=label_columns,
            widths=tuple(map(float, extra["widths"])),
            stubhead=extra.get("stubhead", ""),
            spanner=extra.get("spanner", ""),
        )

    tables = (
        table(
            "disclosure",
            _items("disclosure.csv", units=True),
            [Item("value", ("数值",))],
            "条款",
            "信息内容",
            "指标",
        ),
        table("applications", _items("applications.csv"), _items("applicants.csv"), "项目"),
        table("proceedings", _items("proceedings.csv"), _items("results.csv"), "类别"),
    )
    levels = (
        Level(key, level["name"], (int(level["deadline"][:2]), int(level["deadline"][3:])))
        for key, level in data["levels"].items()
    )
    return Form(
        notice=data["notice"],
        regulation=data["regulation"],
        title=data["title"],
        description=data["description"],
        keywords=tuple(data["keywords"]),
        sections=data["sections"],
        overview_topics=tuple(data["overview_topics"]),
        overview_limit=data["overview_limit"],
        tables={table.name: table for table in tables},
        levels={level.key: level for level in levels},
    )


FORM = _load()

RESULTS = tuple(
    row.key for row in FORM.tables["applications"].rows if len(row.labels) > 1 and row.key != HANDLED
)
"""Keys of the 21 rows of *applications* whose sum is ``total_handled``."""
