"""Workbooks (XLSX): every visible sheet as a grid; the sheets of this project's own workbook besides."""

import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from helpers.intake.matching.model import (
    DEMANDS,
    DEMANDS_HEAD,
    LAST_YEAR,
    PROSE,
    SETTINGS,
    UNCOMPUTED,
    Block,
    Cell,
    Document,
    Grid,
    IntakeError,
    Text,
    distinct,
)
from helpers.intake.readers.limits import Budget, check_package

_HINT = re.compile(r"只填[^。]*格子[^。]*|勾稽相符|.*〔[A-Z]-[A-Z]+〕")
_TALLEST, _WIDEST = 2_000, 200


def read(data: bytes) -> Document:
    """Read an XLSX; formulas count with the values stored beside them.

    Raises
    ------
    IntakeError
        It is damaged, encrypted or too large.
    """
    check_package(data, "Excel 文件")
    import openpyxl

    try:
        shown, typed = (
            openpyxl.load_workbook(io.BytesIO(data), data_only=stored, rich_text=True, keep_links=False)
            for stored in (True, False)
        )
        document = Document(titles=[shown.properties.title or ""])
        budget = Budget()
        for sheet in shown.worksheets:
            if sheet.sheet_state != "visible" or sheet.title == LAST_YEAR:
                continue
            grid = _grid(sheet, typed[sheet.title], budget)
            if sheet.title == SETTINGS and _is_settings(grid):
                document.settings = _settings(grid)
            elif sheet.title == PROSE and document.settings:
                document.prose = _prose(grid)
            elif sheet.title == DEMANDS and document.settings and _is_demands(grid):
                continue
            else:
                document.source += "".join(cell.text for cell in distinct(grid))
                document.blocks.extend(_blocks(grid))
        if document.settings:
            document.furniture = list(_without_hints(document.blocks))
    except IntakeError:
        raise
    except Exception:  # openpyxl raises whatever a broken part makes it trip over
        raise IntakeError("Excel 文件已损坏，打不开；请用 Excel 或 WPS 另存一份再导入") from None
    return document


def _grid(sheet: Any, typed: Any, budget: Budget) -> Grid:
    """Cells of a sheet with merged ones spread; hidden rows and columns are left out."""
    if sheet.max_row > _TALLEST or sheet.max_column > _WIDEST:
        raise IntakeError(
            f"工作表“{sheet.title}”有 {sheet.max_row} 行 {sheet.max_column} 列，不像年度报告，没有导入"
        )
    budget.spend(cells=sheet.max_row * sheet.max_column)
    cells: dict[tuple[int, int], Cell] = {
        (cell.row, cell.column): _cell(cell, typed.cell(cell.row, cell.column), sheet.title)
        for row in sheet.iter_rows()
        for cell in row
    }
    for merged in sheet.merged_cells.ranges:
        first = cells[merged.min_row, merged.min_col]
        places = [place for place in merged.cells if place in cells]
        cells.update(dict.fromkeys(places, first))
    rows = [row for row in range(1, sheet.max_row + 1) if not sheet.row_dimensions[row].hidden]
    hidden = _hidden_columns(sheet)
    columns = [column for column in range(1, sheet.max_column + 1) if column not in hidden]
    return Grid([[cells[row, column] for column in columns] for row in rows])


def _hidden_columns(sheet: Any) -> set[int]:
    return {
        column
        for dimension in sheet.column_dimensions.values()
        if dimension.hidden
        for column in range(dimension.min, min(dimension.max, _WIDEST) + 1)
    }


def _cell(cell: Any, typed: Any, sheet: str) -> Cell:
    value = cell.value
    if typed.data_type == "f" and value is None:
        return Cell("", f"工作表“{sheet}”的 {cell.coordinate} {UNCOMPUTED}")
    return Cell(_padded(_written(value), str(cell.number_format or "")), _doubt(cell, value))


