"""What a document may hold, in all three formats."""

import re

import pytest

FORMATS = ("html", "pdf", "docx")
FENCE = "chr(96) * 3"
TABLE = """<table id="t1"><caption>得数</caption><colgroup><col style="width:20%"><col style="width:30%">\
<col style="width:50%"></colgroup><thead><tr><th colspan="2" scope="colgroup">甲</th><th scope="col" rowspan="2">乙\
</th></tr><tr><th scope="col">丙</th><th scope="col">丁</th></tr></thead><tbody><tr><th scope="row">戊</th>\
<td style="text-align:right">1</td><td style="text-align:center">2.0000000000</td></tr></tbody></table>"""
GRID = [["甲", "甲", "乙"], ["丙", "丁", "乙"], ["戊", "1", "2.0000000000"]]


def same_text(made):
    texts = {made.text(name) for name in ("html", "docx")}
    assert len(texts) == 1, texts
    return texts.pop()


def printed_table(cell, table=TABLE, **options):
    return cell(
        f"print({FENCE} + '{{=html}}')\nprint('''{table}''')\nprint({FENCE})", output="asis", **options
    )


def test_prose_reaches_every_format(make):
    made = make("# 一、总述\n\n**甲**乙丙。\n\n- 其一\n- 其二\n\n[链](https://example.com)\n")
    for name in FORMATS:
        for words in ("题目", "一、总述", "甲乙丙。", "其一", "其二", "链"):
            assert words in made.text(name)
    assert [p.style.name for p in made.docx.paragraphs if p.text == "一、总述"] == ["Heading 1"]


def test_asis_output_is_markdown_and_other_output_verbatim(make, cell):
    made = make(cell("print('*斜*')", output="asis") + cell("print('*直*')"))
    for name in FORMATS:
        assert "斜" in made.text(name)
        assert "*斜*" not in made.text(name)
        assert "*直*" in made.text(name)


def test_html_table_is_native_everywhere(make, cell):
    made = make(printed_table(cell))
    assert made.grids("html") == made.grids("docx") == [GRID]
    cells = made.body().xpath("//th[@scope='row']")
    assert [c.text_content() for c in cells] == ["戊"]
    assert "戊" in made.text("pdf")
    widths = [int(w) for w in made.docx.element.body.xpath(".//w:gridCol/@w:w")]
    assert [round(10 * w / sum(widths)) for w in widths] == [2, 3, 5]
    assert made.docx.element.body.xpath(".//w:tblHeader")
    assert made.docx.element.body.xpath(".//w:jc[@w:val='right']")


def test_table_with_id_and_caption_is_numbered(make, cell):
    made = make("见 @tbl-x。\n\n" + printed_table(cell) + "\n| a |\n|---|\n| 1 |\n\n: 另一张 {#tbl-x}\n")
    for name in FORMATS:
        assert "见表2。" in made.text(name)
        assert "表1:得数" in made.text(name)
        assert "表2:另一张" in made.text(name)


def test_other_raw_html_is_for_html_only(make):
    made = make("```{=html}\n<p>只网页</p>\n```\n\n```{=typst}\n只排版\n```\n")
    assert "只网页" in made.text("html")
    assert "只网页" not in made.text("pdf") + made.text("docx")
    assert "只排版" in made.text("pdf")
    assert "只排版" not in made.text("html") + made.text("docx")


def test_figures_are_numbered_described_and_referred_to(make, cell):
    made = make(
        "见 @fig-a、[-@fig-b]、[参看 @fig-c]、[@fig-a; @fig-b]。\n\n"
        "![甲图](p.svg){#fig-a fig-alt='甲 \"替\"'}\n\n"
        "::: {#fig-b}\n![](p.svg){fig-alt='乙替'}\n\n乙图\n:::\n\n"
        + cell(
            "import matplotlib.pyplot as plt\nplt.plot([1, 2])", label="fig-c", fig_cap="丙图", fig_alt="丙替"
        )
    )
    assert "见图1、2、参看3、图1,图2。" in same_text(made)
    assert "见图1、2、参看3、图1,图2。" in made.text("pdf")
    for name in FORMATS:
        for caption in ("图1:甲图", "图2:乙图", "图3:丙图"):
            assert caption in made.text(name)
    wanted = ['甲 "替"', "乙替", "丙替"]
    html, word, pdf = made.alts()
    assert html == wanted
    assert word == wanted
    assert sorted(pdf) == sorted(wanted)
    assert next(text for style, text in made.paragraphs() if style == "Image Caption") == "图\u00a01: 甲图"
    assert made.body().xpath("//figure[@id='fig-c']//figcaption")
    assert made.body().xpath("//a[@href='#fig-a']")


