"""What is not supported is refused by name and line; nothing is dropped, nothing half-written."""

import pytest

from helpers.publish import CellError, PublishError, publish

LINE = 11  # where a body begins, after HEADER


def refused(make, tmp_path, body, files=None, **options):
    with pytest.raises(PublishError) as caught:
        make(body, files, **options)
    assert not (tmp_path / "out").exists()
    assert "Traceback" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("::: {.callout-hint}\n甲\n:::\n", ".callout-hint"),
        ("::: {#tip-a .callout-tip}\n甲\n:::\n", "#tip-a"),
        ("::: {.panel-tabset}\n甲\n:::\n", "panel-tabset"),
        ("::: {layout-ncol=2}\n甲\n:::\n", "layout-ncol"),
        ("::: {.column-margin}\n甲\n:::\n", "column-margin"),
        ("::: {#thm-a}\n甲\n:::\n", "#thm-a"),
        ("$$x$$ {#eq-a}\n", "#eq-a"),
        ("见@fig-a。\n", "@fig-a"),
        ("{{< env HOME >}}\n", "{{< env"),
        ("{{< include 没有.qmd >}}\n", "没有.qmd"),
        ("文{{< include a.qmd >}}\n", "{{< include"),
        ("文{{< pagebreak >}}字\n", "{{< pagebreak"),
        ("`{{< var x >}}`\n", "{{< var"),
        ("```{r}\n1\n```\n", "{r}"),
        ("```{mermaid}\na\n```\n", "{mermaid}"),
        ("```{python}\n#| code-fold: true\n1\n```\n", "code-fold"),
        ("```{python}\n#| fig-subcap: [a]\n1\n```\n", "fig-subcap"),
        ("```{python}\n#| fig-width: 3\n1\n```\n", "fig-width"),
        ("```{python}\n#| output: what\n1\n```\n", "output"),
        ("```{python}\n#| echo: fenced\n1\n```\n", "echo"),
        ("```{python}\n#| fig-align: left\n1\n```\n", "fig-align"),
        ("```{python, echo=FALSE}\n1\n```\n", "echo=FALSE"),
        ("```{python}\n1\n", "```"),
        ("- 甲\n\n  ```{python}\n  1\n  ```\n", "缩进"),
    ],
)
def test_constructs(make, tmp_path, body, words):
    message = refused(make, tmp_path, body)
    offset = 1 if "#|" in body else 2 if body.startswith("- ") else 0
    assert message.startswith(f"文档.qmd:{LINE + offset}：")
    assert words in message


@pytest.mark.parametrize(
    ("yaml", "words"),
    [
        ("bibliography: a.bib", "bibliography"),
        ("freeze: auto", "freeze"),
        ("execute: {freeze: true}", "execute.freeze"),
        ("execute: {cache: true}", "execute.cache"),
        ("theme: cosmo", "theme"),
        ("code-fold: true", "code-fold"),
        ("metadata-files: [a.yml]", "metadata-files"),
        ("format: revealjs", "format.revealjs"),
        ("format: {pdf: default}", "format.pdf"),
        ("jupyter: julia", "jupyter"),
        ("engine: knitr", "engine"),
        ("crossref: {chapters: true}", "crossref.chapters"),
        ("date: today", "date"),
        ("fig-format: jpeg", "fig-format"),
        ("fig-width: wide", "fig-width"),
        ("embed-resources: false", "embed-resources"),
        ("filters: [some/extension]", "filters"),
        ("lang: fr", "lang"),
        ("css: [https://example.com/a.css]", "css"),
    ],
)
@pytest.mark.parametrize("place", ["header", "project"])
def test_options(make, tmp_path, yaml, words, place):
    if place == "header":
        message = refused(make, tmp_path, "甲\n", header=f"---\n# 注\n{yaml}\n---\n")
        where = "文档.qmd:3："
    else:
        message = refused(
            make, tmp_path, "甲\n", {"_quarto.yml": f"# 注\n\n{yaml}\n"}, header="---\ntitle: x\n---\n"
        )
        where = "_quarto.yml:3："
    assert message.startswith(where)
    assert words in message


def test_options_of_one_format(make, tmp_path):
    files = {"_quarto.yml": "format:\n  html:\n    toc-location: left\n"}
    assert refused(make, tmp_path, "甲\n", files).startswith("_quarto.yml:3：选项 toc-location ")
    make("甲\n", files, to=["docx"])


