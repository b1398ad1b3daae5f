"""A report folder as an Excel workbook, for clerks who live in Excel or WPS; ``import`` reads it back.

Each table stands on a sheet of its own, with the form's merges. Only figures can be typed in; totals are formulas, and
what does not tally turns red with the rule's sentence beside it.
"""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from lxml import html
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from helpers.document.source_plan import workbook_plan
from helpers.document.tables import html_table
from helpers.files.writing import write_file
from helpers.finishing.source_marks import as_text
from helpers.intake.matching.model import DEMANDS, DEMANDS_HEAD, LAST_YEAR, PROSE, SETTINGS, SOURCE
from helpers.report.figures import Figure, format_figure
from helpers.report.findings import rules
from helpers.report.folder import Report, read
from helpers.report.form import (
    AMOUNTS,
    CARRIED_FORWARD,
    CARRIED_OVER,
    FORM,
    HANDLED,
    NEW,
    RESULTS,
    TOTAL,
    Table,
)

SHEETS = {"disclosure": "主动公开", "applications": "依申请公开", "proceedings": "复议诉讼"}
_NO_SETTINGS = {"folder", "figures", "prose", "lines", "computed", "addendum"}
"""Parts of a report that do not stand in report.yml."""

_TALLIES = "勾稽相符"
_TOP = 2
"""Rows above the grid: the section's heading and a hint."""

_MM_PER_CHARACTER = 1.9
_ROW_HEIGHT = 27
"""Points; two lines of a label."""

_LONGEST_CELL = 32_767


class WorkbookError(Exception):
    """A report that does not fit into a workbook; the message says why, in Chinese."""


@dataclass
class _Sheet:
    """A sheet under construction: where each figure stands, by row key and column key."""

    sheet: Any
    table: Table
    places: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def at(self, row: str, column: str, *, fixed_row: bool = False) -> str:
        """Name of a cell, as in ``D4``."""
        return str(xl_rowcol_to_cell(*self.places[row, column], row_abs=fixed_row))

    def across(self, row: str) -> str:
        """Range of a whole row of figures, as in ``$D$4:$J$4``."""
        first, *_, last = (self.places[row, column] for column in self.table.column)
        return str(xl_range_abs(*first, *last))


def write(report: Report, out: Path) -> Path:
    """Write a report as a workbook.

    Parameters
    ----------
    out
        The file to write; one that is there already is replaced.

    Raises
    ------
    WorkbookError
        A line of prose is longer than a cell can hold.
    OSError
        The file cannot be written.
    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"title": report.title, "author": report.organ})
        book.set_calc_mode("auto")
        _fill(book, report)
    write_file(out, stream.getvalue())
    return out


def _fill(book: Any, report: Report) -> None:
    look = _Look(book)
    previous = _previous(report)
    sheets = {name: _grid_sheet(book, look, report, FORM.tables[name]) for name in FORM.tables}
    applications = sheets["applications"]
    _settings_sheet(book, look, report)
    _prose_sheet(book, look, report)
    _demands_sheet(book, look, report)
    last_year = _last_year_sheet(book, look, previous)
    _source_sheet(book, report)
    _tally_identity(applications, look, report)
    if previous:
        _tally_carried_over(applications, look, report, previous, last_year)


def _source_sheet(book: Any, report: Report) -> None:
    """Write what the workbook is made from, for ``merge``, on a sheet that no program offers to show."""
    sheet = book.add_worksheet(SOURCE)
    sheet.write_string(0, 0, as_text(workbook_plan(report)))
    sheet.very_hidden()


def _previous(report: Report) -> Report | None:
    folder = report.linked(report.previous)
    return read(folder).report if folder else None


class _Look:
    """Formats of cells."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "宋体", "font_size": 10, "valign": "vcenter", "text_wrap": True}
        boxed = {**base, "border": 1, "align": "center"}
        self._book, self._figure = book, {**boxed, "locked": False, "bg_color": "#FFFBE6"}
        self.title = book.add_format({**base, "bold": True, "font_size": 14, "text_wrap": False})
        self.hint = book.add_format({**base, "font_color": "#595959", "text_wrap": False})
        self.label = book.add_format({**boxed, "bg_color": "#F2F2F2"})
        self.count = book.add_format({**self._figure, "num_format": "0"})
        self.total = book.add_format({**boxed, "num_format": "0", "bold": True})
        self.text = book.add_format({**base, "num_format": "@"})
        self.sentence = book.add_format({**base, "font_color": "#C00000", "align": "left"})
        self.wrong = book.add_format({"bg_color": "#FF0000", "font_color": "#FFFFFF"})

    def amount(self, figure: Figure) -> Any:
        """Format that shows an amount with the digits it has."""
        places = max(0, -int(Decimal(figure).as_tuple().exponent))
        return self._book.add_format(
            {**self._figure, "num_format": f"0.{'0' * places}" if places else "General"}
        )


# The three tables -----------------------------------------------------------------------------------------------------


