"""Chunks as any author of Quarto writes them, in a document of the project: data frames, tables, figures, errors."""

import re

import pytest
from archive.verapdf import faults
from conftest import Validate
from published import ENGINES, copy_project, render

from helpers.publish import Publication, PublishError, publish

pytest.importorskip("pandas", reason="needs pandas, which the extra data brings")

FORMATS = ("html", "pdf", "docx")
HEADER = "---\ntitle: 办事说明\nauthor: 某县\ndate: 2025-01-02\n---\n\n"
DOCUMENT = (
    HEADER
    + r"""
见 @fig-a 和 @tbl-p。

```{python}
#| label: fig-a
#| fig-cap: 甲图
#| fig-alt: 一条线
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.show()
```

```{python}
#| label: tbl-p
#| tbl-cap: 乙表
import pandas as pd
pd.DataFrame({"甲": [1, 2], "乙": ["x", "y"]})
```

```{python}
#| output: true
class Table:
    def _repr_html_(self):
        style = "<style>#t tr {color: red}</style>"
        return f'<div id="t" style="padding: 0">{style}<table class="gt_table"><thead><tr><th colspan="2">大表</th></tr>' \
            '<tr><th>丙</th><th>丁</th></tr></thead><tbody><tr><td>3</td><td>z</td></tr></tbody></table></div>'
Table()
```

```{python}
#| fig-cap: 无标签
#| fig-alt: 又一条
plt.plot([1, 2]);
```

```{python}
#| output: true
from IPython.display import HTML, display
display(HTML("<p style='color: red'>网页<b>片段</b></p>"))
```

```{python}
#| error: true
#| output: true
raise ValueError("\x1b[31m红\x1b[0m")
```

```{python}
#| output: true
print("\x1b[31m警\x1b[0m")
```
"""
)

FRAGMENT = """from IPython.display import HTML, display
display(HTML("<p style='color: red'>网页<b>片段</b></p>"))
"""
#: Quarto shows no text of a web fragment.
OURS = ("网页片段",)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return copy_project(tmp_path_factory.mktemp("chunks") / "project")


@pytest.fixture(scope="module", params=ENGINES)
def made(request, project, reader):
    text = DOCUMENT if request.param == "built-in" else DOCUMENT.replace(FRAGMENT, "")
    (project / "说明.qmd").write_text(text, encoding="utf-8")
    return reader(Publication(request.param, "", render(request.param, project / "说明.qmd"), project))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "words", ["见图1和表1。", "图1甲图", "表1乙表", "图2无标签", "网页片段", "ValueError:红", "警"]
)
def test_text(made, name, words):
    text = made.text(name)
    if made.publication.engine == "built-in" or words not in OURS:
        assert words in text
    assert "\x1b" not in text
    assert "<IPython" not in text


def test_tables(made):
    wanted = [
        [["", "甲", "乙"], ["0", "1", "x"], ["1", "2", "y"]],
        [["大表", "大表"], ["丙", "丁"], ["3", "z"]],
    ]
    assert made.grids("html") == made.grids("docx") == wanted
    captions = [p.text for p in made.docx.paragraphs if p.style.name == "Table Caption"]
    assert captions == ["表1\u3000乙表"]


def test_words_for_the_figures(made):
    html, word, pdf = made.alts()
    assert html == word == ["一条线", "又一条"]
    assert sorted(pdf) == sorted(html)


def test_nothing_is_fetched(made):
    source = made.path("html").read_text(encoding="utf-8")
    assert "<script" not in source
    assert not re.search(r"https?://|@import", source)


@pytest.mark.parametrize("flavour", ["3a", "ua1"])
def test_the_pdf_keeps_both_standards(made, flavour):
    assert faults(made.path("pdf"), flavour) == []


def test_office_finds_no_fault(made, validate: Validate):
    assert validate(made.path("docx")) == []


