"""Charts: shown only with something to show, described in words, the same bytes every time."""

import dataclasses
import re

import pytest
from conftest import XIAODUKOU

from helpers import charts, report
from helpers.form import RESULTS
from helpers.report import Report


def with_applications() -> Report:
    example = report.load(XIAODUKOU)
    tables = {name: frame.copy() for name, frame in example.tables.items()}
    for number, key in enumerate(RESULTS, 1):
        tables["applications"].at[key, "total"] = number
    return dataclasses.replace(example, tables=tables)


def test_xiaodukou_shows_its_decisions_and_no_applications() -> None:
    assert [chart.key for chart in charts.shown(report.load(XIAODUKOU))] == ["decisions"]
    assert charts.markdown(report.load(XIAODUKOU), "outcomes") == ""


def test_outcomes_are_summed_by_the_forms_groups() -> None:
    bars = dict(charts.outcomes(with_applications()).bars)
    assert bars == {
        "（一）予以公开": 1,
        "（二）部分公开": 2,
        "（三）不予公开": sum(range(3, 11)),
        "（四）无法提供": 11 + 12 + 13,
        "（五）不予处理": 14 + 15 + 16 + 17 + 18,
        "（六）其他处理": 19 + 20 + 21,
    }


@pytest.mark.parametrize("key", charts.CHARTS)
def test_the_alternative_text_states_every_number(key: str) -> None:
    chart = charts.CHARTS[key](with_applications())
    for label, count in chart.bars:
        assert f"{label}{count}件" in chart.alt


def test_charts_are_numbered_as_they_are_shown() -> None:
    assert "图2　2024年政府信息公开申请办理结果（单位：件）" in charts.markdown(
        with_applications(), "outcomes"
    )


def test_the_same_figures_give_the_same_bytes() -> None:
    assert charts.markdown(with_applications(), "outcomes") == charts.markdown(
        with_applications(), "outcomes"
    )


def test_nothing_but_outlines_in_the_vector() -> None:
    """No <text>: what a font lacks on some machine could not be drawn there."""
    vector = charts.markdown(with_applications(), "outcomes").split("```{=typst}")[1].split("```")[0]
    assert "<path" in vector.replace('\\"', '"')
    assert not re.search(r"<text|<image|\d{4}-\d\d-\d\dT", vector)