def test_figure_sizes_that_differ(make, tmp_path):
    header = "---\nformat:\n  html:\n    fig-width: 3\n  docx:\n    fig-width: 4\n---\n"
    assert "fig-width" in refused(make, tmp_path, "甲\n", header=header)


def test_a_character_that_no_font_has(make, tmp_path):
    header = "---\ntitle: 甲\npdf-standard: [a-3a]\n---\n"
    message = refused(make, tmp_path, "甲\n\n乙 \U000f0000 丙\n", header=header, to=["pdf"])
    assert message.startswith("文档.qmd:7：字符“\U000f0000”（U+F0000）没有字体能显示")


@pytest.mark.parametrize(
    ("yaml", "line", "words"),
    [("a: [1", 2, "YAML"), ("a: 1\na: 2", 3, "两次"), ("- 1", 2, "名称"), ("a:\n\t- 1", 3, "YAML")],
)
def test_broken_yaml(make, tmp_path, yaml, line, words):
    message = refused(make, tmp_path, "甲\n", header=f"---\n{yaml}\n---\n")
    assert message.startswith(f"文档.qmd:{line}：")
    assert words in message


def test_header_without_end(make, tmp_path):
    assert "文档.qmd:1：" in refused(make, tmp_path, "甲\n", header="---\ntitle: x\n")


def test_inline_expression_in_header(make, tmp_path):
    message = refused(make, tmp_path, "甲\n", header='---\ntitle: "`{python} 1`"\n---\n')
    assert message.startswith("文档.qmd:2：")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("css", "没有.css"),
        ("template", "没有.html"),
        ("include-in-header", "没有.html"),
        ("filters", "没有.lua"),
        ("font-paths", "没有"),
        ("reference-doc", "没有.docx"),
        ("template-partials", "page.typ"),
    ],
)
def test_missing_files(make, tmp_path, option, value):
    message = refused(make, tmp_path, "甲\n", header=f"---\ntitle: x\n{option}: [{value}]\n---\n")
    assert message.startswith("文档.qmd:3：")
    assert option in message
    assert value in message


def test_unknown_reference(make, tmp_path):
    assert (
        refused(make, tmp_path, "甲\n\n见 @fig-none。\n")
        == f"文档.qmd:{LINE + 2}：引用 @fig-none 找不到对应的图、表或标题"
    )


def test_unknown_reference_that_a_cell_printed(make, cell, tmp_path):
    message = refused(make, tmp_path, cell("print('@tbl-' + 'x')", output="asis"))
    assert "@tbl-x" in message
    assert "文档.qmd" in message


def test_reference_to_a_section_without_numbers(make, tmp_path):
    message = refused(make, tmp_path, "# 甲 {#sec-a}\n\n见 @sec-a。\n")
    assert message.startswith(f"文档.qmd:{LINE}")
    assert "number-sections" in message


def test_label_used_twice(make, cell, tmp_path):
    twice = "![甲](p.svg){#fig-a}\n\n![乙](p.svg){#fig-a}\n"
    assert "fig-a" in refused(make, tmp_path, twice)
    message = refused(make, tmp_path, cell("1", label="x") + cell("2", label="x"))
    assert "x" in message
    assert f"文档.qmd:{LINE}" in message


def test_sub_figures(make, tmp_path):
    body = "::: {#fig-a}\n![甲](p.svg){#fig-a1}\n\n![乙](p.svg){#fig-a2}\n\n丙\n:::\n"
    message = refused(make, tmp_path, body)
    assert message.startswith(f"文档.qmd:{LINE + 1}：")


def test_pictures(make, tmp_path):
    missing = refused(make, tmp_path, "甲\n\n![x](没有.png)\n")
    assert missing == f"文档.qmd:{LINE + 2}：找不到图片 没有.png"
    remote = refused(make, tmp_path, "![x](https://example.com/a.png)\n")
    assert remote.startswith(f"文档.qmd:{LINE}：")
    assert "https://example.com/a.png" in remote


def test_nothing_is_fetched_from_the_web(make, tmp_path):
    message = refused(make, tmp_path, '甲\n\n```{=html}\n<img src="http://example.com/a.png" alt="">\n```\n')
    assert message.startswith(f"文档.qmd:{LINE + 3}：")
    assert "http://example.com/a.png" in message


def test_unknown_metadata(make, tmp_path):
    message = refused(make, tmp_path, "甲\n\n{{< meta 没有 >}}\n")
    assert message.startswith(f"文档.qmd:{LINE + 2}：")


