"""Every name that the inventory calls supported, in a few documents: both engines say the same, where a real Quarto is on PATH."""

import re
import shutil

import docx
import pdfplumber
import pytest
from published import ROOT

from helpers.publish import publish
from helpers.publish.qmd.supported import inventory

FILTERS = ROOT / "helpers" / "publish" / "engines" / "filters"
FORMATS = ("html", "pdf", "docx")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="50" height="50"/></svg>'
CSL = """<?xml version="1.0"?><style xmlns="http://purl.org/net/xbiblio/csl" version="1.0" class="in-text"><info><title>t</title><id>t</id>
<updated>2025-01-01T00:00:00+00:00</updated></info><citation><layout prefix="〔" suffix="〕"><text variable="title"/></layout></citation>
<bibliography><layout><text variable="title"/></layout></bibliography></style>"""
FILES = {
    "p.svg": SVG,
    "a.bib": "@book{knuth, title={TAOCP}, author={Knuth, D.}, year=1968}\n@book{other, title={Else}, author={Else, E.}, year=1970}\n",
    "a.css": "p { color: teal }",
    "before.html": "<p>前文件</p>",
    "after.html": "<p>后文件</p>",
    "head.html": '<meta name="own" content="1">',
    "own.lua": "function Str(el) return el.text == '换' and pandoc.Str('换了') or nil end",
    "a.csl": CSL,
    "callouts.lua": (FILTERS / "callouts.lua").read_text(encoding="utf-8"),
    "captioned.lua": (FILTERS / "captioned.lua").read_text(encoding="utf-8"),
    "part.qmd": "收进。\n",
    "_metadata.yml": "metadata: {below: 下层}\n",
    "_quarto.yml": "project: {execute-dir: file}\nmetadata: {above: 上层}\n",
    "_quarto.yml.local": "metadata: {here: 本机}\n",
}
#: Each document: its header, its body, and the names that it tries, by kind.
DOCUMENTS = {
    "words": (
        """\
title: 题
subtitle: 副题
author: [甲某, 乙某]
date: 2025-01-20
abstract: 摘要文。
abstract-title: 提要
keywords: [词一, 词二]
subject: 主
category: 类
description: 述
description-meta: 述
title-meta: 窗题
pagetitle: 窗题
author-meta: 甲某
date-meta: 2025-01-20
lang: zh-CN
dir: ltr
toc: true
toc-depth: 2
toc-title: 目次
number-sections: true
section-divs: true
bibliography: a.bib
citeproc: true
nocite: "@other"
link-citations: true
link-bibliography: false
reference-section-title: 文献
notes-after-punctuation: false
reference-location: document
filters: [own.lua]
metadata: {inner: 里层}
variables: {x: 1}
execute: {echo: false, eval: true, output: true, warning: false, error: false, include: true}
fig-width: 4
fig-height: 3
fig-dpi: 100
fig-format: svg
jupyter: python3
quarto-required: ">=1.4.0"
strip-comments: true
tab-stop: 4
wrap: none
dpi: 96
ascii: false
indented-code-classes: [python]
email-obfuscation: none
html-q-tags: false
crossref: {fig-title: 插图, fig-prefix: 插图, tbl-title: 附表, tbl-prefix: 附表, sec-prefix: 第, title-delim: "—"}
""",
        """\
# 节 {#sec-a}

见 @sec-a 、 @fig-a 和 @tbl-a 。换 {{< meta inner >}}{{< meta above >}}{{< meta below >}}{{< meta here >}}

{{< include part.qmd >}}

{{< pagebreak >}}

## 小节 {.unnumbered .unlisted}

![图题](p.svg){#fig-a fig-alt="替" width=50% height=0.3in}

| a | b |
|---|---|
| 1 | 2 |

: 表题 {#tbl-a tbl-colwidths="[20,80]"}

有出处[@knuth]。<!-- 无 -->

```{python}
#| label: cell-a
#| tags: [x]
#| echo: true
#| eval: true
#| include: true
#| output: true
#| warning: true
#| error: true
print("印出")
```

```{python}
#| label: fig-cell
#| fig-cap: 格图
#| fig-alt: 格替
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
```

```{python}
#| label: tbl-cell
#| tbl-cap: 格表
#| tbl-colwidths: [30, 70]
#| output: asis
print("| c | d |")
print("|---|---|")
print("| 3 | 4 |")
```
""",
        {
            "document": "title subtitle author date abstract abstract-title keywords subject category description description-meta title-meta "
            "pagetitle author-meta date-meta lang dir toc toc-depth toc-title number-sections section-divs bibliography citeproc nocite "
            "link-citations link-bibliography reference-section-title notes-after-punctuation reference-location filters metadata "
            "variables execute fig-width fig-height fig-dpi fig-format jupyter quarto-required strip-comments tab-stop "
            "wrap dpi ascii indented-code-classes email-obfuscation html-q-tags crossref format project",
            "project": "execute-dir",
            "execute": "echo eval output warning error include",
            "crossref": "fig-title fig-prefix tbl-title tbl-prefix sec-prefix title-delim",
            "cell": "label tags echo eval include output warning error fig-cap fig-alt tbl-cap tbl-colwidths",
            "class": "unnumbered unlisted cell cell-code cell-output cell-output-display cell-output-stdout csl-entry",
            "attribute": "fig-alt width height tbl-colwidths",
            "label": "fig tbl sec",
            "shortcode": "include pagebreak meta",
            "file": "_quarto.yml _quarto.yml.local _metadata.yml",
        },
    ),
    "forms": (
        """\
title: 题
lang: zh-CN
tbl-colwidths: [40, 60]
output: true
echo: true
eval: true
warning: true
error: false
include: true
title-prefix: 前
suppress-bibliography: true
execute: {fig-width: 3, fig-height: 2, fig-dpi: 90, fig-format: png}
format:
  html:
    theme: none
    minimal: true
    embed-resources: true
    title-block-style: none
    include-after-body: after.html
  typst: {citeproc: true}
  docx: default
""",
        """\
[小型]{.smallcaps}[下划]{.underline}[标亮]{.mark}[带名]{#here role="note" aria-label="名" lang=en dir=ltr title="题注" data-key=x
tabindex=0 custom-style="Own"}

::: {.content-visible when-format="html"}
网页里。
:::

::: {.content-hidden unless-format="typst"}
排版里。
:::

::: {.content-visible when-profile="none"}
有方案。
:::

::: {.content-visible unless-profile="none"}
没方案。
:::

::: {.landscape}
横。
:::

::: {layout-ncol=2}
![](p.svg){alt="左替"}

![](p.svg){alt="右替"}
:::

``` {.python startFrom="5" key=x}
码
```

```{python}
import sys
print("错流", file=sys.stderr)
x = 41
```

| a | b |
|---|---|
| 1 | 2 |
""",
        {
            "document": "include-after-body tbl-colwidths output echo eval warning error include title-prefix suppress-bibliography",
            "execute": "fig-width fig-height fig-dpi fig-format",
            "class": "smallcaps underline mark content-visible content-hidden landscape cell-output-stderr",
            "attribute": "role aria-label lang dir title data-key tabindex custom-style when-format unless-format "
            "when-profile unless-profile layout-ncol alt startFrom key",
        },
    ),
}
DOCUMENTS["look"] = (
    """\
title: 题
lang: zh-CN
mainfont: FandolKai
monofont: FandolFang R
fontsize: 9pt
linestretch: 1.2
linkcolor: "#123456"
filters: [{at: pre-ast, path: callouts.lua}, {at: pre-ast, path: captioned.lua}]
date: 2025-01-20
csl: a.csl
bibliography: a.bib
metadata: {watermark: 稿}
format:
  html:
    theme: none
    minimal: true
    embed-resources: true
    title-block-style: none
    html-math-method: mathml
    document-css: true
    css: a.css
    fontcolor: "#222222"
    backgroundcolor: "#fefefe"
    monobackgroundcolor: "#eeeeee"
    max-width: 40em
    margin-left: 11px
    margin-right: 12px
    margin-top: 13px
    margin-bottom: 14px
    include-in-header: head.html
    include-before-body: before.html
    syntax-highlighting: none
  typst:
    papersize: a5
    margin: {x: 2cm, y: 2cm}
    section-numbering: 1.a
    page-numbering: "1"
    codefont: FandolFang R
    mathfont: New Computer Modern Math
    font-paths: [fonts]
    citeproc: true
  docx:
    reference-doc: own.docx
    highlight-style: none
""",
    """\
# 节

正文有[链接](https://example.com)和`码`。有出处[@knuth]。

::: {.callout-note}
注。
:::

::: {.callout-tip title="题"}
示。
:::

::: {.callout .callout-important}
重。
:::

::: {.callout-warning icon=false}
警。
:::

::: {.callout-caution appearance=simple collapse=true}
慎。
:::

[样]{id=own class="mine" aria-labelledby=own data-key=x number=1}

```{.python filename="a.py"}
x = 1
```

```{python}
#| error: true
1 / 0
```

""",
    {
        "document": "mainfont monofont fontsize linestretch linkcolor csl document-css css fontcolor backgroundcolor "
        "monobackgroundcolor max-width margin-left margin-right margin-top margin-bottom include-in-header "
        "include-before-body syntax-highlighting papersize margin section-numbering "
        "page-numbering codefont mathfont font-paths reference-doc highlight-style watermark",
        "class": "callout callout-note callout-tip callout-important callout-warning callout-caution cell-output-error",
        "attribute": "icon appearance collapse filename id class aria-labelledby number",
    },
)
#: What is compared elsewhere, and where.
ELSEWHERE = {
    "test_look.py and every document of the project": {"document": "template template-partials pdf-standard"},
    "as .yml": {"file": "_quarto.yaml _quarto.yaml.local _metadata.yaml"},
    "of tables that cells give: test_engines.py": {"attribute": "scope"},
    "refused but in the page: test_forms.py": {"attribute": "style"},
}


