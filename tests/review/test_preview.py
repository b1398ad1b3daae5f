"""The live preview as a clerk uses it: a page in a real browser follows what is saved in the folder."""

import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT, XIAODUKOU
from playwright.sync_api import Page, expect
from published import copy_project

from helpers.review import preview

PATIENCE = 60_000


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Path, Path, str]]:
    """A copy of the project, a report folder, and the address of its preview."""
    project = copy_project(tmp_path / "project")
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path / "xiaodukou-2024"))
    with preview.serving(project / "report.qmd", folder) as address:
        yield project, folder, address


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8-sig")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8-sig")


def test_a_figure_is_changed_broken_and_mended(browser, watched: tuple[Path, Path, str]) -> None:
    _, folder, address = watched
    page: Page = browser.new_page()
    page.goto(address)
    licensing = (
        page.frame_locator("#report").locator("#table-disclosure tr", has_text="行政许可").locator("td")
    )
    trouble = page.locator("#trouble")
    expect(licensing).to_have_text("403", timeout=PATIENCE)

    table = folder / "disclosure.csv"
    replace(table, ",403", ",405")
    expect(licensing).to_have_text("405", timeout=PATIENCE)
    expect(trouble).to_be_empty()

    replace(table, ",405", ",四百")
    expect(trouble).to_contain_text("填的“四百”", timeout=PATIENCE)
    expect(trouble).to_contain_text("disclosure.csv")
    expect(licensing).to_have_text("405")  # the last good page stays

    replace(table, ",四百", ",406")
    expect(licensing).to_have_text("406", timeout=PATIENCE)
    expect(trouble).to_be_empty()
    page.close()


def test_prose_look_and_code_are_followed_too(browser, watched: tuple[Path, Path, str]) -> None:
    project, folder, address = watched
    page: Page = browser.new_page()
    page.goto(address)
    report = page.frame_locator("#report")
    expect(report.locator("h1")).to_contain_text("小渡口镇", timeout=PATIENCE)

    (folder / "other.md").write_text("本年没有收取信息处理费。预览写在这里。\n", encoding="utf-8")
    expect(report.get_by_text("预览写在这里")).to_be_visible(timeout=PATIENCE)

    with (project / "assets" / "html" / "report.css").open("a", encoding="utf-8") as style:
        style.write("\nh1 { outline: 7px solid; }\n")
    expect(report.locator("h1")).to_have_css("outline-width", "7px", timeout=PATIENCE)

    code = project / "helpers" / "document" / "charts.py"
    replace(code, "（单位：{chart.output.unit}）", "【单位：{chart.output.unit}】")
    expect(report.locator("figcaption").first).to_contain_text("【单位：件】", timeout=PATIENCE)
    page.close()


def test_the_preview_answers_on_this_machine_only_and_by_its_own_name(
    watched: tuple[Path, Path, str],
) -> None:
    *_, address = watched
    assert address.startswith("http://127.0.0.1:")
    stranger = urllib.request.Request(address, headers={"Host": "example.org"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(stranger)


def test_nothing_is_written_beside_the_document_or_in_the_folder(
    browser, watched: tuple[Path, Path, str]
) -> None:
    project, folder, address = watched
    before = sorted(path.name for path in folder.iterdir())
    page: Page = browser.new_page()
    page.goto(address)
    expect(page.frame_locator("#report").locator("h1")).to_be_visible(timeout=PATIENCE)
    page.close()
    assert sorted(path.name for path in folder.iterdir()) == before
    assert not (project / "report.html").exists()
    assert (ROOT / "report.qmd").is_file()