def _grid_sheet(book: Any, look: _Look, report: Report, table: Table) -> _Sheet:
    """Lay out one table as the report prints it; its figure cells come in the order of the form."""
    made = _Sheet(book.add_worksheet(SHEETS[table.name]), table)
    sheet = made.sheet
    sheet.set_default_row(_ROW_HEIGHT)
    sheet.write_string(0, 0, table.heading, look.title)
    sheet.write_string(1, 0, "只填浅黄色的格子，没有发生的填 0，总计由公式算出", look.hint)
    slots = iter([(row, column) for row in table.row for column in table.column])
    bottom = right = 0
    for top, left, height, width, cell in _cells(html_table(report, table.name)):
        bottom, right = max(bottom, top + height - 1), max(right, left + width - 1)
        if cell.tag == "td":
            made.places[next(slots)] = (top, left)
        if width * height > 1:
            sheet.merge_range(top, left, top + height - 1, left + width - 1, "", look.label)
        if cell.tag == "th":
            sheet.write_string(top, left, cell.text_content().strip(), look.label)
    for (row, column), (top, left) in made.places.items():
        _write_figure(made, look, report, row, column, (top, left))
    for place, width_mm in enumerate(table.widths):
        sheet.set_column(place, place, width_mm / _MM_PER_CHARACTER)
    sheet.set_column(right + 1, right + 1, 40)
    sheet.protect(options={"format_columns": True, "format_rows": True})
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 1)
    sheet.print_area(0, 0, bottom, right)
    sheet.center_horizontally()
    return made


def _cells(table: str) -> Iterator[tuple[int, int, int, int, Any]]:
    """Top, left, height and width of each cell of an HTML table, below the rows that stand above it."""
    taken: set[tuple[int, int]] = set()
    for top, row in enumerate(html.fromstring(table).iter("tr"), _TOP):
        left = 0
        for cell in row.iter("th", "td"):
            while (top, left) in taken:
                left += 1
            height, width = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
            taken |= {(top + down, left + across) for down in range(height) for across in range(width)}
            yield top, left, height, width, cell


def _write_figure(
    made: _Sheet, look: _Look, report: Report, row: str, column: str, place: tuple[int, int]
) -> None:
    """Write a figure that can be typed over, or a total as a formula with the report's own figure as its value."""
    figure = report.figure(made.table.name, row, column)
    figure = 0 if figure is None else figure
    parts = [key for key in made.table.column if key != TOTAL]
    if column == TOTAL:
        formula = f"=SUM({made.at(row, parts[0])}:{made.at(row, parts[-1])})"
        made.sheet.write_formula(*place, formula, look.total, figure)
    elif row == HANDLED:
        formula = f"=SUM({made.at(RESULTS[0], column)}:{made.at(RESULTS[-1], column)})"
        made.sheet.write_formula(*place, formula, look.total, figure)
    elif row in AMOUNTS:
        _write_amount(made.sheet, look, figure, place)
        _validate(made.sheet, place, "decimal", "请填不小于 0 的数，单位是万元。")
    else:
        made.sheet.write_number(*place, figure, look.count)
        _validate(made.sheet, place, "integer", "请填不小于 0 的整数，没有发生的填 0。")


def _write_amount(sheet: Any, look: _Look, figure: Figure, place: tuple[int, int]) -> None:
    """Write an amount as a number, or, where a float would lose a digit, as the text it is."""
    if Decimal(format(float(figure), ".15g")) == figure:
        sheet.write_number(*place, float(figure), look.amount(figure))
    else:
        sheet.write_string(*place, format_figure(figure), look.amount(0))


def _validate(sheet: Any, place: tuple[int, int], kind: str, message: str) -> None:
    sheet.data_validation(
        *place,
        *place,
        {
            "validate": kind,
            "criteria": ">=",
            "value": 0,
            "ignore_blank": False,
            "error_title": "填写有误",
            "error_message": message,
        },
    )


# What must tally ------------------------------------------------------------------------------------------------------


def _tally_identity(made: _Sheet, look: _Look, report: Report) -> None:
    """B-IDENT: the four rows of the form's own identity turn red in the column where it fails."""
    sides = (NEW, CARRIED_OVER), (HANDLED, CARRIED_FORWARD)
    left, right = ("+".join(made.across(row) for row in side) for side in sides)
    fails = any(
        sum(_figure(report, row, column) for row in sides[0])
        != sum(_figure(report, row, column) for row in sides[1])
        for column in made.table.column
    )
    first = next(iter(made.table.column))
    cells = ["+".join(made.at(row, first, fixed_row=True) for row in side) for side in sides]
    for row in (*sides[0], *sides[1]):
        condition = {"type": "formula", "criteria": f"={cells[0]}<>{cells[1]}", "format": look.wrong}
        made.sheet.conditional_format(made.across(row).replace("$", ""), condition)
    _sentence(made, look, CARRIED_FORWARD, f"SUMPRODUCT(--({left}<>{right}))", "B-IDENT", fails)