def test_no_supported_name_is_left_out():
    tried = {kind: set() for kind in inventory()}
    for names in (*(names for *_, names in DOCUMENTS.values()), *ELSEWHERE.values()):
        for kind, listed in names.items():
            tried[kind] |= set(listed.split())
    supported = {
        kind: {name for name, row in rows.items() if row.status == "supported" and not row.only}
        for kind, rows in inventory().items()
    }
    assert {kind: sorted(supported[kind] - tried[kind]) for kind in supported} == {
        kind: [] for kind in supported
    }
    assert {kind: sorted(tried[kind] - supported[kind]) for kind in supported} == {
        kind: [] for kind in supported
    }


@pytest.fixture(scope="module")
def pair(tmp_path_factory, reader):
    """A document as both engines make it."""
    done = {}

    def pair_(name):
        if name not in done:
            header, body, _ = DOCUMENTS[name]
            folder = tmp_path_factory.mktemp("项目")
            for other, text in FILES.items():
                (folder / other).write_text(text, encoding="utf-8")
            docx.Document().save(folder / "own.docx")
            shutil.copytree(
                ROOT / "assets" / "fonts",
                folder / "fonts",
                ignore=shutil.ignore_patterns("*.py", "*.txt", "*.md"),
            )
            if "format:" not in header:
                header += "format:\n  html: {theme: none, minimal: true, embed-resources: true, title-block-style: none}\n  typst: {citeproc: true}\n  docx: default\n"
            (folder / "文档.qmd").write_text(f"---\n{header}---\n\n{body}", encoding="utf-8")
            done[name] = [
                reader(publish(folder / "文档.qmd", out=folder / engine, engine=engine))
                for engine in ("pandoc", "quarto")
            ]
        return done[name]

    return pair_


