"""What an author of Quarto changes in report.qmd and _quarto.yml: shown alike by both engines in all formats, or refused by name and line.

Changes that get on with each other share a render.
"""

import re
from dataclasses import dataclass, field

import pytest
from published import ENGINES, ROOT, copy_project, render

from helpers.publish import Publication, PublishError, publish

pytest.importorskip("great_tables", reason="needs great-tables, which the extra data brings")

FORMATS = ("html", "pdf", "docx")
REPORT = (ROOT / "report.qmd").read_text(encoding="utf-8")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="50"><rect width="50" height="50"/></svg>'
FILES = {
    "p.svg": SVG,
    "a.bib": "@book{knuth, title={TAOCP}, author={Knuth, D.}, year=1968}",
    "included.qmd": "收进来的文字 `{python} 1 + 1`。\n",
    "own.css": "main p { letter-spacing: 0.01em }",
    "own.lua": 'function Str(el) return el.text == "换我" and pandoc.Str("换好了") or nil end',
}


def cell(code, **options):
    lines = [f"#| {name.replace('_', '-')}: {value}" for name, value in options.items()]
    return "\n".join(["```{python}", *lines, code, "```"])


def plot(y):
    return f"import matplotlib.pyplot as plt\nplt.plot([1, {y}])\nplt.show()"


