"""The page in a real Chromium: judged by axe-core, asking nothing of any network, with its data to take away."""

import csv
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from axe import violations
from conftest import XIAODUKOU
from lxml import html
from playwright.sync_api import Browser, Page
from published import publish

from helpers.document import opendata
from helpers.report.folder import load
from helpers.report.form import FORM

LARGEST = 300_000


@pytest.fixture
def page(browser: Browser, outputs: Path) -> Iterator[Page]:
    """The page, opened from the disk; whatever it asked for and complained about is in ``page.heard``."""
    opened = browser.new_page()
    heard: list[str] = []
    opened.on("request", lambda request: heard.append(request.url))
    opened.on("console", lambda message: heard.append(message.text))
    opened.on("pageerror", lambda error: heard.append(str(error)))
    opened.goto((outputs / "report.html").as_uri())
    opened.heard = heard  # type: ignore[attr-defined]
    yield opened
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_no_violation(page: Page, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    assert violations(page) == []


def test_nor_on_paper(page: Page) -> None:
    page.emulate_media(media="print")
    assert violations(page) == []
    assert not page.locator("footer").is_visible()


def test_axe_sees_a_violation(page: Page) -> None:
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert any(found.startswith("html-has-lang") for found in violations(page))


@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_itself_never_scrolls_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_it_asks_for_nothing_and_nothing_is_refused(page: Page, outputs: Path) -> None:
    page.wait_for_load_state("networkidle")
    other = [one for one in page.heard if not one.startswith("data:")]  # type: ignore[attr-defined]
    assert other == [(outputs / "report.html").as_uri()]
    assert (outputs / "report.html").stat().st_size < LARGEST


def test_the_keyboard_reaches_text_tables_and_downloads(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 900})
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        named = "(one => one.id || one.className || one.getAttribute('href'))(document.activeElement)"
        reached.append(page.evaluate(named))
    assert reached[:3] == ["skip-link", "report.pdf", "report.docx"]
    assert reached[3:6] == ["table-region"] * 3
    assert reached[6:10] == [f"download-{name}" for name in (*FORM.tables, "report")]


class TestDownloads:
    @pytest.fixture
    def taken(self, page: Page, tmp_path: Path) -> dict[str, Path]:
        """Every download, taken by a click, by its file name."""
        files = {}
        for link in page.locator("footer a[download]").all():
            with page.expect_download() as waiting:
                link.click()
            path = tmp_path / waiting.value.suggested_filename
            waiting.value.save_as(path)
            files[path.name] = path
        return files

    def test_are_the_tables_as_they_are_printed(self, taken: dict[str, Path]) -> None:
        example = load(XIAODUKOU)
        for name, table in FORM.tables.items():
            text = taken[f"小渡口镇-2024-{name}.csv"].read_bytes().decode("utf-8")
            assert text.startswith("\ufeff")
            head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
            assert head == table.csv_header
            figures = [row[1 + len(table.label_columns) :] for row in rows]
            assert figures == [[str(cell) for cell in row] for row in example.tables[name].to_numpy()]

    def test_are_all_figures_as_json(self, taken: dict[str, Path]) -> None:
        data = json.loads(taken["小渡口镇-2024-report.json"].read_text(encoding="utf-8"))
        assert (data["organ"], data["year"]) == ("澧县小渡口镇人民政府", 2024)
        assert data["disclosure"]["licensing"] == 403
        assert len(data["applications"]) == 25
        assert all(len(row) == len(data["columns"]["applications"]) for row in data["applications"].values())
        assert data["proceedings"]["reconsideration"] == [0] * 5

    def test_are_there_with_the_same_name_and_size_in_the_metadata(
        self, page: Page, taken: dict[str, Path]
    ) -> None:
        (source,) = page.locator('script[type="application/ld+json"]').all_inner_texts()
        described = json.loads(source)
        assert (described["@type"], described["name"]) == (
            "Report",
            page.locator("h1").inner_text().replace("\n", ""),
        )
        assert [one["@type"] for one in described["hasPart"]] == ["Dataset"] * 3
        media = [*(one["distribution"][0] for one in described["hasPart"]), *described["encoding"]]
        sizes = [f"{path.stat().st_size} B" for path in taken.values()]
        assert [one["contentSize"] for one in media] == sizes
        for one in media:
            assert page.locator(one["url"]).get_attribute("download")
        variables = {one["propertyID"]: one["value"] for one in described["hasPart"][0]["variableMeasured"]}
        assert (variables["licensing"], variables["penalties"]) == (403, 18)


def test_amounts_keep_their_digits(folder: Path) -> None:
    path = folder / "disclosure.csv"
    path.write_text(
        path.read_text(encoding="utf-8-sig").replace("万元）,0", "万元）,1234567.0123456780"),
        encoding="utf-8",
    )
    example = load(folder)
    (*_, everything) = opendata.downloads(example)
    data = json.loads(everything.data, parse_float=Decimal)
    assert str(data["disclosure"]["fees"]) == "1234567.0123456780"


HOSTILE = "\"'</script><b>{< env HOME >}`{=html}` &lt; \\u003c"


def test_names_from_the_folder_stay_text(folder: Path, tmp_path: Path) -> None:
    path = folder / "report.yml"
    settings = path.read_text(encoding="utf-8")
    for key, name in (("organ", HOSTILE), ("short_name", "甲 ``` <b>乙</b> ```{=html}")):
        old = next(line for line in settings.splitlines() if line.startswith(f"{key}:"))
        settings = settings.replace(old, f"{key}: {json.dumps(name, ensure_ascii=False)}")
    path.write_text(settings, encoding="utf-8")
    out = publish("built-in", folder, tmp_path / "work")
    page = html.fromstring((out / "report.html").read_text(encoding="utf-8"))
    (script,) = page.iter("script")
    assert script.get("type") == "application/ld+json"
    described = json.loads(script.text)
    assert (described["author"]["name"], described["keywords"][0][0]) == (HOSTILE, "甲")
    assert not list(page.iter("b"))
    assert page.xpath("//footer//a/@download")[-1] == "甲 ``` <b>乙</b> ```{=html}-2024-report.json"
