"""Charts: shown only with something to show, described in words, the same bytes every time."""

import copy
import dataclasses
import io
import re
from collections.abc import Sequence

import pytest
from conftest import ROOT, XIAODUKOU
from lxml import html
from PIL import Image, ImageChops

from helpers.document import charts
from helpers.document.chart_drawing import WIDTH_IN, draw_bars, pixels, vector
from helpers.report.folder import Report, load
from helpers.report.form import RESULTS


def with_applications() -> Report:
    example = load(XIAODUKOU)
    figures = copy.deepcopy(example.figures)
    for number, key in enumerate(RESULTS, 1):
        figures["applications"][key]["total"] = number
    return dataclasses.replace(example, figures=figures)


def shown_as(report: Report, key: str, years: Sequence[Report] = ()) -> str:
    """A chart as Markdown; empty where it is not shown."""
    display = charts.display(report, key, years)
    return display.markdown if display else ""


def test_xiaodukou_shows_its_decisions_and_no_applications() -> None:
    assert [chart.key for chart in charts.shown(load(XIAODUKOU))] == ["decisions"]
    assert shown_as(load(XIAODUKOU), "outcomes") == ""


def test_outcomes_are_summed_by_the_forms_groups() -> None:
    bars = dict(charts.outcomes(with_applications()))
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
    example = with_applications()
    chart = next(chart for chart in charts.shown(example) if chart.key == key)
    for label, count in charts.CHARTS[key](example):
        assert f"{label}{count}件" in chart.alt


def test_the_same_figures_give_the_same_bytes() -> None:
    chart = next(chart for chart in charts.shown(with_applications()) if chart.key == "outcomes")
    once, again = ((svg, pixels(svg)) for svg in (vector(chart.draw()), vector(chart.draw())))
    assert once == again
    assert shown_as(with_applications(), "outcomes") == shown_as(with_applications(), "outcomes")


def test_pixels_show_the_bars_and_the_words_of_the_vector() -> None:
    bars = (("（一）予以公开", 30), ("（二）部分公开", 10))
    svg = vector(draw_bars(bars))
    picture, wordless = (
        Image.open(io.BytesIO(pixels(one))).convert("RGB")
        for one in (svg, re.sub(r"<text.*?</text>", "", svg))
    )
    assert picture.width == WIDTH_IN * 200
    coloured = [
        sum(picture.getpixel((column, row)) == (0x2F, 0x5D, 0x8A) for column in range(picture.width))
        for row in (picture.height // 4, 3 * picture.height // 4)
    ]
    assert coloured[0] == pytest.approx(3 * coloured[1], abs=3)
    changed = ImageChops.difference(picture, wordless).getbbox()
    assert changed is not None
    assert (changed[0], changed[2]) == pytest.approx((0, picture.width), abs=30)  # labels to figures


def test_words_of_the_vector_are_in_a_face_that_the_project_brings() -> None:
    """In another's a chart would look different on every machine, and might lack characters."""
    vector = shown_as(with_applications(), "outcomes").split("```{=typst}")[1].split("```")[0]
    assert set(re.findall(r"font-family: ([^;]*)", vector)) == {"FandolHei, sans-serif"}
    assert not re.search(r"<image|\d{4}-\d\d-\d\dT", vector)


class TestTrends:
    """Charts over the linked years; Pingtan has five."""

    report = load(ROOT / "data" / "pingtan-2025")
    years = charts.history(report)

    def trend(self, key: str) -> charts.Trend:
        (chart,) = [chart for chart in charts.shown(self.report, self.years) if chart.key == key]
        assert isinstance(chart, charts.Trend)
        return chart

    def test_years_are_followed_back_as_far_as_they_are_linked(self) -> None:
        assert [one.year for one in self.years] == [2021, 2022, 2023, 2024, 2025]

    @pytest.mark.parametrize("key", charts.TRENDS)
    def test_the_alternative_text_states_every_number(self, key: str) -> None:
        chart = self.trend(key)
        for label, figures in chart.series:
            told = "，".join(
                f"{year}年{figure}{chart.output.unit}"
                for year, figure in zip(chart.years, figures, strict=True)
            )
            assert f"{label}：{told}" in chart.alt

    def test_figures_are_those_of_each_years_own_folder(self) -> None:
        received, handled = (figures for _, figures in self.trend("trend-applications").series)
        for place, one in enumerate(self.years):
            assert received[place] == one.figure("applications", "new_received", "total")
            assert handled[place] == one.figure("applications", "total_handled", "total")

    def test_shares_of_a_year_are_a_whole(self) -> None:
        series = self.trend("trend-outcomes").series
        for place in range(len(self.years)):
            assert abs(sum(figures[place] for _, figures in series) - 100) < 1

    @pytest.mark.parametrize("key", charts.TRENDS)
    def test_a_table_with_every_number_stands_below(self, key: str) -> None:
        chart = self.trend(key)
        source = shown_as(self.report, key, self.years).split("```{=html}\n")[-1].split("\n```")[0]
        table = html.fromstring(source)
        rows = [[cell.text_content() for cell in row] for row in table.iter("tr")]
        assert rows[0] == ["年度", *(label for label, _ in chart.series)]
        for place, year in enumerate(chart.years):
            assert rows[place + 1] == [f"{year}年", *(str(figures[place]) for _, figures in chart.series)]

    def test_two_years_are_no_trend(self) -> None:
        shown = charts.shown(self.years[1], self.years[:2])
        assert not any(isinstance(chart, charts.Trend) for chart in shown)

    def test_report_yml_may_say_no(self) -> None:
        silent = dataclasses.replace(self.report, trends=False)
        assert not any(isinstance(chart, charts.Trend) for chart in charts.shown(silent, self.years))

    def test_a_year_that_is_not_the_one_before_ends_the_chain(self) -> None:
        skipped = dataclasses.replace(self.report, previous="../pingtan-2023")
        assert charts.history(skipped) == [skipped]

    def test_a_ring_of_links_ends(self) -> None:
        ring = dataclasses.replace(self.report, previous="../pingtan-2025")
        assert charts.history(ring) == [ring]