#: What is put before section 三, and the words that every format then shows.
BODY = {
    "a section of one's own": ("# 附一：自己的节 {#own}\n\n自己的话。", ["附一：自己的节", "自己的话。"]),
    "a heading below it": ("## 小标题\n\n小标题下的话。", ["小标题下的话。"]),
    "a figure in a sentence": ('许可`{python} report.number("licensing")`件。', ["许可403件。"]),
    "a reference to a chart of the report": ("参见 @fig-decisions 所示。", ["参见图1所示。"]),
    "a figure by matplotlib": (
        cell(plot(2), label="fig-own", fig_cap="自己的图", fig_alt="一条线") + "\n\n回见 @fig-own 吧。",
        ["图2自己的图", "回见图2吧。"],
    ),
    "a figure without a label": (
        cell(plot(3), fig_cap="没有标签的图", fig_alt="又一条"),
        ["图3没有标签的图"],
    ),
    "a picture from a file": ("![文件里的图](p.svg){#fig-file fig-alt=方块}", ["图4文件里的图"]),
    "pictures side by side": (
        "::: {layout-ncol=2}\n![左图](p.svg){fig-alt=左}\n\n![右图](p.svg){fig-alt=右}\n:::",
        ["左图", "右图"],
    ),
    "a data frame": (
        cell(
            "import pandas as pd\npd.DataFrame({'甲列': [7, 8], '乙列': ['x', 'y']})",
            label="tbl-frame",
            tbl_cap="数据框",
        ),
        ["数据框", "甲列乙列", "07x18y"],
    ),
    "a great table": (
        cell(
            "from great_tables import GT\nGT(pd.DataFrame({'丙列': [5], '丁列': ['z']}), id='own').tab_header(title='大表')"
        ),
        ["大表", "丙列丁列5z"],
    ),
    "a table of Markdown": (
        "| 事项 | 件数 |\n|---|--:|\n| 甲项 | 12 |\n\n: 事项表 {#tbl-own}\n\n再见 @tbl-own 吧。",
        ["事项表", "甲项12", "再见表2吧。"],
    ),
    "a table without a label": ("| 戊 |\n|---|\n| 13 |\n\n: 没有标签的表", ["表3没有标签的表", "戊13"]),
    "widths of columns": (
        '| 窄 | 宽 |\n|---|---|\n| 1 | 2 |\n\n: 列宽表 {#tbl-wide tbl-colwidths="[20,80]"}',
        ["表4列宽表", "窄宽12"],
    ),
    "code that is shown": (
        cell("x = 41 + 1\nprint('得', x)", echo="true", output="true"),
        ["x=41+1", "得42"],
    ),
    "code that is not run": (cell("raise SystemExit", echo="true", eval="false"), ["raiseSystemExit"]),
    "code that is not seen": (cell("unseen = 1", include="false"), []),
    "an error that is meant": (
        cell("1 / 0", error="true", output="true"),
        ["ZeroDivisionError:divisionbyzero"],
    ),
    "a list of tasks": ("- [x] 做完的事\n- [ ] 没做的事", ["做完的事", "没做的事"]),
    "text of a terminal": (cell(r"print('\x1b[31m红字\x1b[0m')", output="true"), ["红字"]),
    "Markdown that a cell gives": (
        cell("from IPython.display import Markdown\nMarkdown('格**粗**出')"),
        ["格粗出"],
    ),
    "a callout": ("::: {.callout-note}\n提示框的话。\n:::", ["注记提示框的话。"]),
    "a callout with a title": (
        '::: {.callout-warning title="当心" collapse="true"}\n收起的话。\n:::',
        ["警告：当心收起的话。"],
    ),
    "a file included": ("{{< include included.qmd >}}", ["收进来的文字2。"]),
    "a footnote": ("带脚注的话[^own]。\n\n[^own]: 脚注的话。", ["带脚注的话", "脚注的话。"]),
    "a source": ("有出处[@knuth]。", ["有出处(Knuth1968年)", "Knuth,D.1968年.TAOCP."]),
    "a list": ("1. 其一\n2. 其二\n    - 其内\n", ["其一", "其二", "其内"]),
    "a definition": ("词条\n:   词条的释义。", ["词条", "词条的释义。"]),
    "a quotation": ("> 引来的话。", ["引来的话。"]),
    "marks within a line": (
        "[下划]{.underline}、[标亮]{.mark}、~~删去~~、H~2~O、x^2^、[小型]{.smallcaps}。",
        ["下划、标亮、删去、", "小型。"],  # what is raised or lowered has a place of its own in the PDF
    ),
    "a formula": ("式 $E$ 与\n\n$$m$$", ["式"]),
    "a block of code": ('```{.python filename="a.py"}\ny = 2\n```', ["a.py", "y=2"]),
    "a link": ("[回到自己的节](#own)和[网址](https://example.com)。", ["回到自己的节和网址。"]),
    "a page break": ("{{< pagebreak >}}", []),
    "a page on its side": ("::: {.landscape}\n横着的话。\n:::", ["横着的话。"]),
    "a value of the header": ("办公室：{{< meta office >}}。", ["办公室：三楼。"]),
    "a comment": ("<!-- 看不见的话 -->", []),
    "a rule across": ("上文\n\n---\n\n下文", ["上文", "下文"]),
    "an abbreviation of space": ("甲&nbsp;乙\\\n丙", ["甲乙丙"]),
    "a filter of one's own": ("换我 。", ["换好了。"]),
}
#: What one format shows and the others do not.
OF_ONE_FORMAT = (
    '::: {.content-visible when-format="html"}\n只在网页。\n:::\n\n'
    "```{=html}\n<p>生的网页。</p>\n```\n\n```{=typst}\n#[生的排版。]\n```\n"
)


@dataclass
class Change:
    """A document made of report.qmd: its header, what is replaced in it, and what each format then shows."""

    header: str = ""
    body: str = ""
    replaced: dict[str, str] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def text(self):
        text = REPORT.replace("title: 政府", f"{self.header}title: 政府", 1)
        for old, new in self.replaced.items():
            assert old in text
            text = text.replace(old, new)
        before, heading, after = text.partition("# 三、")
        return f"{before}{self.body}\n\n{heading}{after}"


