"""The pages on which all reports are published together, what machines read of them, and the open data beside them."""

import csv
import json
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from axe import violations
from batch_cluster import batch
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree, html
from playwright.sync_api import Browser
from published import ROOT

from helpers.county import feeds, portal
from helpers.county.listed import Listed, Row, row_of
from helpers.document.outputs import INDEX, PORTAL
from helpers.report.cell_names import CELLS
from helpers.report.figures import format_figure
from helpers.report.folder import load
from helpers.report.form import FORM

BASE = "https://www.example.gov.cn/zwgk/nb/"
ATOM = "{http://www.w3.org/2005/Atom}"
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


@pytest.fixture(scope="module")
def internal(out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same for the office alone, with the address at which it will stand."""
    place = tmp_path_factory.mktemp("internal") / "out"
    shutil.copytree(out, place)
    again(place, out.parent / "bad-2024", "--internal", "--base-url", BASE)
    return place


def again(out: Path, bad: Path, *options: str) -> None:
    """Run the batch of the portal once more; no report is made anew."""
    command = [sys.executable, "-m", "helpers", "batch", *map(str, EXAMPLES), str(bad)]
    command += ["--out", str(out), "--to", "html", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"没有变化 {len(EXAMPLES)}，失败 1" in done.stderr


def parsed(out: Path) -> dict[str, Any]:
    """Every page of the portal itself, by its address."""
    paths = [out / "index.html", *(out / "years").iterdir(), *(out / "organs").iterdir()]
    return {path.relative_to(out).as_posix(): html.parse(str(path)).getroot() for path in paths}


def test_every_report_stands_on_the_page_of_its_year_and_of_its_organ(out: Path) -> None:
    pages = parsed(out)
    reports = [load(folder) for folder in EXAMPLES]
    assert {name for name in pages if name.startswith("years/")} == {
        f"years/{report.year}.html" for report in reports
    }
    organs = {page.findtext(".//h1"): page for name, page in pages.items() if name.startswith("organs/")}
    for report in reports:
        wanted = f"../{report.folder.name}/report.html"
        own = organs[f"{report.organ}政府信息公开工作年度报告"]
        for page in (pages[f"years/{report.year}.html"], own):
            assert wanted in page.xpath("//td/a/@href"), report.folder


def test_every_link_leads_somewhere(out: Path) -> None:
    for name, page in parsed(out).items():
        here = (out / name).parent
        for link in page.xpath("//@href"):
            if not link.startswith("#"):
                assert (here / unquote(link)).is_file(), (name, link)


def test_what_failed_and_what_was_warned_of_is_for_the_office_alone(out: Path, internal: Path) -> None:
    public, office = (
        {name: page.text_content() for name, page in parsed(place).items()} for place in (out, internal)
    )
    assert all("坏<b>乡" not in text for text in public.values())
    assert all(
        word not in text for text in public.values() for word in ("警告", "批注", "未通过", "不要公布")
    )
    assert "坏<b>乡" in office["years/2024.html"]
    assert "未通过 1 份" in office["years/2024.html"]
    assert all("不要公布" in text for text in office.values())
    heads = parsed(internal)["years/2025.html"].xpath("//thead//th/text()")
    assert heads[-4:] == ["核对", "错误", "警告", "其中未处理的批注"]
    assert not any(page.findall(".//script") for page in parsed(internal).values())


def test_columns_have_one_width_in_all_years(out: Path) -> None:
    widths = {
        tuple(page.xpath("//col/@style")) for name, page in parsed(out).items() if name.startswith("years/")
    }
    assert len(widths) == 1


def test_its_headings_are_those_of_the_index(out: Path) -> None:
    pages = parsed(out)
    years = sorted({load(one).year for one in EXAMPLES})
    headings = [heading.text for heading in pages["index.html"].iter("h2")]
    assert headings == [PORTAL["reports"].named(years[-1]), PORTAL["figures"].title]
    assert [pages[f"years/{year}.html"].findtext(".//h2") for year in years] == [
        PORTAL["reports"].named(year) for year in years
    ]


def test_the_highest_level_stands_first(out: Path) -> None:
    names = {level.name: rank for rank, level in enumerate(reversed(FORM.levels.values()))}
    for page in [page for name, page in parsed(out).items() if name.startswith("years/")]:
        ranks = [names[row[1].text_content().strip()] for row in page.find(".//tbody")]
        assert ranks == sorted(ranks)


def test_what_a_parent_has_gathered_is_not_counted_twice(out: Path) -> None:
    text = parsed(out)["years/2025.html"].text_content()
    own = load(ROOT / "data" / "pingtan-2025").figure("applications", "new_received", "total")
    assert f"本年新收政府信息公开申请数量 {own} 件" in text
    assert PORTAL["reports"].note in text


def test_an_organ_is_shown_over_its_years_as_chart_and_table(out: Path) -> None:
    reports = [load(ROOT / "data" / f"pingtan-{year}") for year in range(2021, 2026)]
    (page,) = [
        page
        for page in parsed(out).values()
        if page.findtext(".//h1") == "平潭综合实验区政府信息公开工作年度报告"
    ]
    received = [str(one.figure("applications", "new_received", "total")) for one in reports]
    chart, *others = page.iter("svg")
    assert len(others) == 8
    assert [text.text for text in chart.iter("text")][1::2] == received
    assert all(
        f"{one.year}年{figure}件" in chart.get("aria-label")
        for one, figure in zip(reports, received, strict=True)
    )
    rows = page.xpath("//table[@aria-labelledby='organ-applications']/tbody/tr")
    assert [row[1].text for row in rows] == received
    charts = sum(bool(page.findall(".//svg")) for page in parsed(out).values())
    assert charts == 1, "one year is no series"


def test_the_feed_has_what_atom_asks_for(out: Path, internal: Path) -> None:
    published = sorted((f"{one.published}", one.title) for one in map(load, EXAMPLES) if one.published)
    for place, base in ((out, ""), (internal, BASE)):
        feed = etree.parse(str(place / "feed.xml")).getroot()
        entries = feed.findall(f"{ATOM}entry")
        told = [(one.findtext(f"{ATOM}updated")[:10], one.findtext(f"{ATOM}title")) for one in entries]
        assert sorted(told) == published
        assert [day for day, _ in told] == sorted((day for day, _ in told), reverse=True)
        assert feed.findtext(f"{ATOM}updated") == entries[0].findtext(f"{ATOM}updated")
        identifiers = [one.text for one in feed.iter(f"{ATOM}id")]
        assert len(set(identifiers)) == len(entries) + 1
        assert all(one.findtext(f"{ATOM}author/{ATOM}name") for one in entries)
        for link in feed.iter(f"{ATOM}link"):
            assert link.get("href").startswith(base)
            assert (place / unquote(link.get("href").removeprefix(base))).is_file()


def test_the_site_map_has_every_page_and_goes_with_the_address(out: Path, internal: Path) -> None:
    site = etree.parse(str(internal / "sitemap.xml")).getroot()
    addresses = [one.text for one in site.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert all(one.startswith(BASE) for one in addresses)
    names = {unquote(one.removeprefix(BASE)) for one in addresses}
    assert names == {*parsed(internal), *(f"{folder.name}/report.html" for folder in EXAMPLES)}
    assert not (out / "sitemap.xml").exists(), "nobody said where it will stand"
    again(internal, out.parent / "bad-2024")
    assert not (internal / "sitemap.xml").exists()
    assert "不要公布" not in (internal / "index.html").read_text("utf-8")


@pytest.mark.parametrize(
    "address", ["www.example.gov.cn", "ftp://a/", "https://a/?b", "https://a/#b", "https://"]
)
def test_an_address_that_is_none_is_refused(address: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "helpers", "batch", str(EXAMPLES[0]), "--out", str(tmp_path / "out")]
    done = subprocess.run([*command, "--base-url", address], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert f"--base-url 写的是“{address}”" in done.stderr


def row(organ: str, year: int | None = 2024, name: str = "a") -> Row:
    figures = ["99999999"] * sum(map(len, CELLS.values()))
    files = ("report.html", "report.pdf", "manifest.json")
    return row_of(Listed(name, organ, "township", year, "2025-01-20", True, 0, 0, files, None, figures))


def test_thousands_of_reports_make_pages_that_can_be_loaded_and_found() -> None:
    rows = [row(f"第{number}乡人民政府", name=f"r{number}") for number in range(1200)]
    made = dict(portal.Pages(rows, portal.Site()))
    assert len(made["index.html"]) < 1_000_000
    assert {"years/2024.html", "years/2024-2.html", "years/2024-3.html"} <= made.keys()
    listed = [html.fromstring(made[name]) for name in made if name.startswith("years/")]
    assert sum(len(page.findall(".//tbody/tr")) for page in listed) == 1200
    assert all(len(page.xpath("//nav[@class='pager']/*")) == 3 for page in listed)
    assert sum(name.startswith("organs/index") for name in made) == 3
    assert sum(name.startswith("organs/") for name in made) == 1203


@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=100), min_size=1, max_size=3
    )
)
@example(["../../etc/passwd", "<b>坏</b>乡", "a" * 100, "𠮷" * 100, "]]>", "con", "."])
def test_any_name_is_a_page_of_a_safe_name_with_the_name_as_text(organs: list[str]) -> None:
    rows = [row(organ) for organ in dict.fromkeys(organs)]
    made = dict(portal.Pages(rows, portal.Site()))
    pages = [name for name in made if name.startswith("organs/") and "index" not in name]
    assert len(pages) == len(rows)
    assert all(re.fullmatch(r"organs/[0-9a-f]{12}\.html", name) for name in pages)
    assert {html.fromstring(made[name]).findtext(".//h1") for name in pages} == {
        f"{one.organ}政府信息公开工作年度报告" for one in rows
    }
    feed = etree.fromstring(feeds.atom("题", rows, BASE).encode())
    assert {one.text for one in feed.iter(f"{ATOM}name")} == {one.organ for one in rows}
    assert etree.fromstring(feeds.site_map(list(made), rows, BASE).encode()) is not None


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
def test_axe_finds_nothing_and_no_page_scrolls_sideways(internal: Path, browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    for name in parsed(internal):
        page.goto((internal / name).as_uri())
        assert violations(page) == [], name
        assert page.evaluate("document.scrollingElement.scrollWidth") <= width, name
    page.close()


def test_no_cell_of_a_list_runs_into_the_next(internal: Path, browser: Browser) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 900})
    for name in parsed(internal):
        page.goto((internal / name).as_uri())
        wide = "[...document.querySelectorAll('td, th')].filter(one => one.scrollWidth > one.clientWidth).map(one => one.innerText)"
        assert page.evaluate(wide) == [], name
    page.close()