def test_chart_is_vector_but_in_word(make, cell):
    made = make(cell("import matplotlib.pyplot as plt\nplt.plot([1, 2]);", label="图"))
    (image,) = made.body().iter("img")
    assert image.get("src").startswith("data:image/svg+xml")
    assert [
        part.partname.ext for part in made.docx.part.package.iter_parts() if "media" in part.partname
    ] == ["png"]
    assert b"/Subtype/Image" not in made.path("pdf").read_bytes().replace(b" ", b"")


def test_svg_file_becomes_pixels_in_word(make):
    made = make("![](p.svg)\n")
    assert [
        part.partname.ext for part in made.docx.part.package.iter_parts() if "media" in part.partname
    ] == ["png"]
    (extent,) = made.docx.element.body.xpath(".//wp:extent")
    assert int(extent.get("cx")) == pytest.approx(100 / 96 * 914400, rel=0.02)


def test_fig_format_png(make, cell):
    header = "---\ntitle: x\nlang: zh-CN\nfig-format: png\nfig-width: 2\nfig-height: 1\nfig-dpi: 100\n---\n\n"
    made = make(cell("import matplotlib.pyplot as plt\nplt.plot([1]);"), header=header)
    (image,) = made.body().iter("img")
    assert image.get("src").startswith("data:image/png")
    assert b"/Subtype/Image" in made.path("pdf").read_bytes().replace(b" ", b"")


def test_figure_size_holds_for_charts(make, cell):
    header = "---\ntitle: x\nlang: zh-CN\nfig-width: 3\nfig-height: 2\n---\n\n"
    made = make(
        cell("import matplotlib.pyplot as plt\nprint(plt.rcParams['figure.figsize'])", echo="false"),
        header=header,
        to=["html"],
    )
    assert "[3.0,2.0]" in made.text("html")


def test_png_only_output(make, cell):
    code = """
    import struct, zlib
    from IPython.display import Image
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    raw = b"".join(b"\\0" + b"\\xff\\0\\0" * 4 for _ in range(4))
    Image(b"\\x89PNG\\r\\n\\x1a\\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 2, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))
    """
    made = make(cell(code, fig_alt="红"))
    assert made.alts() == (["红"], ["红"], ["红"])


def test_what_has_a_caption_is_numbered_with_and_without_a_label(make):
    made = make(
        "![无名图](p.svg){fig-alt=x}\n\n| a |\n|---|\n| 1 |\n\n: 无名表\n\n![有名](p.svg){#fig-a fig-alt=y}\n\n"
        "![有锚](p.svg){#anchor fig-alt=z}\n\n[到图](#anchor)\n\n![表的图](p.svg){#tbl-a fig-alt=w}\n\n见 @tbl-a。\n"
    )
    for name in FORMATS:
        for words in ("图1:无名图", "表1:无名表", "图2:有名", "图3:有锚", "表2:表的图", "见表2。"):
            assert words in made.text(name)
    assert made.body().xpath("//*[@id='anchor']//img")


def test_cell_table_caption(make, cell):
    body = "见 @tbl-c。\n\n" + cell(
        "print('| a |\\n|---|\\n| 1 |')", output="asis", label="tbl-c", tbl_cap="得数"
    )
    made = make(body)
    for name in FORMATS:
        assert "表1:得数" in made.text(name)
        assert "见表1。" in made.text(name)


def test_section_references_with_numbers(make):
    header = "---\ntitle: x\nlang: zh-CN\nnumber-sections: true\n---\n\n"
    made = make("# 甲\n\n## 乙 {#sec-b}\n\n见 @sec-b。\n", header=header)
    for name in FORMATS:
        assert "见小节1.1。" in made.text(name)
        assert "1.1乙" in made.text(name)


def test_english_words(make):
    header = "---\ntitle: x\nlang: en\n---\n\n"
    made = make("See @fig-a and @Fig-a.\n\n![Cap](p.svg){#fig-a fig-alt=x}\n", header=header)
    for name in FORMATS:
        assert "SeeFigure1andFigure1." in made.text(name)
        assert "Figure1:Cap" in made.text(name)


