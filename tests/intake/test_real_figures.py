"""Figures of published reports, set in the form as page, Word file and PDF, come back every one."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers.intake.matching import matcher
from helpers.intake.readers import kinds
from helpers.report.form import FORM
from tests.intake import make

REAL: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[1] / "checks" / "real_reports.yml").read_text(encoding="utf-8")
)
WRITERS = {"page": make.web, "word": make.word, "pdf": make.pdf}


def figures(real: dict[str, Any]) -> make.Figures:
    disclosure = {row: {"value": value} for row, value in real["disclosure"].items()}
    of_applicants, of_results = FORM.tables["applications"], FORM.tables["proceedings"]
    return {
        "disclosure": disclosure,
        "applications": {
            row: dict(zip(of_applicants.column, real["applications"].get(row, [0] * 7), strict=True))
            for row in of_applicants.row
        },
        "proceedings": {
            row: dict(zip(of_results.column, real["proceedings"][row], strict=True)) for row in of_results.row
        },
    }


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("name", REAL)
def test_all_figures_of_a_real_report_come_back(name: str, kind: str) -> None:
    wanted = figures(REAL[name])
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