TOGETHER = {
    "body": Change(
        header="metadata: {office: 三楼}\nbibliography: a.bib\nfilters: [own.lua]\n",
        body="\n\n".join([*(text for text, _ in BODY.values()), OF_ONE_FORMAT]),
        replaced={
            "# 一、总体情况": "# 一、改了名的节",
            '```{python}\n#| label: outcomes-chart\nreport.chart("outcomes")\n```\n': "",
        },
        words=["一、改了名的节", *(word for _, words in BODY.values() for word in words)],
    ),
    "look": Change(
        header="number-sections: true\ntoc: true\ntoc-depth: 1\nsubtitle: 副题\nabstract: 摘要的话。\nmainfont: FandolKai\n"
        "papersize: a5\nfontsize: 12pt\ncss: own.css\nexecute: {echo: true}\nkeywords: [甲词]\n",
        body="# 附 {#sec-own}\n\n见 @sec-own 一节。",
        replaced={'report = "data/xiaodukou-2024"': 'report = "data/pingtan-2024"\nown = 7'},
        words=["副题", "摘要的话。", "目录", "3附", "见小节3一节。", "own=7", 'report.table("disclosure")'],
    ),
    "English": Change(
        header="lang: en\n",
        body="![A square](p.svg){#fig-own fig-alt=square}\n\nSee @fig-own now.\n\n::: {.callout-tip}\nTry.\n:::",
        words=["Figure1:", "Figure2:Asquare", "SeeFigure2now.", "TipTry."],
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = copy_project(tmp_path_factory.mktemp("changes") / "project")
    for name, text in FILES.items():
        (project / name).write_text(text, encoding="utf-8")
    return project


@pytest.fixture(scope="module")
def made(project, reader):
    """What an engine makes of a change, once."""
    done = {}

    def made_(engine, name):
        if (engine, name) not in done:
            document = project / f"{name}.qmd"
            document.write_text(TOGETHER[name].text(), encoding="utf-8")
            done[engine, name] = reader(Publication(engine, "", render(engine, document), project))
        return done[engine, name]

    return made_


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("change", TOGETHER)
@pytest.mark.parametrize("name", FORMATS)
def test_every_word_is_shown(made, engine, change, name):
    text = re.sub(r"—\d+—", "", made(engine, change).text(name))
    assert [word for word in TOGETHER[change].words if word not in text] == []


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_for_one_format_stands_in_it_alone(made, engine):
    shown = [made(engine, "body").text(name) for name in FORMATS]
    assert (
        ["只在网页" in text for text in shown]
        == ["生的网页" in text for text in shown]
        == [True, False, False]
    )
    assert ["生的排版" in text for text in shown] == [False, True, False]
    assert not any("看不见" in text or "unseen" in text for text in shown)


@pytest.mark.parametrize("engine", ENGINES)
def test_pictures_have_their_words_everywhere(made, engine):
    html, word, pdf = made(engine, "body").alts()
    assert {"一条线", "又一条", "方块", "左", "右"} < set(html)
    assert html == word
    assert set(html) <= set(pdf)


#: Quarto shows all of a traceback, the built-in engine what went wrong.
TRACEBACK = re.compile(
    r"(?:ZeroDivisionError:divisionbyzero)?-{20,}ZeroDivisionErrorTraceback.*?1/0(?=ZeroDivisionError)"
)


def said(made, name):
    """What a format says, but for what only a machine reads and where pages end, with their footnotes."""
    if name == "html":
        page = made.body()
        for unseen in page.xpath("//style | //*[local-name()='annotation']"):
            unseen.drop_tree()
        text = re.sub(r"\s", "", page.text_content())
    else:
        text = made.text(name)
    return TRACEBACK.sub("", re.sub(r"—\d+—|1脚注的话。" if name == "pdf" else r"—\d+—", "", text))


@pytest.mark.quarto
@pytest.mark.parametrize("change", TOGETHER)
@pytest.mark.parametrize("name", FORMATS)
def test_both_engines_say_the_same(made, change, name):
    ours, theirs = (said(made(engine, change), name) for engine in ("built-in", "quarto"))
    if (change, name) == (
        "look",
        "pdf",
    ):  # code is set closer by Quarto, so that pages end elsewhere and heads are repeated there
        ours, theirs = ({*re.split(r"\.{2,}|\W", text)} for text in (ours, theirs))
        assert len(ours ^ theirs) < len(ours & theirs) / 4
    else:
        assert ours == theirs


@pytest.mark.quarto
@pytest.mark.parametrize("change", TOGETHER)
def test_both_engines_have_the_same_tables(made, change):
    ours, theirs = (made(engine, change) for engine in ("built-in", "quarto"))
    for name in ("html", "docx"):
        side_by_side = [["左图", "右图"]]  # for which Quarto makes a table in Word
        assert ours.grids(name) == [grid for grid in theirs.grids(name) if grid != side_by_side]


#: What the built-in engine refuses: in the header or the body, and the name it says.
REFUSED = {
    "a theme of Quarto's": ("theme: cosmo", "", "theme"),
    "a contents at the side": ("toc-location: left", "", "toc-location"),
    "folded code": ("code-fold: true", "", "code-fold"),
    "frozen cells": ("execute: {freeze: auto}", "", "freeze"),
    "slides": ("format: revealjs", "", "revealjs"),
    "LaTeX": ("format: pdf", "", "format.pdf"),
    "margins of LaTeX": ("geometry: margin=2cm", "", "geometry"),
    "an extension": ("filters: [lightbox]", "", "lightbox"),
    "an option misspelt": ("number-section: true", "", "number-sections"),
    "a language without words": ("lang: fr", "", "lang"),
    "tabs": ("", "::: {.panel-tabset}\n## 甲\n:::", "panel-tabset"),
    "a diagram": ("", "```{mermaid}\ngraph LR\n```", "mermaid"),
    "a cell of R": ("", "```{r}\n1\n```", "{r}"),
    "text in the margin": ("", "::: {.column-margin}\n旁注\n:::", "column-margin"),
    "columns": ("", "::: {.columns}\n:::", "columns"),
    "a film": ("", "{{< video a.mp4 >}}", "video"),
    "an icon": ("", "文{{< fa star >}}", "fa"),
    "a numbered formula": ("", "$$x$$ {#eq-a}", "#eq-a"),
    "a theorem": ("", "::: {#thm-a}\n定理\n:::", "#thm-a"),
    "figures within one": ("", cell("1", fig_subcap="[a, b]"), "fig-subcap"),
    "a size for one figure": ("", cell("1", fig_width="3"), "fig-width"),
    "a layout of cells": ("", cell("1", layout_ncol="2"), "layout-ncol"),
    "notes on code": ("", "```python\nx  # <1>\n```", "<1>"),
    "a figure without words": ("", cell(plot(4), label="fig-mute", fig_cap="哑图"), "fig-mute"),
    "a reference to nothing": ("", "见 @fig-nowhere 。", "@fig-nowhere"),
    "a page within the page": (
        "",
        cell("from IPython.display import HTML\nHTML('<script>1</script>')"),
        "脚本",
    ),
}


@pytest.mark.parametrize("change", REFUSED)
def test_the_built_in_engine_refuses_by_name_and_line(project, change):
    header, body, name = REFUSED[change]
    document = project / "refused.qmd"
    # The reports of the cells themselves are not asked for: what is refused stands beside them.
    text = f"---\n{header or 'abstract: x'}\ntitle: 题 x\n---\n\n{{{{< meta title >}}}}\n\n{body}\n"
    document.write_text(text, encoding="utf-8")
    with pytest.raises(PublishError) as caught:
        publish(
            document,
            out=project / "none",
            engine="pandoc",
            to=["html"] if "figure without" not in change else ["pdf"],
        )
    where = 2 if header else 8
    assert re.match(rf"refused\.qmd:{where}\b|refused\.qmd:{where + 1}：", str(caught.value)), str(
        caught.value
    )
    assert name in str(caught.value)
    assert not (project / "none").exists()


def test_there_are_as_many_as_promised():
    assert len(BODY) + len(REFUSED) >= 40
