"""Prose: figures by name, Markdown a clerk would write, and nothing in it that is more than text."""

import subprocess
from pathlib import Path

import pypandoc
import pytest
import yaml
from conftest import ROOT
from PIL import Image

from helpers.document import prose
from helpers.report.findings import MOST_LISTED
from helpers.report.folder import Report, load

TREES = str(ROOT / "helpers" / "publish" / "engines" / "filters" / "trees.lua")


def with_other(folder: Path, text: str) -> Report:
    (folder / "other.md").write_text(text, encoding="utf-8")
    return load(folder)


def refused(folder: Path, text: str) -> list[str]:
    return [str(one) for one in prose.findings(with_other(folder, text))]


def html(markdown: str) -> str:
    """What pandoc makes of it, with the filter that stands for Quarto's reading of ``{=pandoc-json}``."""
    return subprocess.run(
        [pypandoc.get_pandoc_path(), "-f", "markdown", "-t", "html", "--wrap=none", "-L", TREES],
        input=markdown,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def rendered(folder: Path, text: str) -> str:
    example = with_other(folder, text)
    assert not prose.findings(example)
    return html(prose.markdown(example, "other"))


class TestFigures:
    def test_by_name(self, folder: Path) -> None:
        text = "{{ organ }}{{ year }}年许可{{ licensing }}件，收到{{ new_received }}件，企业{{ new_received.business }}件。"
        assert "澧县小渡口镇人民政府2024年许可403件，收到0件，企业0件。" in rendered(folder, text)

    @pytest.mark.parametrize("name", ["nope", "new_received.nope", "contact.nope"])
    def test_an_unknown_name_lists_the_known_ones(self, folder: Path, name: str) -> None:
        (one,) = refused(folder, f"第一行\n第二行 {{{{ {name} }}}}")
        assert one.startswith(f"other.md 第 2 行：没有名为 {name} 的数据")
        known = {"nope": "licensing", "new_received.nope": "business", "contact.nope": "phone"}[name]
        assert known in one

    @pytest.mark.parametrize(
        "text",
        [
            "{{ 1 + 1 }}",
            "{% for x in organ %}{% endfor %}",
            "{{ organ.__class__ }}",
            "{{ organ|upper }}",
            "{{ organ",
        ],
    )
    def test_only_names(self, folder: Path, text: str) -> None:
        (one,) = refused(folder, text)
        assert one.startswith("other.md 第 1 行：")

    def test_a_value_is_not_read_as_markdown(self, folder: Path) -> None:
        path = folder / "report.yml"
        path.write_text(path.read_text().replace("小渡口镇人民政府办公室", "'*甲* <b>乙</b> `x`{=html}'"))
        page = rendered(folder, "{{ contact.office }}")
        assert "*甲* &lt;b&gt;乙&lt;/b&gt; `x`{=html}" in page


class TestMarkdown:
    @pytest.mark.parametrize(
        ("text", "page"),
        [
            ("甲\n\n乙", "<p>甲</p>\n<p>乙</p>"),
            ("甲\n乙", "<p>甲乙</p>"),
            ("**（一）甲。**乙*丙*", "<p><strong>（一）甲。</strong>乙<em>丙</em></p>"),
            ("　　缩进的一段", "<p>缩进的一段</p>"),
            ("    四个空格", "<p>四个空格</p>"),
            ("> 引用", "<blockquote>\n<p>引用</p>\n</blockquote>"),
            ("[网站](https://example.org/a)", '<p><a href="https://example.org/a">网站</a></p>'),
            ("1. 甲\n2. 乙", "<li>甲</li>\n<li>乙</li>"),
            ("- 甲\n    - 乙", "<li>甲\n<ul>\n<li>乙</li>\n</ul></li>"),
            ("甲  \n乙", "<p>甲<br />\n乙</p>"),
            ("甲<!-- 提示 -->乙", "<p>甲乙</p>"),
        ],
    )
    def test_what_a_clerk_writes(self, folder: Path, text: str, page: str) -> None:
        assert page in rendered(folder, text)

    @pytest.mark.parametrize("text", ["（一）主动公开", "# （一）主动公开", "## （一）主动公开"])
    def test_headings(self, folder: Path, text: str) -> None:
        assert "<h2" in rendered(folder, text)

    def test_a_numbered_sentence_is_no_heading(self, folder: Path) -> None:
        assert "<h2" not in rendered(folder, "（一）主动公开。全年公布信息。")

    def test_a_table(self, folder: Path) -> None:
        page = rendered(folder, "| 事项 | 件数 |\n|---|---|\n| 甲\\|乙 | 3 |")
        assert "<td>甲|乙</td>" in page
        assert "<th>事项</th>" in page

    def test_a_picture_in_the_folder(self, folder: Path) -> None:
        Image.new("1", (9, 9)).save(folder / "图 片.png")
        assert 'alt="说明"' in rendered(folder, "![说明](<图 片.png>)")

    @pytest.mark.parametrize("before", ["", "- 甲\n\n", "1. 甲\n\n", "> 甲\n\n"])
    def test_code_is_shown_as_it_stands(self, folder: Path, before: str) -> None:
        page = rendered(folder, f"{before}```\n<b>{{=html}}\n  {{{{ licensing }}}}\n```")
        assert "<p>&lt;b&gt;{=html}<br />\n\u00a0\u00a0403</p>" in page

    @pytest.mark.parametrize(
        ("text", "page"),
        [
            ("- | 甲 | 乙 |\n  |---|---|\n  | 1 | 2 |", "<td>2</td>"),
            ("- > 甲", "<blockquote>\n<p>甲</p>\n</blockquote>"),
            ("- ## 甲", "甲</h2>"),
            ("- 甲\n  * * *", "<hr />"),
            ("- [ ] 甲", "<li>[ ] 甲</li>"),
            ("3) 甲\n4) 乙", '<ol start="3" type="1">'),
            ("[甲]: https://example.org", "<p>[甲]: https://example.org</p>"),
            ("[甲](https://example.org '说明')", 'title="说明"'),
            (r"\{\{ licensing \}\}", "<p>{{ licensing }}</p>"),
            ("{# 甲 #}", "<p>{# 甲 #}</p>"),
        ],
    )
    def test_lists_and_lines_keep_what_stands_in_them(self, folder: Path, text: str, page: str) -> None:
        assert page in rendered(folder, text)


@pytest.mark.parametrize(
    ("text", "line", "quoted"),
    [
        ("甲\n乙<script>alert(1)</script>", 2, "<script>"),
        ("甲\n\n<div>\n乙\n</div>", 3, "<div>"),
        ("{{< env HOME >}}", 1, "{{< env HOME >}}"),
        ("甲\n{{% include x %}}", 2, "{{% include x %}}"),
        ("甲 `<b>`{=html}", 1, "{=html}"),
        ("甲\n\n```{=html}\n<b>\n```", 3, "{=html}"),
        ("```{=typst}\n#panic()\n```", 1, "{=typst}"),
        ("```{python}\n1\n```", 1, "{python}"),
        ("![](../secret.png)", 1, "secret.png"),
        ("![](/etc/passwd)", 1, "passwd"),
        ("![](none.png)", 1, "none.png"),
        ("![](report.yml)", 1, "report.yml"),
        ("![](https://example.org/a.png)", 1, "a.png"),
        ("[甲](other.md)", 1, "other.md"),
    ],
)
def test_what_is_refused_names_file_line_and_text(folder: Path, text: str, line: int, quoted: str) -> None:
    messages = refused(folder, text)
    assert messages[0].startswith(f"other.md 第 {line} 行：")
    assert quoted in messages[0]


@pytest.mark.parametrize(
    "text",
    [
        "[链接](javascript:alert(1))",
        "::: {.callout-note}\n甲\n:::",
        "[甲]{.x onclick=1}",
        "[@citation] @fig-x [^1] ^上^ ~下~ $x$",
        "`{python} 1+1`",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "---\ntitle: 另一个标题\n---",
        "\\<script\\>",
        "甲 {#id .class}",
        "#typst ＃ *not closed",
    ],
)
def test_what_looks_like_markup_of_other_programs_is_shown_literally(folder: Path, text: str) -> None:
    page = rendered(folder, text)
    for trace in ("<script", "<div", "<span", "href", "<sup", "<sub", "math", "citation", 'id="id"'):
        assert trace not in page.replace("citation]", "").replace("@citation", "")


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("甲\n\n" + "*" * 600 + "a" + "*" * 600, 3, "层以上"),
        ("> " * 200 + "甲", 1, "层以上"),
        ("甲\n\n乙\n" + "[" * 40_000, 3, "个以上没有配对的“[”"),
        ("{" * 40_000, 1, "占位符写法有误"),
        ("甲" * 300_000, None, "最多 50000 个"),
    ],
    ids=["emphasis", "quotations", "brackets", "braces", "length"],
)
def test_what_nobody_could_read_is_refused(folder: Path, text: str, line: int | None, reason: str) -> None:
    (found,) = prose.findings(with_other(folder, text))
    assert (found.line, reason in found.message) == (line, True), found.message


def test_thousands_of_missing_pictures_are_each_named_once(folder: Path) -> None:
    names = [f"{number}.png" for number in range(3000)]
    text = "".join(f"![甲]({name})" for name in names) + "![甲](0.png)"
    found = refused(folder, text)
    assert len(found) == len(set(found)) == MOST_LISTED + 1  # the last says how many more there are


def test_the_documents_properties(folder: Path) -> None:
    example = load(folder)
    block = yaml.safe_load(prose.front_matter(example).strip("-\n"))
    assert block["title"] == example.title
    assert block["date"] == "2024-12-31"  # not yet published: the day on which the counts are cut off


def test_paragraphs_are_plain_text_with_their_lines(folder: Path) -> None:
    example = with_other(folder, "（一）甲\n\n**乙**{{ licensing }}件\n\n- 丙\n")
    assert prose.paragraphs(example, "other") == [
        prose.Paragraph(1, "（一）甲", heading=True),
        prose.Paragraph(3, "乙403件"),
        prose.Paragraph(5, "丙"),
    ]
