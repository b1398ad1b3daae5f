"""A report folder: read, validated in shape, saved.

The contract stands in README.md (what a folder holds). Reading reports everything that is wrong at once; nothing is guessed.
"""

import csv
import difflib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import jsonschema
import pandas as pd
import yaml

from helpers.findings import Finding, errors, finding
from helpers.form import AMOUNTS, FOLDER, FORM, HANDLED, RESULTS, TOTAL, Table
from helpers.sources import Line, SourceError, read_csv, read_text, read_yaml
from helpers.values import parse_figure, show

Figure = int | Decimal

SETTINGS_FILE = "report.yml"
PROSE = {"lead": False, "overview": True, "problems": True, "other": True}
"""Prose files of a folder (stem: required?), in the order of the document."""

_VALUE_RULE = {"disclosure": "A-VALUE", "applications": "B-VALUE", "proceedings": "C-VALUE"}
_LISTED = 10


class InvalidReport(Exception):
    """A report folder that cannot be used; ``findings`` says everything that is wrong with it."""

    def __init__(self, folder: Path, findings: Sequence[Finding]) -> None:
        super().__init__(folder, findings)
        self.folder = folder
        self.findings = list(findings)

    def __str__(self) -> str:
        """Return the whole list, a line a finding."""
        wrong = "\n".join(f"  {number}. {found}" for number, found in enumerate(self.findings, 1))
        return f"报告文件夹 {self.folder.name} 有 {len(self.findings)} 处错误，请改正后再生成：\n{wrong}"

    def _render_traceback_(self) -> list[str]:
        """Show the list, and no traceback, where the error ends a notebook cell (IPython's protocol)."""
        return str(self).splitlines()


@dataclass(frozen=True)
class Contact:
    """Whom a reader may ask."""

    office: str
    phone: str
    address: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class Report:
    """One organ's report on one year.

    Attributes
    ----------
    folder
        Where it was read from; ``previous`` and ``parent`` are relative to it.
    tables
        The figures by table name: one row a row key, one column a column key, int or Decimal; None where the folder
        holds no readable figure (only in a report that :func:`read` returned with errors).
    prose
        Text of each prose file by stem; ``lead`` only where the folder has one.
    lines
        Line of each row in its CSV, by (table name, row key).
    co_defendants
        Lawsuits that several children stood in together, each counted once in the sum over them: ``block``, ``result``
        and ``organs``.
    trends
        Whether charts over the linked years are shown, where there are at least three.
    """

    folder: Path
    organ: str
    short_name: str
    level: str
    year: int
    contact: Contact
    published: date | None
    previous: str | None
    parent: str | None
    information_fee_yuan: Figure
    explanations: dict[str, str]
    tables: dict[str, pd.DataFrame]
    prose: dict[str, str]
    lines: dict[tuple[str, str], int] = field(default_factory=dict, compare=False)
    co_defendants: list[dict[str, Any]] = field(default_factory=list)
    trends: bool = True

    @property
    def title(self) -> str:
        """Title of the document (official-form: ``<organ><year>年政府信息公开工作年度报告``)."""
        return FORM.title.format(organ=self.organ, year=self.year)

    @property
    def dated(self) -> date:
        """Date of the document: its publication, or, before that, the day on which the counts are cut off.

        PDF/A asks for a date, and one taken from the clock would make every render another document.
        """
        return self.published or date(self.year, 12, 31)

    def figure(self, table: str, row: str, column: str = "value") -> Figure | None:
        """One figure by its keys; None where it could not be read."""
        found: Figure | None = self._figures[table][row][column]
        return found

    @cached_property
    def _figures(self) -> dict[str, Any]:
        # Asked for some eight hundred times a report, a data frame would take ten times as long.
        return {name: frame.to_dict("index") for name, frame in self.tables.items()}

    def linked(self, path: str | None) -> Path | None:
        """Folder that ``previous`` or ``parent`` names, or None."""
        return None if path is None else (self.folder / path).resolve()


