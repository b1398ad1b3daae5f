"""The page on which all reports are published together, and the open data beside it."""

import csv
import json
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from axe import violations
from batch_cluster import batch
from lxml import html
from playwright.sync_api import Browser
from published import ROOT

from helpers.county import portal
from helpers.document.outputs import INDEX, PORTAL
from helpers.report.cell_names import CELLS
from helpers.report.figures import format_figure
from helpers.report.folder import load
from helpers.report.form import FORM

EXAMPLES = sorted(path.parent for path in (ROOT / "data").glob("*/report.yml"))


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal over all examples and one report that fails."""
    place = tmp_path_factory.mktemp("portal")
    bad = Path(shutil.copytree(ROOT / "data" / "xiaodukou-2024", place / "bad-2024"))
    settings = (bad / "report.yml").read_text(encoding="utf-8")
    (bad / "report.yml").write_text(re.sub("(?m)^organ:.*", "organ: 坏<b>乡", settings), encoding="utf-8")
    table = bad / "proceedings.csv"
    table.write_text(table.read_text("utf-8-sig").replace("行政复议,0", "行政复议,7"), "utf-8-sig")
    batch([*EXAMPLES, bad], place / "out", code=1)
    return place / "out"


def test_every_report_stands_in_its_year_with_links_that_lead_somewhere(out: Path) -> None:
    page = html.parse(str(out / "index.html")).getroot()
    years = [heading.text for heading in page.iter("h2")][:-1]
    assert years == sorted(years, reverse=True)
    assert len(page.findall(".//tbody/tr")) == len(EXAMPLES) + 1
    links = [link.get("href") for link in page.iter("a")]
    assert all((out / link).is_file() for link in links)
    assert sum(link.endswith("report.html") for link in links) == len(EXAMPLES)
    assert not any(link.startswith("bad") for link in links)
    assert "坏<b>乡" in page.text_content()
    assert not page.findall(".//script")


def test_its_headings_are_those_of_the_index(out: Path) -> None:
    page = html.parse(str(out / "index.html")).getroot()
    *years, figures = [heading.text for heading in page.iter("h2")]
    assert figures == PORTAL["figures"].title
    assert years == [
        PORTAL["reports"].named(year) for year in sorted({load(one).year for one in EXAMPLES}, reverse=True)
    ]


def test_open_notes_are_counted_among_the_warnings() -> None:
    cells = [None] * sum(map(len, CELLS.values()))
    one = portal.Listed("a", "甲乡", "township", 2024, None, True, 0, 3, (), None, cells, notes=2)
    assert "通过，3 条警告，其中 2 条是未处理的批注" in html.fromstring(portal.page([one])).text_content()


def test_the_highest_level_stands_first(out: Path) -> None:
    page = html.parse(str(out / "index.html")).getroot()
    names = {level.name: rank for rank, level in enumerate(reversed(FORM.levels.values()))}
    for table in page.iter("tbody"):
        ranks = [names[row[1].text_content().strip()] for row in table]
        assert ranks == sorted(ranks)


def test_what_a_parent_has_gathered_is_not_counted_twice(out: Path) -> None:
    text = html.parse(str(out / "index.html")).getroot().text_content()
    own = load(ROOT / "data" / "pingtan-2025").figure("applications", "new_received", "total")
    assert f"本年新收政府信息公开申请数量 {own} 件" in text
    assert PORTAL["reports"].note in text


def test_the_data_hold_every_figure_with_every_digit(out: Path) -> None:
    import pyarrow.parquet as pq

    with (out / "reports.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    written = {(row["report"], row["table"], row["row"], row["column"]): row["value"] for row in rows}
    expected = {
        (folder.name, *cell): format_figure(figure)
        for folder in EXAMPLES
        for report in [load(folder)]
        for cells in CELLS.values()
        for cell in cells
        if (figure := report.figure(*cell)) is not None
    }
    assert written == expected
    table = pq.read_table(out / "reports.parquet").to_pylist()
    assert [row["value"] for row in table] == [Decimal(row["value"]) for row in rows]
    assert list(table[0]) == list(rows[0])


def test_the_package_describes_the_data(out: Path) -> None:
    from frictionless import Package

    package = json.loads((out / "datapackage.json").read_text(encoding="utf-8"))
    fields = {one["name"]: one for one in package["resources"][0]["schema"]["fields"]}
    assert all(INDEX[name].title in fields["table"]["description"] for name in FORM.tables)
    package["resources"] = [one for one in package["resources"] if one["format"] == "csv"]
    report = Package.from_descriptor(package, basepath=str(out)).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])[:5]


@pytest.mark.parametrize("width", [1280, 360])
def test_axe_finds_nothing(out: Path, browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((out / "index.html").as_uri())
    found = violations(page)
    page.close()
    assert found == []
