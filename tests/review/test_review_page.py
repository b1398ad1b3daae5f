"""The reviewer's page: marked, with every finding and note at its place, and nothing of it in the final page."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from archive.verapdf import faults
from axe import violations
from conftest import ROOT
from lxml import html
from playwright.sync_api import Browser
from published import built_in, copy_project
from readback import Block, from_docx, from_html, from_pdf

from helpers import checks
from helpers.report.findings import rules
from helpers.report.folder import load

NOTES = """\
notes:
  - at: applications.granted.natural_person
    seen: 33
    who: 王审阅
    when: 2026-02-20
    text: 请附台账
    state: open
  - at: disclosure.fees
    seen: 4166.24
    who: 王审阅
    when: 2026-02-20
    text: 单位是万元吗？
    state: open
  - at: overview
    seen: 定期扫描漏洞、组织演练
    who: 李审阅
    when: 2026-02-21
    text: 写明次数
    state: closed
"""


def render(engine: str, folder: Path, work: Path, profile: str | None) -> Path:
    """Render as a user does; Quarto in a copy of the project, for it writes beside the document first."""
    profiled = ["--profile", profile] if profile else []
    if engine == "built-in":
        command = built_in(folder, work)
        project, out = ROOT, work
    else:
        project = copy_project(work)
        shutil.copy(ROOT / "_quarto-review.yml", project)
        command, out = ["quarto", "render", "-P", f"report:{folder}"], project / "_output"
    done = subprocess.run(
        [*command, *profiled],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=900,
        env=os.environ | {"QUARTO_PYTHON": sys.executable},
    )
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pingtan 2025 with the years before it, three notes, and one figure typed wrong."""
    data = tmp_path_factory.mktemp("draft")
    for folder in (ROOT / "data").glob("pingtan-20??"):
        shutil.copytree(folder, data / folder.name)
    folder = data / "pingtan-2025"
    (folder / "review.yml").write_text(NOTES, encoding="utf-8")
    path = folder / "applications.csv"
    text = path.read_text(encoding="utf-8-sig")
    assert text.count("申请数量,151,3,") == 1
    path.write_text(text.replace("申请数量,151,3,", "申请数量,150,3,"), encoding="utf-8-sig")
    return folder


@pytest.fixture(scope="session", params=["built-in", pytest.param("quarto", marks=pytest.mark.quarto)])
def reviewed(
    request: pytest.FixtureRequest, draft: Path, tmp_path_factory: pytest.TempPathFactory, program
) -> Path:
    program("pdfinfo")
    work = tmp_path_factory.mktemp("reviewed") / "out"
    return render(request.param, draft, work, "review")


@pytest.fixture(scope="session")
def page(reviewed: Path) -> html.HtmlElement:
    return html.fromstring((reviewed / "report.html").read_text(encoding="utf-8"))


def text(element: html.HtmlElement) -> str:
    return re.sub(r"\s", "", element.text_content())


def test_the_three_formats_say_the_same(reviewed: Path) -> None:
    marked = [Block("text", "审阅稿")]  # in the page a line, in the PDF and in Word behind the text
    read = [block for block in from_html(reviewed / "report.html") if block not in marked]
    assert from_docx(reviewed / "report.docx") == read
    assert from_pdf(reviewed / "report.pdf") == read


def test_the_page_is_marked(page: html.HtmlElement) -> None:
    assert [text(one) for one in page.find_class("watermark")] == ["审阅稿"]


def test_the_summary_counts_and_links_to_every_place(page: html.HtmlElement, draft: Path) -> None:
    verdict = checks.check(draft)
    summary = page.xpath("//h2[@id='review-summary']/following::p[1]")[0]
    assert f"×错误{verdict.counts['error']}" in text(summary)
    assert "※批注3" in text(summary)
    assert "√通过" in text(summary)
    items = page.xpath("//h2[@id='review-summary']/following::ul[1]/li")
    assert len(items) == sum(one.rule != "N-OPEN" for one in verdict.findings) + 3
    known = {one.get("id") for one in page.iter() if one.get("id")}
    for link in page.xpath("//a[starts-with(@href, '#')]"):
        assert link.get("href")[1:] in known


def test_an_error_stands_at_its_cell_and_below_the_table(page: html.HtmlElement, draft: Path) -> None:
    wrong = [one for one in checks.check(draft).findings if one.level == "error"]
    assert {one.rule for one in wrong} == {"B-ROWSUM", "B-IDENT"}
    cells = page.xpath("//*[@id='table-applications']//td[contains(@class, 'marked-error')]")
    assert cells
    for cell in cells:
        link = cell.xpath(".//a")[0]
        assert link.text.startswith("×")
        (comment,) = page.xpath(f"//*[@id='{link.get('href')[1:]}']")
        assert text(comment).startswith(f"{link.text}错误")


