"""A report folder: read, validated in shape, saved.

The contract stands in docs/guide.md (The folder). Reading reports everything that is wrong at once; nothing is guessed.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from helpers.files.listing import IRREGULAR, irregular
from helpers.files.reading import SourceError, read_text, unprintable
from helpers.files.spreadsheets import csv_text
from helpers.files.writing import write_text
from helpers.files.yaml_text import dump_yaml
from helpers.report.cell_names import Cell
from helpers.report.figures import Figure, Rows, format_figure
from helpers.report.findings import Finding, errors, finding, listed, unforeseen
from helpers.report.form import FORM, Table
from helpers.report.local_addenda import Addendum
from helpers.report.schema_faults import validator
from helpers.report.settings_file import SETTINGS_FILE, Contact, read_settings
from helpers.report.table_file import TableReader

if TYPE_CHECKING:
    import pandas as pd

PROSE = {"lead": False, "overview": True, "problems": True, "other": True}
"""Prose files of a folder (stem: required?), in the order of the document."""


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
class Report:
    """One organ's report on one year.

    Attributes
    ----------
    folder
        Where it was read from; ``previous`` and ``parent`` are relative to it.
    level, information_fee_yuan
        None where report.yml leaves them open (only in a report that :func:`read` returned with errors).
    figures
        By table name, row key and column key, in the order of the form: int or Decimal; None where the folder holds no
        readable figure (only in a report that :func:`read` returned with errors).
    prose
        Text of each prose file by stem; ``lead`` only where the folder has one.
    lines
        Line of each row in its CSV, by (table name, row key).
    co_defendants
        Lawsuits that several children stood in together, each counted once in the sum over them: ``block``, ``result``
        and ``organs``.
    computed
        Totals that the folder leaves blank, by (table name, row key, column key).
    trends
        Whether charts over the linked years are shown, where there are at least three.
    local
        Name of the local notice that the report follows besides the form.
    site
        What only the website knows of the page: ``name``, ``domain``, ``code``, ``column``, ``column_type``, ``url``; what is
        not stated is left out.
    addendum
        That notice; None without one, or where it cannot be used.
    """

    folder: Path
    organ: str
    short_name: str
    level: str | None
    year: int
    contact: Contact
    published: date | None
    previous: str | None
    parent: str | None
    information_fee_yuan: Figure | None
    explanations: dict[str, str]
    figures: dict[str, Rows]
    prose: dict[str, str]
    lines: dict[tuple[str, str], int] = field(default_factory=dict, compare=False)
    computed: frozenset[Cell] = field(default=frozenset(), compare=False)
    co_defendants: list[dict[str, Any]] = field(default_factory=list)
    trends: bool = True
    local: str | None = None
    site: dict[str, str] = field(default_factory=dict)
    addendum: Addendum | None = field(default=None, compare=False)

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
        return self.figures[table][row][column]

    @cached_property
    def tables(self) -> "dict[str, pd.DataFrame]":
        """The figures as data frames by table name, for analysis: one row a row key, one column a column key.

        They are copies: what is changed in them is not changed in the report.
        """
        import pandas as pd  # takes longer to load than a folder takes to read and check

        return {
            name: pd.DataFrame(
                [list(row.values()) for row in rows.values()],
                index=pd.Index(list(rows), name="key"),
                columns=list(FORM.tables[name].column),
                dtype=object,
            )
            for name, rows in self.figures.items()
        }

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
    refusal = _refusal(folder)
    if refusal:
        return Reading(folder, None, [finding("LOAD", refusal)])
    try:
        return _read(folder)
    except Exception as error:  # whatever a folder holds, other folders are read
        return Reading(folder, None, [unforeseen(error)])


def _refusal(folder: Path) -> str | None:
    """Say why a path is no report folder, or None."""
    try:
        if not folder.is_dir():
            return f"找不到报告文件夹 {folder}，请核对路径"
    except OSError as error:
        return f"报告文件夹 {folder} 打不开（{error.strerror}），请检查权限"
    if unprintable(folder.absolute().name):
        return f"文件夹 {folder} 的名字里有看不见的字符，或不是 UTF-8 编码，请改名"
    return None


def _read(folder: Path) -> Reading:
    settings, findings = read_settings(folder)
    figures: dict[str, Rows] = {}
    lines: dict[tuple[str, str], int] = {}
    computed: set[Cell] = set()
    for table in FORM.tables.values():
        reader = TableReader(table, f"{table.name}.csv")
        reader.read(folder)
        figures[table.name] = reader.figures
        lines |= {(table.name, key): line for key, line in reader.lines.items()}
        computed |= {(table.name, *cell) for cell in reader.computed}
        findings += reader.findings
    prose, wrong = _read_prose(folder)
    findings += wrong
    report = None
    if settings is not None:
        findings += listed(_strangers(folder))
        report = Report(
            folder=folder,
            **settings,
            figures=figures,
            prose=prose,
            lines=lines,
            computed=frozenset(computed),
        )
    return Reading(folder, report, list(dict.fromkeys(findings)))


# Prose ----------------------------------------------------------------------------------------------------------------


def _read_prose(folder: Path) -> tuple[dict[str, str], list[Finding]]:
    texts: dict[str, str] = {}
    found: list[Finding] = []
    for name, required in PROSE.items():
        path = folder / f"{name}.md"
        if not required and not os.path.lexists(path):
            continue
        try:
            texts[name] = read_text(path)
        except SourceError as error:
            found.append(finding("LOAD", error.message, file=path.name, line=error.line))
    return texts, found


def _strangers(folder: Path) -> Iterator[Finding]:
    """Tell of pipes, devices, links that lead out of the folder, names not in UTF-8; files that are read are told of where they are."""
    known = {SETTINGS_FILE, *(f"{table}.csv" for table in FORM.tables), *(f"{name}.md" for name in PROSE)}
    try:
        for path in irregular(folder):
            name = path.relative_to(folder).as_posix()
            if name not in known:
                yield finding("LOAD", IRREGULAR, file=name.encode(errors="backslashreplace").decode())
    except OSError as error:
        yield finding("LOAD", f"报告文件夹{error.strerror}，请检查是否放错了东西")


def files_of(report: Report) -> list[Path]:
    """Files of the folder that the report is made of: report.yml, the three CSVs, the prose that is there."""
    names = [SETTINGS_FILE, *(f"{table}.csv" for table in FORM.tables), *(f"{name}.md" for name in PROSE)]
    return [path for name in names if (path := report.folder / name).is_file()]


# Saving ---------------------------------------------------------------------------------------------------------------


def save(report: Report, folder: Path) -> None:
    """Write a report as a folder that :func:`load` reads back equal.

    CSVs are UTF-8 with BOM, so that Excel and WPS show them right when they are opened by a double click.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / SETTINGS_FILE, _settings_text(report))
    for table in FORM.tables.values():
        write_text(folder / f"{table.name}.csv", table_csv(report, table), "utf-8-sig")
    for name, text in report.prose.items():
        write_text(folder / f"{name}.md", text)


def table_csv(report: Report, table: Table) -> str:
    """Text of a table's CSV, figures as printed."""
    rows = (
        [key, *table.csv_labels(key), *("" if one is None else format_figure(one) for one in row.values())]
        for key, row in report.figures[table.name].items()
    )
    return csv_text([table.csv_header, *rows])


_LEFT_OUT = {"local", "site"}
"""Keys that are not written where they say nothing."""


def _settings_text(report: Report) -> str:
    keys = validator("report").schema["properties"]
    settings = {key: getattr(report, key) for key in keys if key not in _LEFT_OUT or getattr(report, key)}
    settings["contact"] = vars(report.contact)
    return dump_yaml(settings)
