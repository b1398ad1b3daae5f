"""A CSV of a report folder: figures, the line of each row, and everything that is wrong with it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from helpers.files.reading import Line, SourceError, read_csv
from helpers.report.figures import Rows, parse_figure
from helpers.report.findings import Finding, finding, shortened, suggestion
from helpers.report.form import AMOUNTS, HANDLED, RESULTS, TOTAL, Table

_VALUE_RULE = {"disclosure": "A-VALUE", "applications": "B-VALUE", "proceedings": "C-VALUE"}
_LISTED = 10


class TableReader:
    """Reads one CSV; collects figures, the line of each row, and everything that is wrong."""

    def __init__(self, table: Table, file: str) -> None:
        self.table = table
        self.file = file
        self.findings: list[Finding] = []
        self.lines: dict[str, int] = {}
        self.computed: set[tuple[str, str]] = set()
        self.figures: Rows = {key: dict.fromkeys(table.column) for key in table.row}

    def _find(self, rule: str, message: str, **where: Any) -> None:
        self.findings.append(finding(rule, message, table=self.table.name, file=self.file, **where))

    def read(self, folder: Path) -> None:
        """Read the table's file in a folder."""
        header = self.table.csv_header
        try:
            first, *rows = read_csv(folder / self.file, columns=len(header))
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
                actual=shortened(",".join(first.cells)),
            )
            return False
        for expected, actual in zip(header, first.cells, strict=True):
            if expected != actual:
                message = f"表头写的是“{shortened(actual)}”，统一格式是“{expected}”，请改回"
                self._find("L-LABEL", message, line=first.number, expected=expected, actual=shortened(actual))
        return first.cells[0] == header[0]

    def _read_row(self, row: Line) -> Iterable[tuple[str, str]]:
        """Read one row; yield the cells that are blank and may be computed."""
        table, key = self.table, row.cells[0]
        if key not in table.row:
            self._find(
                "LOAD",
                f"不认识行“{shortened(key)}”{suggestion(key, list(table.row))}",
                line=row.number,
                actual=shortened(key),
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
                message = f"{key} 行的名称写的是“{shortened(actual)}”，统一格式是“{expected}”，请改回"
                self._find(
                    "L-LABEL", message, line=row.number, row=key, expected=expected, actual=shortened(actual)
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
        stands = f"填的“{shortened(text)}”{figure}" if text else figure
        self._find(
            _VALUE_RULE[self.table.name],
            f"{self.table.place(key, column)}{stands}。应填{kind}。",
            line=row.number,
            row=key,
            column=column,
            expected=kind,
            actual=shortened(text) if text else "",
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
                self.computed.add((key, column))