def test_a_warning_and_notes_stand_at_their_cells(page: html.HtmlElement, draft: Path) -> None:
    report = load(draft)
    (stock,) = page.xpath("//*[@id='table-disclosure']//td[contains(@class, 'marked-warning')]")
    assert text(stock).startswith(str(report.figure("disclosure", "normative_in_force")) + "△")
    notes = page.xpath("//td[contains(@class, 'marked-note')]")
    assert [re.match(r"[\d.]+", text(cell))[0] for cell in notes] == ["4166.241619", "33"]


def test_a_note_on_prose_stands_below_its_paragraph(page: html.HtmlElement) -> None:
    (note,) = [one for one in page.find_class("comment") if "写明次数" in text(one)]
    assert "定期扫描漏洞、组织演练" in text(note.getprevious())
    assert "已处理" in text(note)


def test_a_note_says_that_its_cell_has_changed(page: html.HtmlElement) -> None:
    notes = {key: one for one in page.find_class("comment") for key in ("台账", "万元吗") if key in text(one)}
    assert "写批注时是“4166.24”，现在已经改动" in text(notes["万元吗"])
    assert "改动" not in text(notes["台账"])


def test_last_year_stands_beside_this_year(page: html.HtmlElement, draft: Path) -> None:
    this, last = load(draft), load(draft.parent / "pingtan-2024")
    (table,) = page.xpath("//table[@aria-labelledby='review-years']")
    rows = {text(row[0]): [text(cell) for cell in row[1:]] for row in table.iter("tr")}
    assert rows["第三部分“（一）予以公开”总计一栏"] == ["33", "71", "−38", "↓−53.5%"]
    shown = [
        (name, row, column)
        for name, frame in this.tables.items()
        for row in frame.index
        for column in frame.columns
        if this.tables[name].at[row, column] or last.tables[name].at[row, column]
    ]
    assert len(rows) == len(shown) + 1
    assert "由71件减至33件" in text(page)
    assert page.xpath("//del") and page.xpath("//u")


def test_every_figure_has_its_origin(page: html.HtmlElement, draft: Path) -> None:
    report = load(draft)
    (table,) = page.xpath("//table[@aria-labelledby='review-origin']")
    rows = [[text(cell) for cell in row] for row in table.iter("tr")][1:]
    assert len(rows) == sum(len(frame) for frame in report.tables.values())
    for (name, key), (_, file, line, figures) in zip(report.lines, rows, strict=True):
        source = (draft / file).read_text(encoding="utf-8-sig").splitlines()[int(line) - 1]
        assert file == f"{name}.csv" and source.startswith(f"{key},")
        assert figures.split("、") == [str(figure) for figure in report.tables[name].loc[key]]


def test_every_rule_has_its_outcome(page: html.HtmlElement) -> None:
    (table,) = page.xpath("//table[@aria-labelledby='review-rules']")
    outcomes = {text(row[0]): text(row[1]) for row in table.iter("tr")}
    assert set(outcomes) == {"规则", *rules()}
    assert outcomes["B-IDENT"].endswith("错误")
    assert outcomes["N-OPEN"] == "※2条未处理"
    assert outcomes["C-SUM"] == "√通过"


def test_the_final_page_shows_none_of_it_and_its_body_is_the_same(tmp_path: Path, program) -> None:
    program("pdfinfo")
    folder = Path(shutil.copytree(ROOT / "data" / "xiaodukou-2024", tmp_path / "xiaodukou-2024"))
    final = from_html(render("built-in", folder, tmp_path / "final", None) / "report.html")
    review = from_html(render("built-in", folder, tmp_path / "review", "review") / "report.html")
    start = review.index(next(block for block in review if block.text.startswith("根据《中华人民共和国")))
    assert review[start : start + len(final) - 1] == final[1:]
    assert not any(re.search("审阅|批注|√|△|※", block.text) for block in final)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_no_violation(browser: Browser, reviewed: Path, width: int, scheme: str) -> None:
    opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    opened.goto((reviewed / "report.html").as_uri())
    found = violations(opened)
    opened.close()
    assert found == []


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_verapdf_finds_no_fault(reviewed: Path, flavour: str) -> None:
    assert faults(reviewed / "report.pdf", flavour) == []