@dataclass(frozen=True)
class Reading:
    """What came of reading a folder: the report (None without a usable report.yml) and what is wrong."""

    folder: Path
    report: Report | None
    findings: list[Finding]


def load(folder: Path | str) -> Report:
    """Read a report folder that has no error of shape.

    Raises
    ------
    InvalidReport
        With every finding of shape; see :func:`read`.
    """
    reading = read(folder)
    wrong = errors(reading.findings)
    if wrong or reading.report is None:
        raise InvalidReport(reading.folder, wrong)
    return reading.report


def read(folder: Path | str) -> Reading:
    """Read a report folder and find everything that is wrong with its shape.

    Blank totals are computed. Rules found here are those of stage ``shape`` in ``data/form/rules.yml``.
    """
    folder = Path(folder)
    if not folder.is_dir():
        message = f"找不到报告文件夹 {folder}，请核对路径"
        return Reading(folder, None, [finding("LOAD", message)])
    settings, findings = _read_settings(folder)
    tables: dict[str, pd.DataFrame] = {}
    lines: dict[tuple[str, str], int] = {}
    for table in FORM.tables.values():
        reader = _TableReader(table, f"{table.name}.csv")
        reader.read(folder)
        tables[table.name] = reader.frame()
        lines |= {(table.name, key): line for key, line in reader.lines.items()}
        findings += reader.findings
    prose, wrong = _read_prose(folder)
    findings += wrong
    report = None
    if settings is not None:
        report = Report(folder=folder, **settings, tables=tables, prose=prose, lines=lines)
    return Reading(folder, report, findings)


# report.yml -----------------------------------------------------------------------------------------------------------


@cache
def _schema() -> Any:
    import json

    schema = json.loads((FOLDER / "report.schema.json").read_text(encoding="utf-8"))
    types = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "number", lambda _, value: isinstance(value, int | Decimal) and not isinstance(value, bool)
    )
    extend: Any = jsonschema.validators.extend
    validator = extend(jsonschema.Draft202012Validator, type_checker=types)
    return validator(schema, format_checker=jsonschema.FormatChecker(["date"]))


def _read_settings(folder: Path) -> tuple[dict[str, Any] | None, list[Finding]]:
    try:
        settings = read_yaml(folder / SETTINGS_FILE)
    except SourceError as error:
        return None, [finding("LOAD", error.message, file=SETTINGS_FILE, line=error.line)]
    found = [
        finding(
            "LOAD",
            message,
            file=SETTINGS_FILE,
            line=settings.line(tuple(error.absolute_path) + extra),
            **what,
        )
        for error in _schema().iter_errors(settings.value)
        for message, extra, what in _explain(error)
    ]
    if found:
        return None, sorted(found, key=lambda one: one.line or 0)
    values = dict(settings.value)
    values["contact"] = Contact(**values["contact"])
    values["published"] = date.fromisoformat(values["published"]) if values["published"] else None
    return values, []


_TYPES = {
    "string": "文字",
    "integer": "整数",
    "number": "数",
    "object": "几行“键: 值”",
    "boolean": "true 或 false",
    "null": "null（空）",
}


