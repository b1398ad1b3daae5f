"""Both engines on the same documents: same text, grids, properties, captions and references; the same errors."""

import re

import pytest

from helpers.publish import CellError, PublishError, publish

pytestmark = pytest.mark.quarto
FORMATS = ("html", "pdf", "docx")

PROJECT = """
lang: zh-CN
crossref: {title-delim: "："}
format:
  html: {theme: none, minimal: true, embed-resources: true, css: a.css, fig-format: svg}
  typst: {template-partials: [page.typ], fig-format: svg}
  docx: default
execute: {echo: false, warning: false}
"""
# Typst's own separator depends on the language; a page design sets it, as any design for both engines must.
PAGE = '#set page(paper: "a4", numbering: none)\n#set figure.caption(separator: [：])\n'

DOCUMENT = r"""---
title: 静态题
---

```{python}
#| tags: [parameters]
county = "甲县"
```

```{python}
#| output: asis
print(f'''---
title: "{county}年报"
author: "{county}政府"
date: 2025-01-20
keywords: [甲, 乙]
description: 述
---
''')
```

# 一、总述

收到 `{python} 40 + 2` 件，文 `{python} 'a*b_c'`。见 @fig-a、[-@fig-b]、@tbl-a 和 [@fig-a; @tbl-b]。

![甲图](p.svg){#fig-a fig-alt="甲替" width=50%}

::: {#fig-b}
![](p.svg){fig-alt="乙替"}

乙图
:::

```{python}
#| label: fig-c
#| fig-cap: 丙图
#| fig-alt: 丙替
import matplotlib.pyplot as plt
plt.plot([1, 2]);
```

## （一）表

| 甲 | 乙 |
|---|---|
| 1 | 2 |

: 得数 {#tbl-a}

::: {#tbl-b}
| 丙 | 丁 |
|---|--:|
| 3 | 4 |

又一张
:::

```{python}
#| output: asis
#| label: 正文表
print(chr(96) * 3 + "{=html}")
print('''<table id="form"><colgroup><col style="width:20%"><col style="width:30%"><col style="width:50%"></colgroup>
<thead><tr><th colspan="2" id="h1">合</th><th rowspan="2">乙</th></tr><tr><th>丙</th><th>丁</th></tr></thead>
<tbody><tr><th scope="row" rowspan="2">戊</th><td style="text-align:right">1</td><td>2.0000000000</td></tr>
<tr><td>3</td><td>4</td></tr></tbody></table>''')
print(chr(96) * 3)
```

# 二、其他

- 其一
- 其二 **重** `码`

::: {.content-visible when-format="html"}
只网页
:::

::: {.content-visible unless-format="html"}
非网页
:::

::: {.content-visible when-profile="review"}
审阅
:::

::: {.content-hidden when-profile="review"}
定稿
:::

行[内]{.content-visible when-format="docx"}[外]{.content-visible unless-format="docx"}文。

```{=html}
<p>原样网页</p>
```

```{python}
print("逐字 *输出*")
```

```{python}
#| output: asis
print(r"\{\{\< env HOME \>\}\} \@张三")
```

题：{{< meta title >}}，{{< meta organ >}}，{{{< env X >}}}。

```python
x = 1
```

脚注[^1]，[链接](https://example.com)。

[^1]: 注文。
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory, reader):
    """The same document published with either engine."""
    project = tmp_path_factory.mktemp("项目")
    (project / "p.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="50" height="50"/></svg>'
    )
    (project / "_quarto.yml").write_text(PROJECT + "metadata: {organ: 县政府}\n", encoding="utf-8")
    (project / "_quarto-review.yml").write_text("metadata: {organ: 审阅人}\n", encoding="utf-8")
    (project / "a.css").write_text("p { color: teal }")
    (project / "page.typ").write_text(PAGE, encoding="utf-8")
    (project / "文档.qmd").write_text(DOCUMENT, encoding="utf-8")
    made = []
    for engine in ("pandoc", "quarto"):
        out = tmp_path_factory.mktemp(engine)
        options = {"parameters": {"county": "乙县"}, "profile": "review", "engine": engine}
        made.append(reader(publish(project / "文档.qmd", out=out, **options)))
    assert sorted(path.name for path in project.iterdir() if path.name != ".quarto") == sorted(
        ["p.svg", "_quarto.yml", "_quarto-review.yml", "a.css", "page.typ", "文档.qmd"]
    )
    return made


@pytest.mark.parametrize("name", FORMATS)
def test_text(pair, name):
    ours, theirs = (made.text(name) for made in pair)
    assert ours == theirs
    assert "图3：丙图" in ours
    assert "见图1、2、表1和图1,表2。" in ours


@pytest.mark.parametrize("name", ["html", "docx"])
def test_grids(pair, name):
    ours, theirs = (made.grids(name) for made in pair)
    assert ours == theirs
    assert len(ours) == 3


def test_properties(pair):
    for ours, theirs in [
        [
            (p.title, p.author, p.keywords, p.comments, p.language)
            for p in (made.docx.core_properties for made in pair)
        ],
        [[str(made.pdf.docinfo[key]) for key in ("/Title", "/Keywords")] for made in pair],
        [made.html.findtext("head/title") for made in pair],
        [made.html.xpath("//head/meta[@name='author' or @name='keywords']/@content") for made in pair],
        [made.html.get("lang") for made in pair],
    ]:
        assert ours == theirs


def test_columns_and_alignment_of_the_html_table(pair):
    tables = [
        made.docx.element.body.xpath(".//w:tbl[w:tr/w:tc/w:p[contains(., '2.0000000000')]]")[-1]
        for made in pair
    ]
    for path in (".//w:gridSpan/@w:val", ".//w:vMerge/@w:val", ".//w:tblHeader/@w:val"):
        ours, theirs = ([str(v) for v in table.xpath(path)] for table in tables)
        assert ours == theirs
    widths = [[int(w) for w in table.xpath("w:tblGrid/w:gridCol/@w:w")] for table in tables]
    assert widths[0] == widths[1]


def test_alternative_texts(pair):
    ours, theirs = (made.alts() for made in pair)
    assert ours[0] == theirs[0] == ["甲替", "乙替", "丙替"]
    assert sorted(ours[2]) == sorted(theirs[2])
    assert ours[1] == ["甲替", "乙替", "丙替"]  # Quarto 1.10 loses them in DOCX


def test_references_lead_to_what_they_name(pair):
    for made in pair:
        for target in ("fig-a", "fig-b", "tbl-a", "tbl-b"):
            assert made.body().xpath(f"//a[@href='#{target}']")
            assert made.body().xpath(f"//*[@id='{target}']")


def test_pictures_are_vector(pair):
    for made in pair:
        assert all(image.get("src").startswith("data:image/svg+xml") for image in made.body().iter("img"))


def test_nothing_leaves_the_page(pair):
    for made in pair:
        source = made.path("html").read_text(encoding="utf-8")
        addresses = set(re.findall(r"https?://[^\s\"'<)]+", re.sub(r"base64,[\w+/=]+", "", source)))
        assert addresses <= {
            "https://example.com",
            "http://www.w3.org/1999/xhtml",
            "http://www.w3.org/2000/svg",
        }


def test_manifest_names_the_engine(pair):
    assert [made.publication.engine for made in pair] == ["pandoc", "quarto"]


class TestErrors:
    """A failed cell says the same with either engine."""

    CODE = """
    class Bad(Exception):
        def _render_traceback_(self):
            return ["甲.csv:3：第三列", "File 乙：第四列"]
    raise Bad()
    """

    @pytest.mark.parametrize("engine", ["pandoc", "quarto"])
    def test_worded(self, make, cell, tmp_path, engine):
        with pytest.raises(CellError) as caught:
            make(cell(self.CODE, label="坏"), engine=engine)
        assert str(caught.value) == "甲.csv:3：第三列\nFile 乙：第四列"
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize("engine", ["pandoc", "quarto"])
    def test_plain(self, make, cell, engine):
        with pytest.raises(
            CellError, match=r"^文档.qmd:1\d：单元格 坏 出错：ZeroDivisionError: division by zero$"
        ):
            make(cell("def f():\n    return 1 / 0\nf()", label="坏"), engine=engine, to=["html"])

    @pytest.mark.parametrize("engine", ["pandoc", "quarto"])
    def test_died(self, make, cell, engine):
        with pytest.raises(PublishError, match=r"单元格 坏 运行时内核意外退出"):
            make(cell("import os\nos._exit(1)", label="坏"), engine=engine, to=["html"])


def test_quarto_leaves_what_stands_beside_the_document(make, folder):
    for name in ("文档.html", "文档.typ"):
        (folder / name).write_text("旧")
    (folder / "文档_files").mkdir()
    (folder / "文档_files" / "a").write_text("旧")
    make("甲\n", engine="quarto", to=["pdf"])
    assert (folder / "文档.html").read_text() == (folder / "文档.typ").read_text() == "旧"
    assert [path.name for path in (folder / "文档_files").iterdir()] == ["a"]
    assert {path.name for path in folder.iterdir()} - {".quarto"} == {
        "p.svg",
        "文档.qmd",
        "文档.html",
        "文档.typ",
        "文档_files",
    }


def test_quarto_may_use_what_the_built_in_engine_refuses(make):
    made = make("::: {.column-margin}\n甲\n:::\n", engine="auto", to=["html"])
    assert made.publication.engine == "quarto"
    assert made.publication.reason.startswith("找到 Quarto 1.")
    assert "甲" in made.text("html")


def test_interrupted_quarto_leaves_nothing(write, cell, tmp_path, interrupted):
    document = write(cell("import os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(60)"))
    out = tmp_path / "out"
    out.mkdir()
    (out / "文档.html").write_text("旧")
    interrupted(document, out, "quarto")
    assert [path.name for path in out.iterdir()] == ["文档.html"]
    assert {path.name for path in document.parent.iterdir()} - {".quarto"} == {"p.svg", "pid", "文档.qmd"}
