"""The printed tables: every figure in its place, every figure tied to its headers."""

import dataclasses
import itertools
from decimal import Decimal

import pytest
from conftest import XIAODUKOU
from grids import cells
from lxml import html

from helpers.document import tables
from helpers.report.figures import Rows
from helpers.report.folder import Report, load
from helpers.report.form import FORM


def numbered() -> Report:
    """A report in which every figure is another number, so that none can stand in another's place unseen."""
    example = load(XIAODUKOU)
    figures: dict[str, Rows] = {}
    for start, (name, table) in enumerate(FORM.tables.items(), 1):
        numbers = itertools.count(1000 * start)
        figures[name] = {row: {column: next(numbers) for column in table.column} for row in table.row}
    figures["disclosure"]["fees"]["value"] = Decimal("1234567.0000000010")
    return dataclasses.replace(example, figures=figures)


def test_what_is_kept_is_what_great_tables_lays_out() -> None:
    assert tables.layouts() == {name: lay_out() for name, lay_out in tables.LAYOUTS.items()}


def printed(name: str) -> html.HtmlElement:
    return html.fromstring(tables.html_table(numbered(), name))


@pytest.mark.parametrize("name", FORM.tables)
def test_figures_stand_in_the_order_of_the_form(name: str) -> None:
    figures = [cell.text for cell in cells(printed(name)) if cell.tag == "td"]
    expected = [str(value) for row in numbered().figures[name].values() for value in row.values()]
    assert figures == expected


@pytest.mark.parametrize("name", FORM.tables)
def test_the_headers_of_each_figure_are_the_labels_above_and_beside_it(name: str) -> None:
    table = printed(name)
    by_id = {cell.get("id"): cell for cell in table.iter("th")}
    grid = cells(table)
    for element, figure in zip(table.iter("td"), [c for c in grid if c.tag == "td"], strict=True):
        named = {by_id[head].text for head in element.get("headers").split()}
        beside = {
            head.text
            for head in grid
            if head.tag == "th"
            and (
                head.row <= figure.row < head.row + head.rows
                or head.column <= figure.column < head.column + head.columns
            )
        }
        assert named <= beside, figure
        labels = {
            label for item in (*FORM.tables[name].rows, *FORM.tables[name].columns) for label in item.labels
        }
        assert named & labels, figure


@pytest.mark.parametrize("name", FORM.tables)
def test_markup_is_clean(name: str) -> None:
    table = printed(name)
    ids = [cell.get("id") for cell in table.iter("th")]
    assert len(ids) == len(set(ids))
    assert all(cell.get("scope") for cell in table.iter("th"))
    assert all(cell.text for cell in table.iter("th", "td")), "an empty cell"
    assert {key for cell in table.iter("th", "td") for key in cell.attrib} <= {
        "id",
        "scope",
        "headers",
        "rowspan",
        "colspan",
        "style",
    }
    assert tables.html_table(numbered(), name) == tables.html_table(numbered(), name)


def test_widths_are_the_official_ones() -> None:
    widths = [float(column.get("style")[7:-1]) * 1.56 for column in printed("applications").iter("col")]
    assert widths == pytest.approx([12.1, 14.7, 52.4, *[11.0] * 7], abs=0.05)
    assert sum(widths) == pytest.approx(156, abs=0.1)
