"""Small documents, published for real and read back."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import docx
import pdfplumber
import pikepdf
import pytest
from docx.oxml.ns import qn
from docx.table import Table
from lxml import html as lxml_html
from published import hears_interrupts

from helpers.publish import Publication, publish

ROOT = Path(__file__).resolve().parents[2]

HEADER = """---
title: 题目
lang: zh-CN
format:
  html: {theme: none, minimal: true, embed-resources: true}
  typst: default
  docx: default
execute: {echo: false}
---

"""


def squeeze(text):
    """Text without spaces and line breaks: what three formats can agree on."""
    return re.sub(r"[\s\u00a0]+", "", text)


@dataclass
class Made:
    """A publication and what its files hold."""

    publication: Publication

    def path(self, name):
        return self.publication.outputs[name]

    @property
    def html(self):
        return lxml_html.document_fromstring(self.path("html").read_text(encoding="utf-8"))

    @property
    def docx(self):
        return docx.Document(str(self.path("docx")))

    @cached_property
    def pdf(self):
        return pikepdf.open(self.path("pdf"))

    def body(self):
        return self.html.find("body")

    def text(self, name):
        """The visible text of one format, squeezed."""
        if name == "html":
            return squeeze(self.body().text_content())
        if name == "pdf":
            with pdfplumber.open(self.path("pdf")) as pdf:
                return squeeze("".join(page.extract_text() for page in pdf.pages))
        return squeeze("".join(node.text or "" for node in self.docx.element.body.iter(qn("w:t"))))

    def paragraphs(self):
        """Style and text of the paragraphs of the DOCX outside tables."""
        return [(p.style.name, p.text) for p in self.docx.paragraphs]

    def grids(self, name):
        """The data tables of HTML or DOCX as lists of rows, spans written out; tables for layout left out."""
        if name == "html":
            return [grid_html(table) for table in self.body().iter("table")]
        return [grid_docx(table) for table in data_tables(self.docx)]

    def alts(self):
        """Alternative texts in HTML, DOCX and PDF."""
        word = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
        described = [o for o in self.pdf.objects if isinstance(o, pikepdf.Dictionary) and "/Alt" in o]
        return (
            [image.get("alt") for image in self.body().iter("img")],
            [node.get("descr") for node in self.docx.element.body.iter(word)],
            [str(element["/Alt"]) for element in described],
        )


def grid_html(table):
    grid, rows = {}, table.findall(".//tr")
    for number, row in enumerate(rows):
        column = 0
        for cell in row:
            while (number, column) in grid:
                column += 1
            for down in range(int(cell.get("rowspan", 1))):
                for across in range(int(cell.get("colspan", 1))):
                    grid[number + down, column + across] = squeeze(cell.text_content())
            column += int(cell.get("colspan", 1))
    width = max((column for _, column in grid), default=-1) + 1
    return [[grid.get((row, column)) for column in range(width)] for row in range(len(rows))]


def data_tables(document):
    """All tables of a DOCX; Quarto wraps numbered figures and tables in one cell, which is no table."""
    tables = [Table(node, document) for node in document.element.body.iter(qn("w:tbl"))]
    return [table for table in tables if not (len(table.rows) == 1 and len(table.columns) == 1)]


def grid_docx(table):
    return [[squeeze(cell.text) for cell in row.cells] for row in table.rows]


@pytest.fixture
def folder(tmp_path):
    """A folder with a picture beside the documents."""
    project = tmp_path / "项目"
    project.mkdir()
    (project / "p.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="50" height="50"/></svg>'
    )
    return project


@pytest.fixture
def write(folder):
    """Write a document: its text, and what else lies beside it."""

    def write_(body, files=None, header=HEADER, name="文档.qmd"):
        for other, text in (files or {}).items():
            path = folder / other
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text), encoding="utf-8")
        path = folder / name
        path.write_text(header + textwrap.dedent(body), encoding="utf-8")
        return path

    return write_


@pytest.fixture
def make(write, tmp_path):
    """Write a document and publish it with the built-in engine, unless told otherwise."""

    def make_(body, files=None, header=HEADER, out="out", **options):
        document = write(body, files, header)
        return Made(publish(document, out=tmp_path / out, **{"engine": "pandoc", **options}))

    return make_


@pytest.fixture(scope="session")
def reader():
    """Read back what was published elsewhere."""
    return Made


@pytest.fixture
def without_quarto(monkeypatch, tmp_path):
    """A PATH on which no Quarto is."""
    empty = tmp_path / "bin"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))


@pytest.fixture
def cell():
    """A cell as text: options and code."""

    def cell_(code, **options):
        lines = [f"#| {name.replace('_', '-')}: {value}" for name, value in options.items()]
        return "\n".join(["```{python}", *lines, textwrap.dedent(code).strip(), "```", "", ""])

    return cell_


@pytest.fixture
def interrupted():
    """Publish in another process, signal it while a cell sleeps that wrote its pid, and wait until both are gone."""

    def interrupted_(document, out, engine, number=signal.SIGINT, forked=False):
        arguments = f"Path({str(document)!r}), out=Path({str(out)!r}), engine={engine!r}, forked={forked}"
        code = f"from pathlib import Path; from helpers.publish import publish; publish({arguments})"
        mark = document.with_name("pid")
        command = [sys.executable, "-c", code]
        quiet = {"stderr": subprocess.DEVNULL, "preexec_fn": hears_interrupts}
        with subprocess.Popen(command, cwd=ROOT, **quiet) as process:
            _wait(lambda: mark.exists() and mark.read_text())
            process.send_signal(number)
            process.wait(30)
        _wait(lambda: not _running(int(mark.read_text())))

    return interrupted_


def _wait(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.05)
    raise AssertionError("waited in vain")


def _running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    return not status.exists() or "State:\tZ" not in status.read_text()
