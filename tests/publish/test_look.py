"""The project's templates honour what a document asks for, in page, PDF and Word file, or say that they do not."""

import re

import pytest
from archive.verapdf import faults
from axe import violations
from conftest import Validate
from published import ENGINES, copy_project, render

from helpers.publish import Publication, PublishError, publish

FORMATS = ("html", "pdf", "docx")
DOCUMENT = """---
title: 办事说明
subtitle: 副题
abstract: 摘要的文字。
author: 某某镇人民政府
date: 2025-01-20
toc: true
toc-depth: 2
toc-title: 本文目录
number-sections: true
mainfont: FandolKai
papersize: a5
margin: {x: 2cm, top: 3cm, bottom: 2cm}
fontsize: 12pt
---

# 总述 {#sec-a}

见 @sec-b(甲)。式 $x^2$。

## 细节 {#sec-b}

### 小目

见 @sec-a。

# 其他
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("look") / "project")


@pytest.fixture(scope="module", params=ENGINES)
def made(request, project, reader):
    (project / "说明.qmd").write_text(DOCUMENT, encoding="utf-8")
    return reader(Publication(request.param, "", render(request.param, project / "说明.qmd"), project))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "words", ["办事说明副题摘要摘要的文字。本文目录", "见小节1.1(甲)。", "1.1.1小目见小节1。2其他"]
)
def test_text(made, name, words):
    assert words in made.text(name)


def test_contents_go_as_deep_as_asked(made):
    entries = [re.sub(r"\s+", "", link.text_content()) for link in made.body().xpath("//nav//a")]
    assert entries == ["1总述", "1.1细节", "2其他"]
    assert re.search(r"本文目录1总述\.+11\.1细节\.+12其他\.+1", made.text("pdf"))
    assert 'TOC \\o "1-2"' in made.docx.element.body.xpath("string(.//w:instrText)")


def test_page_and_type(made):
    width, height = (float(side) for side in made.pdf.pages[0].mediabox[2:])
    assert (width, height) == pytest.approx((419.5, 595.3), abs=0.2)
    section, normal = made.docx.sections[-1], made.docx.styles["Normal"]
    assert [
        round(length.cm, 1) for length in (section.page_width, section.left_margin, section.top_margin)
    ] == [
        14.8,
        2,
        3,
    ]
    assert (normal.font.name, normal.font.size.pt) == ("FandolKai", 12)
    source = made.path("html").read_text(encoding="utf-8")
    for rule in ('font-family: "FandolKai"', "font-size: 12pt", "size: a5", "margin-top: 3cm"):
        assert rule in source


def test_type_of_the_pdf(made):
    import pdfplumber

    with pdfplumber.open(made.path("pdf")) as pdf:
        (letter,) = {
            (char["fontname"].split("+")[-1], round(char["size"]))
            for char in pdf.pages[0].chars
            if char["text"] == "式"
        }
        left = min(char["x0"] for char in pdf.pages[0].chars)
    assert letter == ("FandolKai-Regular", 12)
    assert left == pytest.approx(2 / 2.54 * 72, abs=1)


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_the_pdf_keeps_both_standards(made, flavour):
    assert faults(made.path("pdf"), flavour) == []


def test_office_finds_no_fault(made, validate: Validate):
    assert validate(made.path("docx")) == []


def test_the_page_has_no_barrier(made, browser):
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.goto(made.path("html").as_uri())
        assert violations(page) == []


@pytest.mark.parametrize(
    ("yaml", "to", "words"),
    [
        ("mainfont: 没有这种字体", "pdf", "没有字体"),
        ("page-numbering: i", "pdf", "模板"),
        ("monobackgroundcolor: red", "html", "模板"),
        ("papersize: a99", "docx", "papersize"),
        ("margin: {x: wide}", "docx", "margin"),
    ],
)
def test_what_cannot_be_honoured_is_refused(project, yaml, to, words):
    (project / "别的.qmd").write_text(f"---\ntitle: x\n{yaml}\n---\n\n甲\n", encoding="utf-8")
    with pytest.raises(PublishError, match=words) as caught:
        publish(project / "别的.qmd", out=project / "none", engine="pandoc", to=[to])
    if to != "docx":
        assert str(caught.value).startswith("别的.qmd:3：")
