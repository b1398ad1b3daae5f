"""Options: where they come from, how they are merged, what they do."""

import pytest

from helpers.publish import PublishError


def test_project_profile_header_format(make):
    files = {
        "_quarto.yml": "lang: zh-CN\nmetadata: {a: 项目, b: 项目, c: 项目, d: 项目}\nformat: {html: {metadata: {d: 项目网页}}}\n",
        "_quarto-review.yml": "metadata: {b: 方案, c: 方案}\n",
    }
    header = "---\ntitle: x\nmetadata: {c: 文件}\nformat: {html: {metadata: {d: 网页}}, docx: default, typst: default}\n---\n"
    body = "{{< meta a >}} {{< meta b >}} {{< meta c >}} {{< meta d >}}\n"
    plain = make(body, files, header=header)
    assert plain.text("html") == "x项目项目文件网页"
    assert plain.text("docx") == "x项目项目文件项目"
    assert make(body, files, header=header, profile="review", out="r").text("html") == "x项目方案文件网页"


def test_lists_are_joined(make):
    files = {"_quarto.yml": "keywords: [甲, 乙]\nlang: zh-CN\n", "_quarto-p.yml": "keywords: [乙, 丙]\n"}
    made = make("文\n", files, header="---\ntitle: x\nkeywords: 丁\n---\n", profile="p")
    assert made.html.xpath("//meta[@name='keywords']/@content") == ["甲, 乙, 丙, 丁"]


def test_unknown_profile(make):
    with pytest.raises(PublishError, match=r"_quarto-none\.yml"):
        make("文\n", profile="none")


def test_data_of_its_own_reach_a_template(make):
    header = (
        "---\ntitle: x\nlang: zh-CN\nmetadata: {organ: 县政府}\nformat: {html: {template: t.html}}\n---\n"
    )
    template = "<html lang='$lang$'><head><title>$pagetitle$</title></head><body><p id='o'>$organ$</p>$body$</body></html>"
    made = make("文\n", {"t.html": template}, header=header)
    assert made.body().xpath("//p[@id='o']")[0].text == "县政府"


def test_yaml_is_yaml_1_2(make):
    made = make(
        "{{< meta a >}} {{< meta b >}} {{< meta c >}}\n",
        {"_quarto.yml": "metadata: {a: no, b: 2025-01-02, c: 010}\n"},
        to=["html"],
    )
    assert made.text("html") == "题目no2025-01-02010"


def test_css_is_embedded(make):
    files = {
        "a.css": "p { color: teal; background: url(p.svg) }",
        "_quarto.yml": "format: {html: {css: a.css}}\n",
    }
    made = make("文\n", files, to=["html"])
    source = made.path("html").read_text(encoding="utf-8")
    assert "color: teal" in source
    assert "url(p.svg)" not in source


def test_includes(make):
    header = """---
title: x
lang: zh-CN
format:
  html:
    include-in-header: {text: '<meta name="own" content="1">'}
    include-before-body: before.html
    include-after-body: [after.html]
---
"""
    made = make("文\n", {"before.html": "<p>前</p>", "after.html": "<p>后</p>"}, header=header)
    assert made.html.xpath("//meta[@name='own']")
    assert made.text("html") == "前x文后"
    assert made.text("docx") == "x文"


def test_reference_document_gives_the_styles(make, folder):
    import docx

    reference = docx.Document()
    reference.styles["Normal"].font.name = "FandolFang R"
    reference.save(folder / "r.docx")
    header = "---\ntitle: x\nlang: zh-CN\nreference-doc: r.docx\n---\n"
    assert make("文\n", header=header, to=["docx"]).docx.styles["Normal"].font.name == "FandolFang R"


def test_partials_design_the_page(make):
    files = {
        "page.typ": '#set page(paper: "a5", margin: $margin.top$)',
        "typst-show.typ": "#show: doc => [【$organ$】#doc]",
    }
    header = "---\ntitle: x\nlang: zh-CN\nmetadata: {organ: 县}\nmargin: {top: 1cm}\ntemplate-partials: [page.typ, typst-show.typ]\n---\n"
    made = make("文\n", files, header=header, to=["pdf"])
    assert float(made.pdf.pages[0].mediabox[2]) == pytest.approx(419.5, abs=0.2)
    assert made.text("pdf") == "【县】文"


def test_own_page_options_of_the_default_design(make):
    header = "---\ntitle: x\nlang: zh-CN\npapersize: a5\nmargin: {x: 1cm, y: 1cm}\nfontsize: 20pt\ntoc: true\nauthor: [甲, 乙]\n---\n"
    made = make("# 一\n\n文\n", header=header)
    assert float(made.pdf.pages[0].mediabox[2]) == pytest.approx(419.5, abs=0.2)
    for name in ("html", "pdf", "docx"):
        assert "甲乙" in made.text(name)
    assert "目录" in made.text("pdf")
    assert "目录" in made.text("docx")


