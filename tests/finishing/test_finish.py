"""The last step on finished files: done once or twice the same, and never at the cost of a file."""

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from archive import tags
from conftest import ROOT
from lxml import etree

from helpers.finishing.finish import FinishError, finish
from helpers.finishing.word_package import finish_docx
from helpers.publish import publish

SCRIPT = ROOT / "helpers" / "publish" / "post_render.py"
TABLE = """
<table><thead><tr><th>机关</th><th>上年</th><th>本年</th></tr></thead>
<tbody><tr><th scope="row">甲</th><td>1</td><td>2</td></tr>
<tr><th scope="col">机关</th><th scope="col">收入</th><th scope="col">支出</th></tr>
<tr><th scope="row">乙</th><td>3</td><td>4</td></tr></tbody></table>
"""
DOCUMENT = """---
title: 题目
lang: zh-CN
{more}format:
  typst:
    filters: [quarto, heads.lua]
  docx: default
---

# 一

```{{=html}}
{table}
```
"""


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "document.qmd"
    path.write_text(DOCUMENT.format(more="date: 2024-12-31\n", table=TABLE), encoding="utf-8")
    (tmp_path / "heads.lua").write_bytes((ROOT / "assets" / "typst" / "heads.lua").read_bytes())
    return path


@pytest.fixture
def made(document: Path, tmp_path: Path) -> dict[str, Path]:
    return publish(document, to=("pdf", "docx"), out=tmp_path / "out", engine="pandoc").outputs


def test_every_document_gets_its_head_cells(made: dict[str, Path]) -> None:
    (cells,) = tags.tables(made["pdf"])
    assert [(cell.tag, cell.scope) for cell in cells] == [
        *[("TH", "Column")] * 3,
        ("TH", "Row"),
        *[("TD", "")] * 2,
        *[("TH", "Column")] * 3,
        ("TH", "Row"),
        *[("TD", "")] * 2,
    ]
    # A head row in the midst adds to the head of the table and replaces none of it.
    assert [cells[place].heads for place in (4, 5)] == [{1, 3}, {2, 3}]
    assert [cells[place].heads for place in (10, 11)] == [{1, 7, 9}, {2, 8, 9}]


def test_a_second_time_changes_nothing(made: dict[str, Path]) -> None:
    for path in made.values():
        before = path.read_bytes()
        finish(path)
        assert path.read_bytes() == before


def test_a_word_file_is_dated_by_the_document(made: dict[str, Path]) -> None:
    with zipfile.ZipFile(made["docx"]) as package:
        assert {entry.date_time for entry in package.infolist()} == {(2024, 12, 31, 0, 0, 0)}
        core = etree.fromstring(package.read("docProps/core.xml"))
        custom = etree.fromstring(package.read("docProps/custom.xml"))
    dates = [one.text for one in core if etree.QName(one).localname in {"created", "modified"}]
    assert dates == ["2024-12-31T00:00:00Z"] * 2
    assert [one.get("name") for one in custom] == ["date"]


def finished_body(body: str) -> etree._Element:
    """The body of a Word file with a small page, finished; its child elements but the last, which is the page."""
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    page = '<w:sectPr><w:pgSz w:w="900"/><w:pgMar w:left="50" w:right="50"/></w:sectPr>'
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as parts:
        parts.writestr("word/document.xml", f"<w:document {space}><w:body>{body}{page}</w:body></w:document>")
    once = finish_docx(package.getvalue())
    assert finish_docx(once) == once
    with zipfile.ZipFile(io.BytesIO(once)) as finished:
        return etree.fromstring(finished.read("word/document.xml"))[0]


@pytest.mark.parametrize(
    "properties",
    [
        "",
        "<w:tblPr/>",
        '<w:tblPr><w:tblW w:w="50%" w:type="pct"/></w:tblPr>',
        '<w:tblPr><w:tblW w:type="pct"/></w:tblPr>',
        '<w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr>',
    ],
)
@pytest.mark.parametrize(
    "grid", ["", "<w:tblGrid><w:gridCol/></w:tblGrid>", '<w:tblGrid><w:gridCol w:w="99"/></w:tblGrid>']
)
def test_a_table_of_another_make_keeps_the_widths_it_does_not_state(properties: str, grid: str) -> None:
    cell = "<w:tr><w:tc><w:p><w:r><w:t>甲</w:t></w:r></w:p></w:tc></w:tr>"
    table = f"<w:tbl>{properties}{grid}{cell}</w:tbl>"
    root = finished_body(table)
    widths = [one.get(f"{{{root.nsmap['w']}}}w") for one in root.iter("{*}gridCol")]
    half = "50%" in properties and "99" in grid
    assert widths == (["400"] if half else ["99"] if "99" in grid else [None] if grid else [])
    assert "".join(root.itertext()) == "甲"


@pytest.mark.parametrize(
    "inner", ["<w:p><w:r><w:t>图</w:t></w:r></w:p>", "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>"]
)
def test_a_caption_that_quarto_frames_stands_in_the_text(inner: str) -> None:
    own = '<w:pPr><w:jc w:val="left"/><w:spacing w:before="200"/><w:pStyle w:val="ImageCaption"/></w:pPr>'
    caption = f'<w:p><w:pPr><w:jc w:val="center"/></w:pPr>{own}<w:r><w:t>题</w:t></w:r></w:p>'
    frame = f"<w:tbl><w:tblPr/><w:tr><w:tc><w:tcPr/>{inner}{caption}</w:tc></w:tr></w:tbl>"
    body = finished_body(frame + "<w:p/>")
    names = [etree.QName(one).localname for one in body]
    assert names == ["p" if "图" in inner else "tbl", "p", "p", "sectPr"]
    properties = body[1].findall("{*}pPr")
    assert [[etree.QName(one).localname for one in found] for found in properties] == [["pStyle"]]


def test_a_document_without_a_date_keeps_the_clocks(document: Path, tmp_path: Path) -> None:
    document.write_text(DOCUMENT.format(more="", table=TABLE), encoding="utf-8")
    path = publish(document, to=("docx",), out=tmp_path / "out", engine="pandoc").outputs["docx"]
    with zipfile.ZipFile(path) as package:
        assert package.infolist()[0].date_time > (2024, 12, 31, 0, 0, 0)


@pytest.mark.parametrize("name", ["report.pdf", "report.docx"])
class TestAFileThatCannotBeFinished:
    def test_stays_as_it_stood(self, tmp_path: Path, name: str) -> None:
        path = tmp_path / name
        path.write_bytes(b"%PDF-1.7 torn off")
        with pytest.raises(FinishError, match=name):
            finish(path)
        assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [(name, b"%PDF-1.7 torn off")]

    def test_is_named_by_the_script_that_quarto_runs(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).write_bytes(b"torn off")
        done = self.run(tmp_path, f"{name}\nother.html")
        assert done.returncode == 1
        assert name in done.stderr
        assert "Traceback" not in done.stderr

    def test_and_so_is_a_file_that_is_not_there(self, tmp_path: Path, name: str) -> None:
        done = self.run(tmp_path, name)
        assert (done.returncode, "Traceback" in done.stderr) == (1, False)

    @staticmethod
    def run(folder: Path, names: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(SCRIPT)],
            cwd=folder,
            env=os.environ | {"QUARTO_PROJECT_OUTPUT_FILES": names},
            capture_output=True,
            text=True,
        )