@pytest.mark.parametrize(
    ("cell", "line", "words"),
    [
        (
            "#| label: fig-x\n#| fig-cap: 图\nimport matplotlib.pyplot as plt\nplt.plot([1]);",
            0,
            "fig-x.*fig-alt",
        ),
        ("#| output: true\nfrom IPython.display import HTML\nHTML('<script>1</script>')", 0, "脚本"),
        (
            "#| output: true\nfrom IPython.display import IFrame\nIFrame('https://example.com', 9, 9)",
            None,
            "片段",
        ),
        ("x = 1\n\n1 / 0", 3, "ZeroDivisionError"),
        ("#| label: 算\nx = 1\nx.foo", 3, "算 出错.*AttributeError"),
    ],
)
def test_one_message_names_cell_and_line(project, cell, line, words):
    (project / "别的.qmd").write_text(f"{HEADER}```{{python}}\n{cell}\n```\n", encoding="utf-8")
    with pytest.raises(PublishError, match=f"(?s){words}") as caught:
        publish(project / "别的.qmd", out=project / "none", engine="pandoc")
    assert "<svg" not in str(caught.value)
    if line is not None:
        assert str(caught.value).startswith(f"别的.qmd:{7 + line}：")


PLOT = "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\n```\n"


@pytest.mark.quarto
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (f"甲\n\n```{{python}}\n{FRAGMENT}```\n", "9：单元格输出的网页片段 HTML"),
        (f"```{{python}}\n#| label: fig-x\n#| fig-cap: 图\n{PLOT}", "7：单元格 fig-x 的图没有替代文字"),
        (f"```{{python}}\n1\n```\n\n乙\n\n```{{python}}\n{PLOT}", "13：单元格的图没有替代文字"),
        ("甲\n\n![图](assets/p.svg)\n", "9：图片 assets/p.svg 没有替代文字"),
    ],
)
def test_quarto_alone_names_cell_and_line_before_typst_is_asked(project, body, said):
    (project / "assets" / "p.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="5" height="5"/></svg>'
    )
    (project / "别的.qmd").write_text(f"{HEADER}{body}", encoding="utf-8")
    with pytest.raises(AssertionError) as caught:
        render("quarto", project / "别的.qmd", "typst")
    assert f"别的.qmd:{said}" in str(caught.value)
    assert "missing alt" not in str(caught.value)
    with pytest.raises(PublishError, match=rf"^别的\.qmd:{said}"):
        publish(project / "别的.qmd", out=project / "none", engine="quarto", to=["pdf"])


@pytest.mark.quarto
def test_quarto_alone_names_the_line_in_the_included_file(project):
    (project / "_图.qmd").write_text(
        f"乙\n\n```{{python}}\n#| label: fig-x\n#| fig-cap: 图\n{PLOT}", encoding="utf-8"
    )
    (project / "别的.qmd").write_text(f"{HEADER}甲\n\n{{{{< include _图.qmd >}}}}\n", encoding="utf-8")
    with pytest.raises(AssertionError) as caught:
        render("quarto", project / "别的.qmd", "typst")
    assert "_图.qmd:3：单元格 fig-x 的图没有替代文字" in str(caught.value)


@pytest.mark.parametrize(
    ("log", "where"),
    [
        ("Cell 1/2: 'a'...ERROR:\nCell In[1], line 3\n", 4),
        ("Cell 1/2: 'a'...Done\nCell 2/2: ''...ERROR:\nCell In[2], line 2\n", 9),
        ("Cell 1/3: 'a'...Done\nCell 2/3: ''...Done\nCell 3/3: ''...ERROR:\nCell In[3], line 1\n", 8),
    ],
)
def test_the_line_of_a_cell_that_failed_in_quarto(tmp_path, log, where):
    from helpers.publish.engines.quarto import _error
    from helpers.publish.qmd.source import read_document

    path = tmp_path / "文档.qmd"
    path.write_text("```{python}\n#| label: a\n#| tags: [parameters]\nx\n```\n\n```{python}\ny\nz\n```\n")
    full = f"{log}An error occurred while executing the following cell:\n{'-' * 18}\nx\n{'-' * 18}\nCell In[1], line 1\nNameError: x\n"
    assert str(_error(full, read_document(path))).startswith(f"文档.qmd:{where}：")
