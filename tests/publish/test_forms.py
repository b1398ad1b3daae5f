"""What Quarto gives a form beside Markdown's own: callouts, pages on their side, pictures in rows, sources, included files."""

import re

import pytest

from helpers.publish import PublishError

HEADER = """---
title: 题目
lang: zh-CN
bibliography: a.bib
pdf-standard: [a-3a, ua-1]
format: {html: {theme: none, minimal: true}, typst: default, docx: default}
execute: {echo: false}
---

"""
FILES = {
    "a.bib": "@book{knuth, title={TAOCP}, author={Knuth, D.}, year=1968}",
    "子/包含.qmd": """\
        包含文 `{python} 1+1`

        ```{python}
        #| fig-cap: 单元格图
        #| fig-alt: 替
        import matplotlib.pyplot as plt
        plt.plot([1]);
        ```
        """,
}
BODY = r"""
::: {.callout-note}
## 甲题
注文
:::

::: {.callout-tip title="乙**题**"}
提示文
:::

::: callout-warning
无题
:::

::: {.landscape}
横文

| a | b |
|---|---|
| 1 | 2 |

: 表题 {#tbl-a tbl-colwidths="[20,80]"}
:::

::: {layout-ncol=2}
![左](p.svg){fig-alt=x}

![右](p.svg){fig-alt=y}
:::

::: {layout-ncol=2}
![左](p.svg){#fig-l fig-alt=x}

![右](p.svg){#fig-r fig-alt=y}
:::

见 @fig-l(甲)、@fig-r[乙]、@tbl-a。式 $x^2$(丙) 与 $$\frac{a}{b}$$

```{.python filename="a.py"}
x = 1
```

[@knuth]

{{< include 子/包含.qmd >}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory, reader):
    from helpers.publish import publish

    folder = tmp_path_factory.mktemp("项目")
    (folder / "子").mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(re.sub(r"^ {8}", "", text, flags=re.MULTILINE), encoding="utf-8")
    (folder / "p.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="50" height="50"/></svg>'
    )
    (folder / "文档.qmd").write_text(HEADER + BODY, encoding="utf-8")
    return reader(publish(folder / "文档.qmd", out=folder / "out", engine="pandoc"))


@pytest.mark.parametrize("name", ["html", "pdf", "docx"])
@pytest.mark.parametrize(
    "words",
    [
        "注记：甲题注文",
        "提示：乙题提示文",
        "警告无题",
        "表1:表题",
        "图1:左图2:右",
        "见图1(甲)、图2乙、表1。",
        "a.pyx=1",
        "(Knuth1968年)",
        "包含文2",
        "图3:单元格图",
        "Knuth,D.1968年.TAOCP.",
    ],
)
def test_shown(made, name, words):
    text = re.sub(r"(?<=\D)[1-9](?=横文)|(?<=2)[1-9](?=图3)", "", made.text(name))
    assert words in text


def test_words_for_pictures_and_formulas(made):
    html, word, pdf = made.alts()
    assert html == word == ["x", "y", "x", "y", "替"]
    assert sorted(pdf) == sorted([*html, "x^2", r"\frac{a}{b}"])


def test_formulas_are_native(made):
    assert len(made.body().xpath("//*[local-name()='math']")) == 2
    assert len(made.docx.element.body.xpath(".//*[local-name()='oMath']")) == 2


def test_widths_of_columns(made):
    (table,) = (one for one in made.docx.tables if "1" in {cell.text for cell in one.rows[-1].cells})
    widths = [int(width) for width in table._tbl.xpath(".//w:gridCol/@w:w")]
    assert [round(10 * width / sum(widths)) for width in widths] == [2, 8]


def test_page_on_its_side(made):
    sizes = {tuple(round(float(side)) for side in page.mediabox[2:]) for page in made.pdf.pages}
    assert sizes == {(595, 842), (842, 595)}
    assert [section.orientation for section in made.docx.sections] == [0, 1, 0]


@pytest.mark.parametrize(
    ("body", "files", "words"),
    [
        ("甲 [@knuth]\n", {"a.bib": ""}, "@knuth"),
        ("::: {.hidden}\n藏\n:::\n", {}, ".hidden"),
        ("甲 {{< include 一.qmd >}}\n", {}, "独占一行"),
        ("{{< include 一.qmd >}}\n", {"一.qmd": "{{< include 一.qmd >}}\n"}, "一.qmd:1"),
        ("{{< include 一.qmd >}}\n", {"一.qmd": "甲\n\n::: {.panel-tabset}\n:::\n"}, "一.qmd:3"),
        ("{{< include 一.qmd >}}\n", {"一.qmd": "---\ntoc: true\n---\n甲\n"}, "文件头"),
        ("[甲]{style='color: red'}\n", {}, "color: red"),
        ("![甲](p.svg)\n", {}, "p.svg"),
        ("::: {layout-ncol=2}\n甲\n:::\n", {}, "layout-ncol"),
        ("::: {#fig-s layout-ncol=2}\n![甲](p.svg){fig-alt=x}\n\n总题\n:::\n", {}, "fig-s"),
        ("```python\nx = 1  # <1>\n```\n\n1. 注\n", {}, "<1>"),
        ("[甲]({{< meta title >}})\n", {}, "meta"),
        ("[甲]{.乙\n.aside}\n", {}, ".aside"),
    ],
)
def test_refused_by_line(make, tmp_path, body, files, words):
    with pytest.raises(PublishError) as caught:
        make(body, {**FILES, **files}, header=HEADER)
    assert re.match(r"(文档|一)\.qmd:\d+：", str(caught.value))
    assert words in str(caught.value)
    assert not (tmp_path / "out").exists()


def test_where_options_come_from(tmp_path, reader):
    """Project, profile, local settings, folders from the project's down, header; files are named from where they were named."""
    from helpers.publish import publish

    inner = tmp_path / "项目" / "甲" / "乙"
    inner.mkdir(parents=True)
    files = {
        "_quarto.yml": "lang: zh-CN\nmetadata: {a: 项目, b: 项目, c: 项目, d: 项目, e: 项目}\nformat: {html: {css: [s.css]}}\n",
        "_quarto-审.yml": "metadata: {b: 方案, c: 方案}\n",
        "_quarto.yml.local": "metadata: {c: 本机}\n",
        "甲/_metadata.yml": "metadata: {d: 外层, e: 外层}\nformat: {html: {css: [t.css]}}\n",
        "甲/乙/_metadata.yml": "metadata: {e: 内层}\n",
        "s.css": "p { color: teal }",
        "甲/t.css": "p { margin: 7px }",
        "甲/乙/文档.qmd": "---\ntitle: x\n---\n{{< meta a >}} {{< meta b >}} {{< meta c >}} {{< meta d >}} {{< meta e >}}\n",
    }
    for name, text in files.items():
        (tmp_path / "项目" / name).write_text(text, encoding="utf-8")
    made = reader(
        publish(inner / "文档.qmd", out=tmp_path / "out", engine="pandoc", profile="审", to=["html"])
    )
    assert made.text("html") == "x项目方案本机外层内层"
    source = made.path("html").read_text(encoding="utf-8")
    assert "teal" in source
    assert "7px" in source