def test_outputs_that_cannot_be_shown(make, cell, tmp_path):
    code = "from IPython.display import display\ndisplay({'application/javascript': '1'}, raw=True)"
    message = refused(make, tmp_path, cell(code))
    assert message.startswith(f"文档.qmd:{LINE}：")
    assert "application/javascript" in message
    latex = "from IPython.display import Latex\nLatex('$x$')"
    assert "text/latex" in refused(make, tmp_path, cell(latex))


def test_two_figures_with_one_label(make, cell, tmp_path):
    code = "import matplotlib.pyplot as plt\nfor _ in range(2):\n    plt.figure()\n    plt.plot([1])"
    assert "一张图" in refused(make, tmp_path, cell(code, label="fig-a", fig_cap="甲"))


def test_caption_without_figure(make, cell, tmp_path):
    message = refused(make, tmp_path, cell("1;", label="fig-a", fig_cap="甲"))
    assert message.startswith(f"文档.qmd:{LINE + 2}：")
    assert "fig-cap" in message


def test_typst_says_what_is_wrong(make, tmp_path):
    header = "---\ntitle: x\nlang: zh-CN\npdf-standard: ua-1\n---\n"
    message = refused(make, tmp_path, "![](p.svg)\n", header=header)
    assert "PDF" in message
    assert "alt" in message
    assert "foo" in refused(make, tmp_path, "```{=typst}\n#foo\n```\n")


def test_unknown_pdf_standard(make, tmp_path):
    message = refused(make, tmp_path, "甲\n", header="---\ntitle: x\npdf-standard: x-9\n---\n")
    assert message.startswith("文档.qmd:3：")
    assert "x-9" in message


def test_broken_template_names_pandoc(make, tmp_path):
    message = refused(
        make, tmp_path, "甲\n", {"t.html": "$if(x)$"}, header="---\ntitle: x\ntemplate: t.html\n---\n"
    )
    assert "pandoc" in message


def test_formats_and_documents(make, tmp_path):
    assert "epub" in refused(make, tmp_path, "甲\n", to=["epub"])
    assert "空" in refused(make, tmp_path, "甲\n", to=[])
    with pytest.raises(PublishError, match=r"找不到文件 没有\.qmd"):
        publish(tmp_path / "没有.qmd", out=tmp_path / "out")
    (tmp_path / "gbk.qmd").write_bytes("政府".encode("gb18030"))
    with pytest.raises(PublishError, match="UTF-8"):
        publish(tmp_path / "gbk.qmd", out=tmp_path / "out")


def test_cell_errors_have_no_traceback(make, cell, tmp_path):
    code = "def f():\n    return 1 / 0\n\nf()"
    message = refused(make, tmp_path, cell("1") + cell(code, label="算"))
    assert message == f"文档.qmd:{LINE + 9}：单元格 算 出错：ZeroDivisionError: division by zero"


def test_syntax_error_in_a_cell(make, cell, tmp_path):
    message = refused(make, tmp_path, cell("x = (\n1 +"))
    assert message.startswith("文档.qmd:")
    assert "SyntaxError" in message


def test_exceptions_may_word_their_own_message(make, cell, tmp_path):
    code = """
    class Bad(Exception):
        def _render_traceback_(self):
            return ["甲.csv:3：第三列", "乙.csv:4：第四列"]
    raise Bad()
    """
    with pytest.raises(CellError) as caught:
        make(cell(code))
    assert str(caught.value) == "甲.csv:3：第三列\n乙.csv:4：第四列"
    assert not (tmp_path / "out").exists()


def test_inline_expression_that_fails(make, tmp_path):
    message = refused(make, tmp_path, "甲\n\n乙 `{python} 没有`\n")
    assert message.startswith(f"文档.qmd:{LINE + 2}：")
    assert "NameError" in message


def test_what_a_cell_prints_is_judged_too(make, cell, tmp_path):
    for text, words in (("{{< include x >}}", "include"), ("::: {.panel-tabset}\\n甲\\n:::", "panel-tabset")):
        message = refused(make, tmp_path, cell(f"print('{text}')", output="asis", label="印"))
        assert message.startswith(f"文档.qmd:{LINE}：单元格 印 打印的文字：")
        assert words in message
    assert "[@knuth]" in make(cell("print('[@knuth]')", output="asis")).text("docx")


def test_a_raw_block_that_would_be_dropped(make, cell, tmp_path):
    fence = "chr(96) * 3"
    body = f"print('<!--\\n\\n' + {fence} + '{{=html}}\\n<b>甲</b>\\n' + {fence} + '\\n\\n-->')"
    assert "<b>甲</b>" in refused(make, tmp_path, cell(body, output="asis"))