#: Quarto shows all of a traceback, with the codes of a terminal's colours; the built-in engine what went wrong.
TRACEBACK = re.compile(
    r"(?:ZeroDivisionError:divisionbyzero)?-{20,}ZeroDivisionErrorTraceback.*?1/0(?=ZeroDivisionError)"
)


def said(made, name):
    """What a format says, but for the design of Quarto's title block and contents in the page, and of numbers in PDF and Word."""
    text = re.sub(r"\d$", "", made.text(name)) if name == "pdf" else made.text(name)
    if name == "html":
        page = made.body()
        for unseen in page.xpath("//script | //style | //nav | //header"):
            unseen.drop_tree()
        text = re.sub(r"\s", "", page.text_content())
        text = text[text.find("1节见第") :] if "1节见第" in text else text
    text = TRACEBACK.sub("", re.sub(r"\x1b?\[\d+m", "", text))
    return re.sub(r"\.{3,}|—(?=图题|表题|格)|(?<=次1)\.", "", text)


@pytest.mark.quarto
@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("name", FORMATS)
def test_both_engines_say_the_same(pair, document, name):
    ours, theirs = (said(made, name) for made in pair(document))
    assert ours == theirs


@pytest.mark.quarto
@pytest.mark.parametrize("document", DOCUMENTS)
def test_both_engines_have_the_same_tables_and_words_for_pictures(pair, document):
    ours, theirs = pair(document)
    for name in ("html", "docx"):
        frame = [["", ""]]  # of pictures side by side, which Quarto puts into a table in Word
        assert ours.grids(name) == [grid for grid in theirs.grids(name) if grid != frame]
    assert ours.alts()[0] == theirs.alts()[0]


@pytest.mark.quarto
def test_both_engines_set_page_and_type_alike(pair):
    ours, theirs = pair("look")
    for one, other in zip(_type(ours), _type(theirs), strict=True):
        assert one == pytest.approx(other, abs=1)


def _type(made):
    """Width of the page, left edge and size of the text, and the distance of its lines, in points."""
    with pdfplumber.open(made.path("pdf")) as pdf:
        page = pdf.pages[0]
        (letter,) = (one for one in page.chars if one["text"] == "正")
        assert "FandolKai" in letter["fontname"]
        return page.width, letter["x0"], letter["size"]


def test_the_look_reaches_the_page(tmp_path):
    """What the page's own style says."""
    header, body, _ = DOCUMENTS["look"]
    for other, text in FILES.items():
        (tmp_path / other).write_text(text, encoding="utf-8")
    (tmp_path / "文档.qmd").write_text(f"---\n{header}---\n\n{body}", encoding="utf-8")
    made = publish(tmp_path / "文档.qmd", out=tmp_path / "out", engine="pandoc", to=["html"])
    source = made.outputs["html"].read_text(encoding="utf-8")
    for rule in (
        "#222222",
        "#fefefe",
        "#eeeeee",
        "40em",
        "11px",
        "12px",
        "13px",
        "14px",
        "FandolKai",
        "9pt",
        "1.2",
        "#123456",
        "teal",
    ):
        assert rule in source
    assert 'name="own"' in source