def _tally_carried_over(
    made: _Sheet, look: _Look, report: Report, previous: Report, last_year: dict[str, int]
) -> None:
    """X-CARRY: a cell of 上年结转 turns red where last year's 结转下年度 was another figure."""
    line = last_year[CARRIED_FORWARD]
    columns = list(made.table.column)
    before = f"'{LAST_YEAR}'!{xl_range_abs(line, 2, line, 1 + len(columns))}"
    condition = {
        "type": "formula",
        "criteria": f"={made.at(CARRIED_OVER, columns[0])}<>'{LAST_YEAR}'!{xl_rowcol_to_cell(line, 2, row_abs=True)}",
        "format": look.wrong,
    }
    made.sheet.conditional_format(made.across(CARRIED_OVER).replace("$", ""), condition)
    fails = any(
        _figure(report, CARRIED_OVER, column) != _figure(previous, CARRIED_FORWARD, column)
        for column in columns
    )
    _sentence(
        made, look, CARRIED_OVER, f"SUMPRODUCT(--({made.across(CARRIED_OVER)}<>{before}))", "X-CARRY", fails
    )


def _sentence(made: _Sheet, look: _Look, row: str, broken: str, rule: str, fails: bool) -> None:
    """Write the rule's sentence beside a row, shown as long as the rule is broken."""
    text = f"{rules()[rule].text}〔{rule}〕"
    top, left = made.places[row, TOTAL]
    formula = f'=IF({broken}=0,"{_TALLIES}","{text}")'
    made.sheet.write_formula(top, left + 1, formula, look.sentence, text if fails else _TALLIES)


def _figure(report: Report, row: str, column: str) -> Figure:
    return report.figure("applications", row, column) or 0


# The other sheets -----------------------------------------------------------------------------------------------------


def _settings_sheet(book: Any, look: _Look, report: Report) -> None:
    values = {
        name.name: getattr(report, name.name) for name in fields(report) if name.name not in _NO_SETTINGS
    }
    if values["local"] is None:  # a report that follows no local notice has no such line
        del values["local"]
    groups = {"contact": vars(report.contact), "explanations": report.explanations, "site": report.site}
    for group, members in groups.items():
        del values[group]
        values |= {f"{group}.{key}": value for key, value in members.items()}
    _list_sheet(book, look, SETTINGS, [(key, _written(value)) for key, value in values.items()])


def _written(value: Any) -> str:
    """Text of a value of report.yml: text and numbers as they are, lists and truth values as JSON."""
    match value:
        case None:
            return ""
        case bool() | list() | tuple():
            return json.dumps(value, ensure_ascii=False)
        case int() | Decimal():
            return format_figure(value)
    return str(value)


def _prose_sheet(book: Any, look: _Look, report: Report) -> None:
    lines = [
        (name, line) for name, text in report.prose.items() for line in text.replace("\r\n", "\n").split("\n")
    ]
    _list_sheet(book, look, PROSE, lines)


def _demands_sheet(book: Any, look: _Look, report: Report) -> None:
    """Write what the local notice asks, if the report follows one on its year."""
    named = report.addendum
    if named is None or report.year not in named.years:
        return
    rows = [(demand.topic or FORM.sections["other"], str(demand)) for demand in named.of(report.level)]
    last_day = named.last_day(report.level, report.year)
    rows += [("公布", f"{last_day} 前")] if last_day else []
    _list_sheet(book, look, DEMANDS, rows, f"{DEMANDS_HEAD}{named.notice['number']}）")


def _list_sheet(
    book: Any, look: _Look, name: str, rows: list[tuple[str, str]], head: str = "内容（请在报告文件夹里修改）"
) -> None:
    """Write a sheet of keys and texts, to read; they are changed in the report folder."""
    sheet = book.add_worksheet(name)
    for place, row in enumerate([("名称", head), *rows]):
        if len(row[1]) > _LONGEST_CELL:
            raise WorkbookError(f"{row[0]} 里有一段超过 {_LONGEST_CELL} 字，Excel 的一格放不下，请分段")
        for column, text in enumerate(row):
            sheet.write_string(place, column, text, look.text)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 90)
    sheet.protect()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _last_year_sheet(book: Any, look: _Look, previous: Report | None) -> dict[str, int]:
    """Write last year's figures as lists; return the line of each row."""
    sheet = book.add_worksheet(LAST_YEAR)
    sheet.set_column(0, 1, 30)
    sheet.protect()
    lines: dict[str, int] = {}
    if previous is None:
        sheet.write_string(
            0, 0, "没有上一年度的报告（report.yml 的 previous 没有填写，或者读不到）。", look.hint
        )
        return lines
    sheet.write_string(0, 0, previous.title, look.title)
    line = 2
    for table in FORM.tables.values():
        heads = [table.part, "", *(column.label for column in table.columns)]
        for column, text in enumerate(heads):
            sheet.write_string(line, column, text, look.label)
        for item in table.rows:
            line += 1
            lines[item.key] = line
            for column, text in enumerate([*["", *item.labels][-2:]]):
                sheet.write_string(line, column, text, look.label)
            for column, key in enumerate(table.column, 2):
                figure = previous.figure(table.name, item.key, key)
                sheet.write_number(line, column, float(figure or 0), look.total)
        line += 2
    return lines