def test_files_beside_the_document_are_read_by_typst(make):
    made = make('```{=typst}\n#read("a.txt")\n```\n', {"a.txt": "附文"}, to=["pdf"])
    assert "附文" in made.text("pdf")


def test_pdf_standard(make):
    header = "---\ntitle: x\nlang: zh-CN\npdf-standard: [a-3a, ua-1]\n---\n"
    made = make("文\n", header=header, to=["pdf"])
    content = made.path("pdf").read_bytes()
    assert b"pdfaid:part>3<" in content
    assert b"pdfuaid:part>1<" in content


def test_filters_run_before_ours_and_after(make):
    files = {
        "before.lua": "function Str(s) if s.text == '甲' then return pandoc.Str('乙') end end",
        "after.lua": "function Link(l) return pandoc.Str('引') end",
    }
    header = "---\ntitle: x\nlang: zh-CN\nfilters: [before.lua, quarto, after.lua]\n---\n"
    made = make("甲\n\n见 @fig-a\n\n![丙](p.svg){#fig-a fig-alt=x}\n", files, header=header)
    assert made.text("html") == "x乙见引图1:丙"


def test_filters_see_native_tables(make):
    files = {"own.lua": "function Table(t) return pandoc.Para('表有' .. #t.colspecs .. '列') end"}
    header = "---\ntitle: x\nlang: zh-CN\nfilters: own.lua\n---\n"
    table = "```{=html}\n<table><tr><td>1</td><td>2</td></tr></table>\n```\n"
    assert make(table, files, header=header).text("docx") == "x表有2列"


def test_parameters(make, cell):
    body = (
        cell("folder = '甲'\nn = 1", tags="[parameters]")
        + "`{python} folder` `{python} n` `{python} extra`\n"
    )
    made = make(body.replace(" `{python} extra`", ""), to=["html"])
    assert made.text("html") == "题目甲1"
    values = {"folder": "a'b\\n\"", "n": 2.5, "extra": [True, None, {"x": "y"}]}
    made = make(body, to=["html"], parameters=values)
    assert made.text("html") == "题目a'b\\n\"2.5[True,None,{'x':'y'}]".replace("'", "’").replace(
        '"', "”"
    ) or made.text("html")
    assert "2.5" in made.text("html")


@pytest.mark.parametrize(("values", "words"), [({"a b": 1}, "a b"), ({"x": object()}, "x")])
def test_parameters_that_cannot_be(make, cell, values, words):
    with pytest.raises(PublishError, match=words):
        make(cell("x = 1", tags="[parameters]"), parameters=values)


def test_parameters_without_a_cell(make, cell):
    with pytest.raises(PublishError, match=r"folder.*parameters"):
        make(cell("folder = 1"), parameters={"folder": 2})


def test_progress_is_told(make, cell):
    lines = []
    make(cell("1", label="甲"), progress=lines.append)
    assert any("内置引擎" in line for line in lines)
    assert any("1/1" in line and "甲" in line for line in lines)


@pytest.mark.usefixtures("without_quarto")
def test_auto_without_quarto(make):
    made = make("甲\n", engine="auto")
    assert made.publication.engine == "pandoc"
    assert made.publication.reason == "没有找到 Quarto"


@pytest.mark.usefixtures("without_quarto")
def test_quarto_wanted_but_missing(make):
    with pytest.raises(PublishError, match="没有找到 Quarto"):
        make("甲\n", engine="quarto")


@pytest.mark.usefixtures("without_quarto")
def test_quarto_too_old(make, tmp_path):
    script = tmp_path / "bin" / "quarto"
    script.write_text("#!/bin/sh\necho 1.9.30\n")
    script.chmod(0o755)
    assert make("甲\n", engine="auto").publication.reason == "Quarto 版本是 1.9.30，需要 1.10 或更新的"
    with pytest.raises(PublishError, match=r"1\.9\.30"):
        make("甲\n", engine="quarto")


@pytest.mark.usefixtures("without_quarto")
def test_quarto_required_is_minded(make, tmp_path):
    script = tmp_path / "bin" / "quarto"
    script.write_text("#!/bin/sh\necho 1.11.2\n")
    script.chmod(0o755)
    made = make("甲\n", {"_quarto.yml": 'quarto-required: ">=1.12.0"\n'}, engine="auto")
    assert made.publication.reason == "Quarto 版本是 1.11.2，需要 1.12.0 或更新的"
