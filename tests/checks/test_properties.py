"""Properties: a consistent report has no finding, and no figure can be changed unseen."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import checks
from helpers.report.findings import Finding
from helpers.report.folder import Report, save
from helpers.report.form import CARRIED_FORWARD, CARRIED_OVER, FORM, HANDLED, NEW, RESULTS, TOTAL
from helpers.report.settings_file import Contact

Tables = dict[str, pd.DataFrame]
APPLICATIONS, PROCEEDINGS = FORM.tables["applications"], FORM.tables["proceedings"]
APPLICANTS = [column for column in APPLICATIONS.column if column != TOTAL]
OUTCOMES = [column for column in PROCEEDINGS.column if column != TOTAL]
PROSE = {
    "overview": "（一）主动公开\n\n如下表。\n\n（二）依申请公开\n\n新收政府信息公开申请{{ new_received }}件，上年结转{{ carried_over }}件，"
    "办结{{ total_handled }}件，结转下年度{{ carried_forward }}件。予以公开{{ granted }}件，部分公开{{ partly_granted }}件。\n\n"
    "（三）政府信息管理\n\n照常。\n\n（四）政府信息公开平台建设\n\n照常。\n\n（五）监督保障\n\n照常。",
    "problems": "一是人手少；二是形式少。",
    "other": "没有收取信息处理费。",
}

small = st.integers(0, 3) | st.just(0) | st.integers(0, 2_000_000)
amounts = (
    st.decimals(0, 10**9, allow_nan=False, places=6) | st.just(Decimal("4166.241619")) | st.just(Decimal(0))
)


@st.composite
def consistent(draw: st.DrawFn) -> Tables:
    """Three tables in which everything adds up; built from the parts, without the code under test."""
    columns: dict[str, dict[str, int]] = {}
    for applicant in APPLICANTS:
        figures = dict(zip(RESULTS, draw(st.lists(small, min_size=21, max_size=21)), strict=True))
        figures[HANDLED] = sum(figures.values())
        figures[CARRIED_FORWARD] = draw(small)
        came_in = figures[HANDLED] + figures[CARRIED_FORWARD]
        figures[CARRIED_OVER] = draw(st.integers(0, came_in))
        figures[NEW] = came_in - figures[CARRIED_OVER]
        columns[applicant] = figures
    columns[TOTAL] = {row: sum(columns[one][row] for one in APPLICANTS) for row in APPLICATIONS.row}
    blocks = {
        block: dict(zip(OUTCOMES, draw(st.tuples(small, small, small, small)), strict=True))
        for block in PROCEEDINGS.row
    }
    disclosure = {
        row: {"value": draw(amounts if row == "fees" else small)} for row in FORM.tables["disclosure"].row
    }
    return {
        "disclosure": pd.DataFrame.from_dict(disclosure, orient="index", dtype=object),
        "applications": pd.DataFrame(columns, dtype=object).loc[list(APPLICATIONS.row)],
        "proceedings": pd.DataFrame.from_dict(
            {block: {**outcomes, TOTAL: sum(outcomes.values())} for block, outcomes in blocks.items()},
            orient="index",
            dtype=object,
        ),
    }


@contextmanager
def saved(tables: Tables) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "report"
        report = Report(
            folder,
            "某省人民政府",
            "某省",
            "province",
            2024,
            Contact("办公厅", "0"),
            None,
            None,
            None,
            0,
            {},
            {name: frame.to_dict("index") for name, frame in tables.items()},
            PROSE,
        )
        save(report, folder)
        yield folder


def findings(tables: Tables) -> list[Finding]:
    with saved(tables) as folder:
        return checks.check(folder).findings


@settings(max_examples=60, deadline=None)
@given(tables=consistent())
def test_a_consistent_report_has_no_finding(tables: Tables) -> None:
    assert findings(tables) == []


@settings(max_examples=100, deadline=None)
@given(tables=consistent(), data=st.data())
def test_any_changed_figure_is_found_and_named(tables: Tables, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["applications", "proceedings"]))
    row = data.draw(st.sampled_from(list(FORM.tables[name].row)))
    column = data.draw(st.sampled_from(list(FORM.tables[name].column)))
    right = tables[name].at[row, column]
    wrong = data.draw(small.filter(lambda figure: figure != right))
    tables[name].at[row, column] = wrong
    found = findings(tables)
    assert any(one.table == name and (one.row == row or one.column == column) for one in found)
    assert all(one.level == "error" for one in found)
    if name == "applications":
        # One wrong cell stands in two or three sums, which no other cell shares: every finding names it, with its right figure.
        place = FORM.tables[name].place(row, column)
        assert all(
            f"{place}：把 {wrong} 改成 {right}" in one.message or "应填的总计" in one.message for one in found
        )


@settings(max_examples=40, deadline=None)
@given(tables=consistent())
def test_blank_totals_are_as_good_as_filled_ones(tables: Tables) -> None:
    with saved(tables) as folder:
        for name in ("applications", "proceedings"):
            path = folder / f"{name}.csv"
            lines = path.read_text(encoding="utf-8-sig").splitlines()
            blank = [lines[0], *(line.rpartition(",")[0] + "," for line in lines[1:])]
            path.write_text("\n".join(blank), encoding="utf-8")
        assert checks.check(folder).findings == []