def test_crossref_words_can_be_chosen(make):
    header = (
        "---\ntitle: x\nlang: zh-CN\ncrossref: {fig-title: 插图, fig-prefix: 见图, title-delim: '—'}\n---\n\n"
    )
    made = make("@fig-a\n\n![甲](p.svg){#fig-a fig-alt=x}\n", header=header)
    for name in FORMATS:
        assert "见图1" in made.text(name)
        assert "插图1—甲" in made.text(name)


def test_names_with_an_at_are_text_where_there_is_no_bibliography(make):
    made = make("见 [@knuth84] 和 @knuth84 。\n")
    for name in FORMATS:
        assert "见[@knuth84]和@knuth84。" in made.text(name)


def test_inline_expressions(make, cell):
    made = make(
        cell("from IPython.display import Markdown\nn, s, m = 3, 'a*b*_c_ <b> $x$ {{<', Markdown('**粗**')")
        + "数 `{python} n + 1`，文 `{python} s`，重 `{python} m`。``{python} 原样``\n"
    )
    for name in FORMATS:
        assert "数4，文a*b*_c_<b>$x${{<，重粗。" in made.text(name)
    assert "粗" in made.body().findtext(".//strong")


def test_metadata_printed_by_a_cell_wins(make, cell):
    block = "---\\ntitle: 数据题\\nauthor: 某县\\ndate: 2025-01-20\\nkeywords: [甲, 乙]\\ndescription: 述\\npagetitle: 页\\n---\\n"
    made = make(cell(f"print('{block}')", output="asis") + "\n正文\n")
    head = made.html.find("head")
    assert head.findtext("title") == "页"
    assert head.xpath("meta[@name='author']/@content") == ["某县"]
    assert head.xpath("meta[@name='keywords']/@content") == ["甲, 乙"]
    assert "数据题" in made.text("html")
    properties = made.docx.core_properties
    assert (properties.title, properties.author, properties.keywords) == ("数据题", "某县", "甲, 乙")
    information = made.pdf.docinfo
    assert information["/Title"] == "数据题"
    assert str(information["/CreationDate"]).startswith("D:20250120")
    for name in FORMATS:
        assert "题目" not in made.text(name)


def test_language_of_the_page(make):
    made = make("正文\n", to=["html", "pdf"])
    assert made.html.get("lang") == "zh-CN"
    assert made.pdf.Root.Lang == "zh-CN"


def test_conditional_content(make):
    body = """
    ::: {.content-visible when-format="html"}
    甲
    :::

    ::: {.content-hidden when-format="html"}
    乙
    :::

    ::: {.content-visible when-profile="review"}
    丙
    :::

    ::: {.content-visible unless-profile="review"}
    丁
    :::

    行[庚]{.content-visible when-format="docx"}[辛]{.content-visible unless-format="docx"}内

    ```{.text .content-visible when-format="typst"}
    壬
    ```
    """
    files = {"_quarto.yml": "toc: false\n", "_quarto-review.yml": "number-sections: false\n"}
    plain, review = make(body, files), make(body, files, profile="review", out="review")
    assert [plain.text(name) for name in FORMATS] == [
        "题目甲丁行辛内",
        "题目乙丁行辛内壬1",
        "题目乙丁行庚内",
    ]
    assert [review.text(name) for name in FORMATS] == [
        "题目甲丙行辛内",
        "题目乙丙行辛内壬1",
        "题目乙丙行庚内",
    ]


def test_shortcodes_that_are_honoured(make):
    made = make(
        "题：{{< meta title >}}\n\n{{< pagebreak >}}\n\n码 {{{< env HOME >}}}\n\n```\n{{{< x >}}}\n```\n"
    )
    for name in FORMATS:
        assert "题：题目" in made.text(name)
        assert "码{{<envHOME>}}" in made.text(name)
        assert "{{<x>}}" in made.text(name)
    assert made.docx.element.body.xpath(".//w:br[@w:type='page']")
    assert len(made.pdf.pages) == 2


