"""A section of one's own in report.qmd, as CONTRIBUTING.md shows it: text with figures, a table, a chart."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from conftest import ROOT
from lxml import html

from tests.published import copy_project


def from_the_page() -> str:
    """The section that the page shows."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.search(r"^````markdown\n(.*?)^````$", page, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


@pytest.fixture(scope="module", params=["pandoc", pytest.param("quarto", marks=pytest.mark.quarto)])
def rendered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the section before section 六, rendered."""
    project = tmp_path_factory.mktemp("own") / "project"
    copy_project(project)
    document = (ROOT / "report.qmd").read_text(encoding="utf-8")
    before, heading, after = document.partition("# 六、")
    (project / "report.qmd").write_text(f"{before}{from_the_page()}\n{heading}{after}", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "helpers", "render", "--engine", request.param, "--out", "out"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return project / "out"


def test_its_text_has_the_figures(rendered: Path) -> None:
    page = html.parse(rendered / "report.html").getroot()
    (heading,) = page.xpath("//*[@id='own-section']/descendant-or-self::*[self::h1 or self::h2]")
    assert heading.text_content() == "附：行政许可和行政处罚"
    assert "全年处理行政许可 403 件。" in page.text_content()


def test_its_table_is_in_every_format(rendered: Path) -> None:
    table = "行政许可", "403", "行政处罚", "18"
    rows = html.parse(rendered / "report.html").xpath("//*[@id='own-section']/following::table[1]//td")
    assert tuple(cell.text_content() for cell in rows) == table
    (own,) = (
        one for one in docx.Document(str(rendered / "report.docx")).tables if one.cell(0, 0).text == "事项"
    )
    assert tuple(cell.text for row in own.rows[1:] for cell in row.cells) == table
    text = subprocess.run(
        ["pdftotext", "-layout", rendered / "report.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert re.search(r"行政许可 +403\n+ +行政处罚 +18\n", text)


def test_its_chart_has_a_picture_and_its_words(rendered: Path) -> None:
    (image,) = html.parse(rendered / "report.html").xpath("//img[contains(@alt, '和上表相同')]")
    assert image.get("src").startswith("data:image/")
    with zipfile.ZipFile(rendered / "report.docx") as package:
        assert "和上表相同" in package.read("word/document.xml").decode()