def _explain(error: Any) -> Iterable[tuple[str, tuple[str, ...], dict[str, str]]]:
    """Turn a schema error into Chinese: message, rest of the path to its line, expected and actual."""
    schema, value = error.schema, error.instance
    name = ".".join(str(part) for part in error.absolute_path)
    label = f"{name}（{schema['description']}）" if "description" in schema else f"{name or SETTINGS_FILE} "
    match error.validator:
        case "required":
            for key in error.validator_value:
                if key not in value:
                    meaning = schema["properties"][key].get("description", "")
                    yield f"缺少 {key}（{meaning}），请补上这一行", (), {"expected": key}
        case "additionalProperties":
            known = list(schema["properties"])
            for key in value:
                if key not in known:
                    yield f"不认识“{key}”{_suggest(str(key), known)}", (key,), {"actual": str(key)}
        case "enum":
            levels = {level.key: f"{level.key}（{level.name}）" for level in FORM.levels.values()}
            choices = "、".join(levels.get(choice, choice) for choice in error.validator_value)
            expected = " | ".join(error.validator_value)
            yield (
                f"{label}写的是“{_short(value)}”，应是下列之一：{choices}",
                (),
                {"expected": expected, "actual": str(value)},
            )
        case "type":
            wanted = (
                error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
            )
            expected = "或".join(_TYPES[one] for one in wanted)
            yield (
                f"{label}写的是“{_short(value)}”，应是{expected}",
                (),
                {"expected": expected, "actual": _short(value)},
            )
        case "format":
            yield (
                f"{label}写的是“{value}”，应是年-月-日，如 2025-01-20，未公布的写 null",
                (),
                {"expected": "YYYY-MM-DD", "actual": str(value)},
            )
        case "minimum" | "maximum" as bound:
            limit = f"{'不小于' if bound == 'minimum' else '不大于'} {error.validator_value}"
            yield (
                f"{label}写的是“{_short(value)}”，应{limit}",
                (),
                {"expected": limit, "actual": _short(value)},
            )
        case _:
            yield f"{label}是空的或过长，请填写", (), {"actual": _short(value)}


