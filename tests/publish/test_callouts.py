"""Callouts and plain tables in a document of the project: they pass in all three formats, with either engine, and say the same."""

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from archive.verapdf import faults
from axe import violations
from conftest import Validate
from docx.oxml.ns import qn
from published import ENGINES, copy_project

from helpers.finishing.finish import finish
from helpers.publish import Publication, publish

DOCUMENT = """---
title: 办事说明
author: 某某镇人民政府
date: 2025-01-20
---

# 一、提示框

::: {.callout-note}
没有题目。

第二段。
:::

::: {.callout-tip title="题目有 **重点** 和 #read(1)"}
:::

::: {.callout-important}
## 小标题作题目

- 列表

> 引用

```python
代码 = 1
```

| 框里 | 表 |
|---|--:|
| 行一 | 1 |
:::

::: {#here .callout-warning appearance="simple" icon=false collapse="true"}
收起来也看得见。

![示意图](p.svg){#fig-a fig-alt="一个方块"}

::: {.callout-caution}
框里有框。
:::
:::

::: {.callout}
没有种类。
:::

::: {.callout title="只有题目"}
:::

- 列表里

  ::: {.callout-tip}
  列表里的框。
  :::

见[上文](#here)和 @fig-a。

# 二、表

| 甲 | 乙 |
|---|--:|
| 1 | 2 |

|   | 2023 | 2024 |
|---|:-:|:-:|
| 收到 | 3 | 4 |

  右     左     中
------ ------ -------
  5      6      7

: 简单的表

-------  ------
  8        9
  10       11
-------  ------

+------------------------+-----------+
| 网格                   | 表        |
+========================+===========+
| - 其一                 | 12        |
| - 其二                 |           |
|                        | 又一段    |
+------------------------+-----------+
| ::: {.callout-note}    | > 引文    |
| 格里的框。             |           |
| :::                    |           |
+------------------------+-----------+

---------------------------------
 一列          二列
 ------------- ------------------
 很长的        13
 一行

 末行          14
---------------------------------

::: {.callout-note}
| 末尾 |
|---|
| 15 |
:::
"""
SAID = [
    *("注记没有题目。第二段。", "提示：题目有重点和#read(1)", "重要：小标题作题目", "列表引用代码=1框里表"),
    *(
        "警告收起来也看得见。",
        "示意图注意框里有框。没有种类。只有题目",
        "列表里提示列表里的框。见上文和图1。",
    ),
    *("格里的框。", "末尾15"),
]
GRIDS = [
    [["框里", "表"], ["行一", "1"]],
    [["甲", "乙"], ["1", "2"]],
    [["", "2023", "2024"], ["收到", "3", "4"]],
    [["右", "左", "中"], ["5", "6", "7"]],
    [["8", "9"], ["10", "11"]],
    [["网格", "表"], ["其一其二", "12又一段"], ["注记格里的框。", "引文"]],
    [["一列", "二列"], ["很长的一行", "13"], ["末行", "14"]],
    [["末尾"], ["15"]],
]


@pytest.fixture(scope="module", params=ENGINES)
def made(request, tmp_path_factory, reader):
    """The document beside report.qmd, made by our own engine or by ``quarto render`` alone."""
    project = copy_project(tmp_path_factory.mktemp("callouts") / "project")
    document = project / "说明.qmd"
    document.write_text(DOCUMENT, encoding="utf-8")
    (project / "p.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="50" height="50"/></svg>'
    )
    if request.param == "built-in":
        return reader(publish(document, out=project / "out", engine="pandoc"))
    done = subprocess.run(
        ["quarto", "render", document.name],
        cwd=project,
        env=os.environ | {"QUARTO_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    outputs = {name: project / "_output" / f"说明.{name}" for name in ("html", "pdf", "docx")}
    return reader(Publication("quarto", "", outputs, project))


def test_the_page_has_no_barrier(made, browser) -> None:
    for scheme in ("light", "dark"):
        with browser.new_context(bypass_csp=True, color_scheme=scheme) as context:
            page = context.new_page()
            page.goto(made.path("html").as_uri())
            assert violations(page) == []


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_the_pdf_keeps_both_standards(made, flavour: str) -> None:
    assert faults(made.path("pdf"), flavour) == []


def test_office_finds_no_fault(made, validate: Validate) -> None:
    assert validate(made.path("docx")) == []


def test_finishing_again_changes_nothing(made) -> None:
    before = made.path("docx").read_bytes()
    finish(made.path("docx"))
    assert made.path("docx").read_bytes() == before


def test_pictures_are_described(made) -> None:
    assert made.alts() == (["一个方块"], ["一个方块"], ["一个方块"])


@pytest.mark.parametrize("name", ["html", "pdf", "docx"])
def test_every_word_is_said_in_order(made, name: str) -> None:
    text = re.sub("[“”●•]|—\\d—", "", made.text(name))  # what a page adds
    places = [text.find(words) for words in SAID]
    assert -1 not in places, SAID[places.index(-1)]
    assert all(one < other for one, other in pairwise(places))


def test_tables_are_tables(made) -> None:
    assert made.grids("html") == GRIDS
    in_word = [[["" if cell.startswith("注记") else cell for cell in row] for row in grid] for grid in GRIDS]
    assert made.grids("docx") == in_word  # where a callout in a cell is a table in a cell


def test_the_link_leads_to_its_callout(made) -> None:
    (callout,) = made.body().xpath('//*[@id="here"]')
    assert callout.get("role") == "note"
    assert made.body().xpath('//a[@href="#here"]')


def test_a_table_in_a_callout_is_no_wider_than_its_cell(made) -> None:
    root = made.docx.element.body
    for table in root.iter(qn("w:tbl")):
        cell = next(table.iterancestors(qn("w:tc")), None)
        if cell is not None:
            room = int(cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}").get(qn("w:w")))
            share = table.find(f"{qn('w:tblPr')}/{qn('w:tblW')}")
            columns = [int(one.get(qn("w:w"))) for one in table.find(qn("w:tblGrid"))]
            assert share.get(qn("w:type")) == "auto" or sum(columns) <= room


def fails_by_name(document: Path, words: str) -> None:
    done = subprocess.run(
        ["quarto", "render", document.name, "--to", "html"],
        cwd=document.parent,
        env=os.environ | {"QUARTO_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode
    assert words in done.stderr


@pytest.mark.quarto
def test_quarto_refuses_what_has_no_form_too(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project")
    document = project / "a.qmd"
    for body, words in (("::: {.callout-hint}", ".callout-hint"), ("::: {#tip-a .callout-tip}", "#tip-a")):
        document.write_text(f"---\ntitle: 题\n---\n\n{body}\n甲\n:::\n", encoding="utf-8")
        fails_by_name(document, words)
