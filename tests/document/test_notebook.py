"""report.qmd as a notebook: outside a render its cells show the tables, charts and texts themselves."""

import base64
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbclient
import nbformat
import pytest
from conftest import ROOT, XIAODUKOU
from lxml import html
from PIL import Image

from helpers.document.charts import CHARTS
from helpers.publish.qmd.source import Cell, Prose, parse_parts, read_document
from helpers.report.form import FORM
from helpers.review import open_report


def notebook() -> nbformat.NotebookNode:
    """The document as ``quarto convert`` writes it."""
    book = nbformat.v4.new_notebook()
    for part in parse_parts(read_document(ROOT / "report.qmd")):
        if isinstance(part, Cell):
            book.cells.append(nbformat.v4.new_code_cell(part.source, metadata={"label": part.label}))
        elif isinstance(part, Prose) and part.text.strip():
            book.cells.append(nbformat.v4.new_markdown_cell(part.text))
    return book


@pytest.fixture(scope="module")
def shown() -> dict[str, dict[str, str]]:
    """What each cell shows by its label: contents by media type; cells that show nothing are left out."""
    book = notebook()
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("QUARTO_DOCUMENT_PATH", raising=False)
        nbclient.NotebookClient(book, timeout=120, resources={"metadata": {"path": str(ROOT)}}).execute()
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    return {cell.metadata["label"]: dict(output["data"]) for cell in cells for output in cell.outputs}


@pytest.mark.parametrize("name", FORM.tables)
def test_a_table_shows_with_its_heads_and_figures(name: str, shown: dict[str, dict[str, str]]) -> None:
    (table,) = html.fromstring(shown[f"{name}-table"]["text/html"]).iter("table")
    assert any(int(cell.get("colspan", 1)) > 1 for cell in table.iter("th"))
    if name == "disclosure":
        assert "403" in [cell.text for cell in table.iter("td")]


def test_a_chart_shows_as_a_picture_with_its_numbers_in_words(shown: dict[str, dict[str, str]]) -> None:
    picture = Image.open(io.BytesIO(base64.b64decode(shown["decisions-chart"]["image/png"])))
    assert picture.width > picture.height > 100
    (image,) = html.fromstring(shown["decisions-chart"]["text/html"]).iter("img")
    assert "行政许可403件" in image.get("alt", "")


def test_prose_shows_with_its_figures_filled_in(shown: dict[str, dict[str, str]]) -> None:
    page = html.fromstring(f"<div>{shown['overview-prose']['text/html']}</div>")
    assert len(page.findall(".//p")) == 5
    assert len(page.findall(".//h2")) == 5
    assert "行政许可403件" in page.text_content()


def test_no_cell_shows_what_only_pandoc_reads(shown: dict[str, dict[str, str]]) -> None:
    for label, data in shown.items():
        assert "text/html" in data, label
        assert "pandoc-json" not in data["text/html"], label


def test_the_reviewers_page_shows_its_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("QUARTO_DOCUMENT_PATH", raising=False)
    monkeypatch.setenv("QUARTO_PROFILE", "review")
    report = open_report(ROOT / "data" / "pingtan-2025")
    parts = [report.summary(), report.table("applications"), report.appendix()]
    pages = [part._repr_mimebundle_()["text/html"] for part in parts if part]
    assert len(pages) == 3
    assert "审阅摘要" in pages[0]
    assert "review-origin" in pages[2]
    assert not any("pandoc-json" in page or "{=html}" in page for page in pages)


def test_what_is_not_shown_gives_nothing(shown: dict[str, dict[str, str]]) -> None:
    assert not {"reviewer-summary", "outcomes-chart", "decisions-trend", "reviewer-appendix"} & shown.keys()


def test_a_render_gets_markdown_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUARTO_DOCUMENT_PATH", str(ROOT))
    part = open_report(XIAODUKOU).table("disclosure")
    assert part.markdown == str(part)
    assert part._repr_mimebundle_() == {"text/markdown": part.markdown, "text/plain": part.markdown}


@pytest.mark.parametrize(
    ("kind", "known"), [("table", FORM.tables), ("chart", CHARTS), ("prose", ["lead", "overview"])]
)
def test_a_part_that_is_none_is_refused_with_those_there_are(kind: str, known: list[str]) -> None:
    with pytest.raises(ValueError, match="没有叫“disclosur”的") as refused:
        getattr(open_report(XIAODUKOU), kind)("disclosur")
    assert all(name in str(refused.value) for name in known)


@pytest.mark.quarto
def test_quarto_converts_the_document_to_this_notebook(tmp_path: Path) -> None:
    shutil.copy(ROOT / "report.qmd", tmp_path)
    subprocess.run(["quarto", "convert", "report.qmd"], cwd=tmp_path, check=True, timeout=120)
    converted = nbformat.read(tmp_path / "report.ipynb", as_version=4)

    def code(book: nbformat.NotebookNode) -> list[str]:
        cells = (cell.source for cell in book.cells if cell.cell_type == "code")
        return [re.sub(r"^#\|.*\n", "", source, flags=re.MULTILINE).strip() for source in cells]

    assert code(converted) == code(notebook())


def test_a_terminal_shows_a_part_as_plain_text() -> None:
    """As in ``python -c "…; print(report.table("disclosure"))"``."""
    code = (
        "from helpers.review import open_report\n"
        "report = open_report('data/xiaodukou-2024')\n"
        "print(report.table('disclosure'))\n"
        "print([report.chart('decisions'), report.header(), report.prose('overview')])\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "QUARTO_DOCUMENT_PATH"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\| 行政许可 +\| 403 +\|$", done.stdout, re.MULTILINE)
    assert "行政许可403件，行政处罚18件" in done.stdout
    assert not re.search(r"[<>{}]|base64|\bDisplay\b", done.stdout)
