"""The live preview as a clerk uses it: a page in a real browser follows what is saved in the folder."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, XIAODUKOU
from lxml import html
from playwright.sync_api import Page, expect
from published import built_in, copy_project

from helpers.publish.pre_render import previewed
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
    project, folder, address = watched
    page: Page = browser.new_page()
    page.goto(address)
    licensing = (
        page.frame_locator("#report").locator("#table-disclosure tr", has_text="行政许可").locator("td")
    )
    trouble = page.locator("#trouble")
    expect(licensing).to_have_text("403", timeout=PATIENCE)

    table = folder / "disclosure.csv"
    other = project / "data" / "pingtan-2024"
    rendered = subprocess.run(built_in(other, project / "_output"), cwd=project, capture_output=True)
    assert rendered.returncode == 0
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


def test_make_preview_is_this_one_whatever_is_on_path(program: Callable[[str], str]) -> None:
    done = subprocess.run(
        [program("make"), "-n", "--no-print-directory", "preview", "REPORT=data/x"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    *_, command = done.stdout.strip().splitlines()
    assert command.endswith("python -m helpers preview data/x")


# Quarto's own ---------------------------------------------------------------------------------------------------------


def test_quarto_watches_every_file_of_the_default_report() -> None:
    watched = yaml.safe_load((ROOT / "_quarto.yml").read_text(encoding="utf-8"))["metadata"]["watched"]
    assert sorted(watched) == sorted(path.relative_to(ROOT).as_posix() for path in XIAODUKOU.iterdir())


def quarto(project: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start Quarto in a session of its own; what it says goes to a file."""
    with (project / "quarto.log").open("wb") as log:
        return subprocess.Popen(
            ["quarto", *arguments],
            cwd=project,
            env=os.environ | {"QUARTO_PYTHON": sys.executable},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


@contextmanager
def quarto_preview(project: Path, *arguments: str) -> Iterator[Callable[[str], None]]:
    """Serve a preview of Quarto's; gives what waits until the served page shows a figure for 行政许可."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with quarto(project, "preview", *arguments, "--no-browser", "--port", str(port)) as process:

        def shows(figure: str, *, at_first: bool = False) -> None:
            for _ in range(240):
                assert process.poll() is None, (project / "quarto.log").read_text(encoding="utf-8")
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{port}/report.html") as answer:
                        seen = licensing(answer.read().decode())
                except (urllib.error.URLError, ConnectionError):  # not yet there, or busy
                    seen = None
                if seen == ("澧县小渡口镇人民政府", figure):
                    return
                assert seen is None or not at_first, seen
                time.sleep(0.5)
            raise AssertionError(f"never {figure}, but {seen}")

        try:
            yield shows
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def licensing(page: str) -> tuple[str, str] | None:
    """The organ and the figure for 行政许可 of a page; None of one that says that it could not be rendered just now."""
    tree = html.document_fromstring(page)
    if tree.findtext(".//title") == "Quarto Render Error":
        return None
    (row,) = tree.xpath("//table[@id='table-disclosure']//tr[contains(., '行政许可')]")
    (author,) = tree.xpath("//meta[@name='Author']/@content")
    return author, re.sub(r"\s", "", row.xpath("td")[0].text_content())


def only_html(project: Path) -> Path:
    """Have Quarto make the page alone: each other format would be rendered with it."""
    settings = yaml.safe_load((project / "_quarto.yml").read_text(encoding="utf-8"))
    settings["format"] = {"html": settings["format"]["html"]}
    (project / "_quarto.yml").write_text(yaml.safe_dump(settings, allow_unicode=True), encoding="utf-8")
    return project


@pytest.mark.quarto
def test_quarto_shows_the_truth_after_another_folder_and_after_a_change(tmp_path: Path) -> None:
    project = only_html(copy_project(tmp_path / "project"))
    table = project / "data" / XIAODUKOU.name / "disclosure.csv"
    with quarto(project, "render", "-P", "report:data/pingtan-2024", "--to", "html") as rendered:
        assert rendered.wait(600) == 0, (project / "quarto.log").read_text(encoding="utf-8")
    with quarto_preview(project) as shows:
        shows("403", at_first=True)
        replace(table, ",403", ",405")
        shows("405")
    replace(table, ",405", ",406")
    with quarto_preview(project, "report.qmd") as shows:
        shows("406", at_first=True)
        replace(table, ",406", ",407")
        os.utime(project / "report.qmd")
        shows("407")


@pytest.mark.quarto
def test_quarto_does_not_preview_what_it_cannot_follow(tmp_path: Path) -> None:
    project = only_html(copy_project(tmp_path / "project"))
    other = project / "data" / "other"
    shutil.copytree(XIAODUKOU, other)
    with quarto(project, "preview", "-P", "report:data/other", "--no-browser") as refused:
        assert refused.wait(120) != 0
    said = (project / "quarto.log").read_text(encoding="utf-8")
    assert "make preview REPORT=data/other" in said
    assert "disclosure.csv" in said
    watched = "".join(f"    - data/other/{path.name}\n" for path in other.iterdir())
    (project / "_quarto.yml.local").write_text(f"metadata:\n  watched:\n{watched}", encoding="utf-8")
    with quarto_preview(project, "-P", "report:data/other") as shows:
        shows("403", at_first=True)
        replace(other / "disclosure.csv", ",403", ",405")
        shows("405")


@pytest.mark.parametrize(
    ("command", "folder"),
    [
        ("quarto preview -P report:data/x", "data/x"),
        ("deno run quarto.js preview report.qmd --execute-param report:data/x --port 1", "data/x"),
        ("quarto preview -P force:true", None),
        ("quarto preview", None),
        ("quarto render -P report:data/x", None),
    ],
)
def test_what_a_preview_of_quarto_is_of(command: str, folder: str | None) -> None:
    assert previewed(command.split()) == folder