def test_what_cells_print_is_data(make, cell):
    text = r"\{\{\< env HOME \>\}\} \@张三 \<script\>"
    made = make(
        cell(f"print(r'{text}')", output="asis")
        + cell("print('@李四 {{{< env HOME >}}} {{< meta title >}}')", output="asis")
        + cell("print('{{< env HOME >}}')")
    )
    for name in FORMATS:
        assert "{{<envHOME>}}@张三<script>" in made.text(name)
        assert "@李四{{<envHOME>}}题目" in made.text(name)
        assert made.text(name).count("{{<envHOME>}}") == 3


def test_echo_include_eval_warning(make, cell):
    made = make(
        cell("甲 = 1", echo="true")
        + cell("print('乙')", include="false")
        + cell("raise Exception('丙')", eval="false", echo="true")
        + cell("import warnings\nwarnings.warn('丁')", warning="false")
        + cell("import sys\nprint('戊', file=sys.stderr)")
        + cell("print('己')", output="false")
        + cell("raise ValueError('庚')", error="true")
    )
    for name in FORMATS:
        text = made.text(name)
        assert "甲=1" in text
        assert "raiseException" in text
        assert "戊" in text
        assert "ValueError:庚" in text
        assert not {"乙", "丁", "己"} & set(text)


def test_echo_false_for_the_whole_document(make, cell):
    assert "秘" not in make(cell("秘 = 1\nprint(秘)")).text("html")


def test_results_without_print(make, cell):
    made = make(
        cell("'文'")
        + cell("from IPython.display import HTML, Markdown\nMarkdown('*斜*')")
        + cell("HTML('<p>页</p>')")
        + cell("HTML('<table><tr><td>格</td><td>子</td></tr></table>')")
    )
    assert made.body().findtext(".//em") == "斜"
    assert "页" in made.text("html")
    assert made.grids("html") == made.grids("docx") == [[["格", "子"]]]
    assert "'文'" in made.text("pdf")


def test_displays_that_change(make, cell):
    code = """
    from IPython.display import Markdown, clear_output, display
    print("先")
    clear_output()
    handle = display(Markdown("旧"), display_id=True)
    handle.update(Markdown("新"))
    """
    assert make(cell(code)).text("docx") == "题目新"


def test_code_fences_are_just_code(make):
    made = make("```python\nx = '{{{< a >}}}'\n```\n\n~~~{.r}\ny <- 2\n~~~\n")
    for name in FORMATS:
        assert "y<-2" in made.text(name)


def test_headings_without_level_one_move_up_in_pdf(make):
    made = make("## 甲\n\n### 乙\n", to=["pdf"])
    with made.pdf.open_outline() as outline:
        assert outline.root[0].title == "甲"


def test_no_link_leaves_the_page(make, cell):
    made = make(cell("import matplotlib.pyplot as plt\nplt.plot([1]);") + "$x^2$\n")
    source = made.path("html").read_text(encoding="utf-8")
    assert not made.html.xpath("//script")
    assert not made.html.xpath("//link[@href]")
    assert "cdn" not in source.lower()
    assert made.body().xpath("//*[local-name()='math']")


def test_raw_text_of_another_format_is_not_shown_and_an_example_of_it_stays(make, cell):
    printed = "甲\\n\\n```{=typst}\\n乙\\n```\\n\\n````\\n```{=typst}\\n丙\\n```\\n````\\n\\n```{=html}\\n<b>丁</b>\\n```"
    made = make(cell(f'print("""{printed}""")', output="asis"))
    for name, shown in (("html", "甲丙丁"), ("docx", "甲丙"), ("pdf", "甲乙丙")):
        assert re.sub("[^甲乙丙丁]", "", made.text(name)) == shown


def test_callouts_say_what_they_are(make, cell):
    made = make(
        "::: {.callout .callout-warning .own data-x=1 title='题'}\n甲\n:::\n\n::: {.callout}\n乙\n:::\n\n"
        + cell("print('::: {.callout-tip}\\n丙\\n:::')", output="asis")
    )
    assert same_text(made) == "题目警告：题甲乙提示丙"
    (own,) = made.body().xpath('//*[@role="note"][@data-x="1"]')
    assert {"own", "admonition-warning"} <= set(own.get("class").split())


def test_callouts_in_english(make):
    header = "---\ntitle: T\nlang: en\n---\n\n"
    made = make("::: {.callout-caution}\n## Steps\nA\n:::\n", header=header, to=["docx"])
    assert made.text("docx") == "TCaution:StepsA"
