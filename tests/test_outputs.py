"""The index of outputs: one place for the names and numbers of tables and figures."""

import re

import pytest
from conftest import ROOT

from helpers import charts
from helpers.form import FORM
from helpers.outputs import INDEX
from helpers.tables import TABLES


def test_every_table_and_chart_stands_in_the_index_and_nothing_else() -> None:
    assert {key for key, one in INDEX.items() if one.kind == "table"} == set(TABLES)
    assert {key for key, one in INDEX.items() if one.kind == "figure"} == {*charts.CHARTS, *charts.TRENDS}


def test_the_index_is_in_the_order_of_the_document() -> None:
    document = (ROOT / "report.qmd").read_text(encoding="utf-8")
    called = re.findall(r'page\.(?:table|chart)\("([\w-]+)"\)', document)
    figures = [key for key in called if INDEX[key].kind == "figure"]
    assert figures == [key for key in INDEX if INDEX[key].kind == "figure"]
    assert set(called) == set(INDEX)


def test_every_output_names_a_section_and_a_source_of_the_form() -> None:
    for one in INDEX.values():
        assert one.heading in FORM.sections.values()
        assert one.source in FORM.tables
        assert one.unit or one.kind == "table"


def test_numbers_count_what_is_shown_by_kind() -> None:
    shown = ["disclosure", "proceedings", "decisions", "outcomes"]
    assert [INDEX[key].numbered(shown) for key in shown] == ["表1", "表2", "图1", "图2"]
    with pytest.raises(ValueError):
        INDEX["trend-outcomes"].numbered(shown)
