"""Figures of published reports, set in the form as page, Word file and PDF, come back every one."""

import pytest

from helpers.intake.matching import matcher
from helpers.intake.readers import kinds
from tests.checks.test_real_reports import REAL, tables
from tests.intake import make

WRITERS = {"page": make.web, "word": make.word, "pdf": make.pdf}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("name", REAL)
def test_all_figures_of_a_real_report_come_back(name: str, kind: str) -> None:
    wanted = {table: frame.to_dict("index") for table, frame in tables(REAL[name]).items()}
    imported = matcher.place(kinds.read(WRITERS[kind](wanted)))
    cells = [
        (table, row, column) for table in wanted for row in wanted[table] for column in wanted[table][row]
    ]
    assert len(cells) == 200
    assert [
        (table, row, column)
        for table, row, column in cells
        if str(imported.figures[table][row][column]) != str(wanted[table][row][column])
    ] == []