def _short(value: Any) -> str:
    text = "空" if value is None else str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _suggest(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"，是不是“{close[0]}”？" if close else f"，可用的有：{'、'.join(known)}"


# The three tables -----------------------------------------------------------------------------------------------------


class _TableReader:
    """Reads one CSV; collects figures, the line of each row, and everything that is wrong."""

    def __init__(self, table: Table, file: str) -> None:
        self.table = table
        self.file = file
        self.findings: list[Finding] = []
        self.lines: dict[str, int] = {}
        self.figures: dict[str, dict[str, Figure | None]] = {
            key: dict.fromkeys(table.column) for key in table.row
        }

    def _find(self, rule: str, message: str, **where: Any) -> None:
        self.findings.append(finding(rule, message, table=self.table.name, file=self.file, **where))

    def read(self, folder: Path) -> None:
        header = self.table.csv_header
        try:
            first, *rows = read_csv(folder / self.file, max_columns=len(header))
        except SourceError as error:
            self._find("LOAD", error.message, line=error.line)
            return
        if not self._header_agrees(first, header):
            return
        blanks = [blank for row in rows for blank in self._read_row(row)]
        missing = [key for key in self.table.row if key not in self.lines]
        if missing:
            names = "、".join(f"{key}（{self.table.row[key].label}）" for key in missing[:_LISTED])
            more = f"等 {len(missing)} 行" if len(missing) > _LISTED else ""
            self._find("LOAD", f"缺少行：{names}{more}，请按统一格式补上", expected="、".join(missing))
        self._compute_totals(blanks)

    def _header_agrees(self, first: Line, header: list[str]) -> bool:
        if len(first.cells) != len(header):
            message = f"表头有 {len(first.cells)} 列，应有 {len(header)} 列：{'、'.join(header)}"
            self._find(
                "LOAD",
                message,
                line=first.number,
                expected=",".join(header),
                actual=_short(",".join(first.cells)),
            )
            return False
        for expected, actual in zip(header, first.cells, strict=True):
            if expected != actual:
                message = f"表头写的是“{_short(actual)}”，统一格式是“{expected}”，请改回"
                self._find("L-LABEL", message, line=first.number, expected=expected, actual=_short(actual))
        return first.cells[0] == header[0]

    def _read_row(self, row: Line) -> Iterable[tuple[str, str]]:
        """Read one row; yield the cells that are blank and may be computed."""
        table, key = self.table, row.cells[0]
        if key not in table.row:
            self._find(
                "LOAD",
                f"不认识行“{_short(key)}”{_suggest(key, list(table.row))}",
                line=row.number,
                actual=_short(key),
            )
            return
        if key in self.lines:
            message = f"行 {key}（{table.row[key].label}）在第 {self.lines[key]} 行已经有了，请删去重复的一行"
            self._find("LOAD", message, line=row.number, row=key, actual=key)
            return
        self.lines[key] = row.number
        cells = row.cells[1:] + [""] * (len(table.csv_header) - len(row.cells))
        labels, values = cells[: len(table.label_columns)], cells[len(table.label_columns) :]
        for expected, actual in zip(table.csv_labels(key), labels, strict=True):
            if expected != actual:
                message = f"{key} 行的名称写的是“{_short(actual)}”，统一格式是“{expected}”，请改回"
                self._find(
                    "L-LABEL", message, line=row.number, row=key, expected=expected, actual=_short(actual)
                )
        for column, text in zip(table.column, values, strict=True):
            if not text and (column == TOTAL or key == HANDLED):
                yield key, column
            else:
                self._read_cell(row, key, column, text)

    def _read_cell(self, row: Line, key: str, column: str, text: str) -> None:
        figure = parse_figure(text, amount=key in AMOUNTS)
        if not isinstance(figure, str):
            self.figures[key][column] = figure
            return
        kind = "不小于 0 的数" if key in AMOUNTS else "不小于 0 的整数"
        stands = f"填的“{_short(text)}”{figure}" if text else figure
        self._find(
            _VALUE_RULE[self.table.name],
            f"{self.table.place(key, column)}{stands}。应填{kind}。",
            line=row.number,
            row=key,
            column=column,
            expected=kind,
            actual=_short(text) if text else "",
        )

    def _compute_totals(self, blanks: list[tuple[str, str]]) -> None:
        """Compute the totals left blank from the figures they are made of, rows' totals last."""
        parts = [column for column in self.table.column if column != TOTAL]
        for key, column in sorted(blanks, key=lambda blank: blank[1] == TOTAL):
            cells = ((row, column) for row in RESULTS) if column != TOTAL else ((key, part) for part in parts)
            addends = [self.figures[row][one] for row, one in cells]
            known = [figure for figure in addends if figure is not None]
            if len(known) == len(addends):
                self.figures[key][column] = sum(known)

    def frame(self) -> pd.DataFrame:
        """Return the figures as they stand in :class:`Report`."""
        rows = [list(row.values()) for row in self.figures.values()]
        index = pd.Index(list(self.figures), name="key")
        return pd.DataFrame(rows, index=index, columns=list(self.table.column), dtype=object)


# Prose ----------------------------------------------------------------------------------------------------------------


def _read_prose(folder: Path) -> tuple[dict[str, str], list[Finding]]:
    texts: dict[str, str] = {}
    found: list[Finding] = []
    for name, required in PROSE.items():
        path = folder / f"{name}.md"
        if not required and not path.exists():
            continue
        try:
            texts[name] = read_text(path)
        except SourceError as error:
            found.append(finding("LOAD", error.message, file=path.name, line=error.line))
    return texts, found


# Saving ---------------------------------------------------------------------------------------------------------------


def save(report: Report, folder: Path) -> None:
    """Write a report as a folder that :func:`load` reads back equal.

    CSVs are UTF-8 with BOM, so that Excel and WPS show them right when they are opened by a double click.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SETTINGS_FILE).write_text(_settings_text(report), encoding="utf-8")
    for table in FORM.tables.values():
        (folder / f"{table.name}.csv").write_text(table_csv(report, table), encoding="utf-8-sig", newline="")
    for name, text in report.prose.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8", newline="")


def table_csv(report: Report, table: Table) -> str:
    """Text of a table's CSV, figures as printed."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table.csv_header)
    for key, figures in report.tables[table.name].iterrows():
        writer.writerow([key, *table.csv_labels(str(key)), *(show(figure) for figure in figures)])
    return stream.getvalue()


class _Dumper(yaml.SafeDumper):
    """Writes Decimal with the digits it has."""


_Dumper.add_representer(
    Decimal, lambda dumper, value: dumper.represent_scalar("tag:yaml.org,2002:float", show(value))
)


def _settings_text(report: Report) -> str:
    keys = _schema().schema["properties"]
    settings = {key: getattr(report, key) for key in keys}
    settings["contact"] = vars(report.contact)
    return yaml.dump(settings, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1000)