def _written(value: Any) -> str:
    """Text of a value as Excel shows it; a float has the 15 digits that Excel keeps."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float():
            digits = Decimal(format(value, ".15g"))
            return format(digits, "f") if digits.is_finite() else str(value)
        case datetime() if value.time() == time():
            return value.date().isoformat()
        case datetime() | date() | time():
            return value.isoformat()
    return str(value)


def _padded(text: str, looks: str) -> str:
    """Put back the zeros at a number's end that its format shows."""
    places = re.fullmatch(r"(?:#,##)?0\.(0+)(?:_\s)?", looks)
    whole, _, fraction = text.partition(".")
    if not places or not whole.isdigit() or len(fraction) >= len(places[1]):
        return text
    return f"{whole}.{fraction.ljust(len(places[1]), '0')}"


def _doubt(cell: Any, value: Any) -> str:
    """Say why the value may not be what the eye sees: a scaling format, struck or raised text."""
    looks = str(cell.number_format or "")
    if isinstance(value, int | float) and ("%" in looks or re.search(r"[0#],+(?![0#])", looks)):
        return f"数字格式“{looks}”显示的数和存的数不同"
    fonts = (
        [cell.font, *(getattr(piece, "font", None) for piece in value if not isinstance(value, str))]
        if (isinstance(value, list))
        else [cell.font]
    )
    marked = any(font and (font.strike or font.vertAlign in {"superscript", "subscript"}) for font in fonts)
    return "格子里有角标或划掉的字，分不清哪些是数字" if marked else ""


def _blocks(grid: Grid) -> Iterator[Block]:
    """Turn rows of one cell into text (titles, headings, prose) and the rows between them into grids."""
    rows: list[list[Cell | None]] = []
    for row in grid.rows:
        filled = list(dict.fromkeys(cell for cell in row if cell and (cell.text.strip() or cell.doubt)))
        if len(filled) != 1 or filled[0].doubt or not re.search(r"[\u4e00-\u9fff]{2}", filled[0].text):
            rows.append(row)
            continue
        if rows:
            yield Grid(rows)
            rows = []
        yield from (Text(line.strip()) for line in filled[0].text.split("\n") if line.strip())
    if rows:
        yield Grid(rows)


def _without_hints(blocks: list[Block]) -> Iterator[str]:
    """Take out and return what this project's workbook says to who fills it in: hints, and whether sums hold."""
    for block in list(blocks):
        if isinstance(block, Text) and _HINT.fullmatch(block.text):
            blocks.remove(block)
            yield block.text
        for row in block.rows if isinstance(block, Grid) else ():
            for column, cell in enumerate(row):
                if cell and _HINT.fullmatch(cell.text):
                    yield cell.text
                    row[column] = None


def _rows(grid: Grid) -> Iterator[tuple[str, str]]:
    """First and last column of a sheet of keys and values."""
    for row in grid.rows[1:]:
        first, *_, last = [*row, None, None][: len(row)] if len(row) > 1 else [*row, None]
        yield (first.text if first else "").strip(), last.text if last else ""


def _is_settings(grid: Grid) -> bool:
    return any(key == "organ" for key, _ in _rows(grid))


def _is_demands(grid: Grid) -> bool:
    """Tell whether a sheet is the workbook's own list of what a local notice asks, and no sheet of somebody else's."""
    head = grid.rows[0] if grid.rows else []
    return any(cell is not None and cell.text.startswith(DEMANDS_HEAD) for cell in head)


def _settings(grid: Grid) -> dict[str, Any]:
    settings: dict[str, Any] = {"contact": {}, "explanations": {}, "site": {}}
    for key, text in _rows(grid):
        group, _, name = key.partition(".")
        if name and isinstance(settings.get(group), dict):
            settings[group][name] = text or None
        elif key:
            settings[key] = _typed(key, text)
    if not settings["site"]:  # which few reports name
        del settings["site"]
    return settings


def _typed(key: str, text: str) -> Any:
    """Value of a text: a year, an amount, JSON for what is no text; otherwise the text itself."""
    try:
        match key:
            case _ if not text:
                return None
            case "year":
                return int(text)
            case "information_fee_yuan":
                return Decimal(text)
            case "co_defendants" | "trends":
                return json.loads(text)
    except (ValueError, InvalidOperation):
        return text
    return text


def _prose(grid: Grid) -> dict[str, str]:
    lines: dict[str, list[str]] = {}
    for name, text in _rows(grid):
        if name:
            lines.setdefault(name, []).append(text)
    return {name: "\n".join(texts) for name, texts in lines.items()}
