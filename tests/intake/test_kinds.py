"""Every kind of file, and every kind of mess that sites make of the form, read back figure by figure."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest

from helpers.intake.matching import matcher
from helpers.intake.matching.model import Imported
from helpers.intake.readers import kinds
from tests.intake import make


def imported(content: bytes) -> Imported:
    return matcher.place(kinds.read(content))


def assert_all_read(report: Imported, figures: make.Figures) -> None:
    assert report.figures == figures


@pytest.mark.parametrize(
    "figures", [make.distinct(), make.tallying(1), make.tallying(2)], ids=["distinct", "1", "2"]
)
@pytest.mark.parametrize(
    "written",
    [
        pytest.param(make.web, id="web"),
        *(pytest.param(lambda f, s=s: make.text(f, style=s), id=s) for s in make.STYLES),
        pytest.param(make.word, id="word"),
        pytest.param(make.pdf, id="pdf"),
        pytest.param(make.workbook, id="workbook"),
    ],
)
def test_every_figure_of_every_kind_of_file_is_read(written: Callable[[make.Figures], bytes], figures):
    report = imported(written(figures))
    assert_all_read(report, figures)
    assert (report.organ, report.year, report.title) == ("青禾县人民政府", 2024, make.TITLE)
    assert not [entry for entry in report.unread if "." in entry.where and "sections" not in entry.where]


def test_a_pdf_without_rules_is_read_line_by_line():
    figures = make.tallying(4)
    assert_all_read(imported(make.pdf(figures, stroke="none")), figures)


@pytest.mark.parametrize("written", [make.web, make.text, make.word, make.pdf], ids=lambda one: one.__name__)
def test_prose_comes_back_as_markdown_paragraphs(written):
    report = imported(written(make.tallying()))
    assert report.sections == {
        "overview": "\n\n".join(make.OVERVIEW) + "\n",
        "problems": "\n\n".join(make.PROBLEMS) + "\n",
        "other": "\n\n".join(make.OTHER) + "\n",
    }
    assert report.lead == make.LEAD + "\n"
    assert report.settings == {
        "contact": {
            "office": "青禾县人民政府办公室",
            "phone": "0555-1234567",
            "address": "青禾县人民路1号",
            "email": "xxgk@example.cn",
        },
        "information_fee_yuan": 0,
    }


# Mess -----------------------------------------------------------------------------------------------------------------


def tables(figures: make.Figures, **changed: str) -> dict[str, str]:
    return {name: make.web_table(rows) for name, rows in make.grids(figures).items()} | changed


def changed(old: str, new: str, figures: make.Figures | None = None, count: int = -1) -> Imported:
    """A page in which a text stands in place of another."""
    page = make.page(tables(figures or make.distinct()))
    assert old in page
    return imported(page.replace(old, new, count).encode())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<p>商业企业</p>", "<p>商业</p><p>企业</p>"),
        ("<p>社会公益组织</p>", "<p>社会公益 &nbsp; &nbsp;\n 组织 &nbsp;</p>"),
        ("本年废止件数", "本年废纸件数"),
        ("2.其他法律行政法规禁止公开", "2.其他法律行政止公开"),
        ("1.属于国家秘密", "1、属于国家秘密"),
        ("1.属于国家秘密", "（1）属于国家秘密"),
        ("1.属于国家秘密", "①属于国家秘密"),
        ("1.属于国家秘密", "属于国家秘密"),
        ("（一）予以公开", "(一) 予以公开"),
        ("（三）不予公开", "（三）不子公开"),
        ("（七）总计", "（七）合计"),
        ("3.其他</p>", "3.其它</p>"),
        ("3.危及“三安全一稳定”", '3.危及"三安全一稳定"'),
        ("属于行政执法案卷", "属于⾏政执法案卷"),
        ("行政许可", "⾏政许可"),
        ("第二十条第（一）项", "第⼆⼗条第(一)项"),
        ("四、结转下年度继续办理", "四、结转下年度 继续办理"),
        ("三、本年度办理结果", "三、 本 年 度 办 理 结 果"),
        ("行政规范性文件", "规范性文件"),
        ("信息内容", "内容"),
        (">1070<", "> 1,070 <"),
        (">1070<", ">１０７０<"),
        (">1070<", ">1070件<"),
        (">1070<", "><span>10</span><span>70</span><"),
        (">1070<", ">\u200b1070\ufeff<"),
        (">9116.360<", ">9116.360万元<"),
        (">9116.360<", ">9,116.360<"),
        ("<tbody>", ""),
        ("<table", "<TABLE cellspacing=0"),
        ("</td>", ""),
    ],
)
def test_a_page_written_in_another_way_reads_the_same(old, new):
    assert_all_read(changed(old, new), make.distinct())


@pytest.mark.parametrize(
    ("cell", "value", "why"),
    [
        ("22（其中修订16件）", 22, "带了注释"),
        ("22\n（其中修订16件）", 22, "带了注释"),
        ("/", None, "是斜线"),
        ("—", None, "是横线"),
        ("无", None, "是文字"),
        ("", None, "是空的"),
        ("O", None, "字母 O"),
        ("1O7", None, "字母 O"),
        ("l2", None, "字母 l"),
        ("2 1", None, "不止一个数"),
        ("2<br>1", None, "不止一个数"),
        ("007", None, "连在了一起"),
        ("1.5", None, "是小数"),
        ("-3", None, "是负数"),
        ("约30", None, "是约数"),
        ("21<sup>1</sup>", None, "角标"),
        ("21①", None, "角标"),
        ("<s>20</s>21", None, "划掉"),
        ("\u202e12", None, "控制符"),
        ("22（16）", None, "带括号的数"),
        ("3（千件）", None, "单位"),
        ("#REF!", None, "出错"),
        ("二十一", None, "汉字数字"),
    ],
)
def test_a_cell_that_is_not_plainly_a_number_is_null_with_its_reason(cell, value, why):
    figures = make.distinct()
    report = changed(">1070<", f">{cell}<", figures, 1)
    got = report.figures["applications"]["new_received"].pop("natural_person")
    assert got == value
    (entry,) = report.unread
    assert "（applications.new_received.natural_person）" in entry.where
    assert why in entry.why
    del figures["applications"]["new_received"]["natural_person"]
    assert_all_read(report, figures)


@pytest.mark.parametrize(
    ("unit", "cell", "value"),
    [
        ("（单位：元）", "9116.360", None),
        ("（单位：亿元）", "9116.360", None),
        ("（万元）", "9116.360", Decimal("9116.360")),
        ("（单位：万元）", "9116.36元", None),
        ("（单位：万元）", "9116.36（亿元）", None),
        ("（单位：万元）", ".5", None),
    ],
)
def test_an_amount_in_another_unit_is_never_taken_over(unit, cell, value):
    page = make.page(tables(make.distinct())).replace("（单位：万元）", unit).replace("9116.360", cell)
    report = imported(page.encode())
    assert report.figures["disclosure"]["fees"]["value"] == value
    assert bool(report.unread) == (value is None)


@pytest.mark.parametrize("style", make.STYLES)
def test_an_amount_without_its_zero_is_not_ten_times_as_much(style):
    text = (
        make.text(make.tallying(1) | {}, style=style)
        .decode()
        .replace("9116.36", ".5")
        .replace("24252.311082", ".5")
    )
    report = imported(re.sub(r"(行政事业性收费\D*)0?\.5", r"\1.5", text).encode())
    assert report.figures["disclosure"]["fees"]["value"] != 5


def test_hidden_text_is_not_read():
    figures = make.distinct()
    report = changed(">1070<", '>1070<span style="display: none">9</span><', figures, 1)
    assert_all_read(report, figures)


def single(figures: make.Figures) -> Imported:
    rows = make.grids(figures, single_other=True)
    return imported(make.page({name: make.web_table(rows[name]) for name in rows}).encode())


OTHER = ("other_not_corrected", "other_fee_unpaid", "other_reason")


def test_the_single_row_of_the_old_form_is_spread_where_it_is_zero():
    figures = make.tallying()
    for row in OTHER:
        figures["applications"][row] = dict.fromkeys(figures["applications"][row], 0)
    assert_all_read(single(figures), figures)


def test_the_single_row_of_the_old_form_is_null_where_it_is_not_zero():
    figures = make.tallying()
    figures["applications"]["other_reason"] |= {"natural_person": 5, "business": 0, "total": 5}
    for row in OTHER[:2]:
        figures["applications"][row] |= {"natural_person": 0, "business": 0, "total": 0}
    report = single(figures)
    for row in OTHER:
        assert report.figures["applications"][row]["natural_person"] is None
        assert report.figures["applications"][row]["business"] == 0
    assert any("合计 5" in entry.why for entry in report.unread)


def test_the_form_of_2019_gives_what_means_the_same_and_no_more():
    head = "<tr><td>信息内容</td><td>上一年项目数量</td><td>本年增/减</td><td>处理决定数量</td></tr>"
    old = (
        "<table><tr><td>信息内容</td><td>本年新制作数量</td><td>本年新公开数量</td><td>对外公开总数量</td></tr>"
        "<tr><td>规章</td><td>0</td><td>0</td><td>0</td></tr><tr><td>规范性文件</td><td>6</td><td>4</td><td>11</td></tr>"
        f"{head}<tr><td>行政许可</td><td>7</td><td>-1</td><td>81</td></tr>"
        "<tr><td>其他对外管理服务事项</td><td>7</td><td>1</td><td>5</td></tr>"
        f"{head}<tr><td>行政处罚</td><td>3</td><td>0</td><td>82</td></tr>"
        "<tr><td>行政强制</td><td>3</td><td>0</td><td>83</td></tr>"
        "<tr><td>信息内容</td><td>上一年项目数量</td><td>本年增/减</td></tr>"
        "<tr><td>行政事业性收费</td><td>2</td><td>0</td></tr>"
        "<tr><td>信息内容</td><td>采购项目数量</td><td>采购总金额</td></tr>"
        "<tr><td>政府集中采购</td><td>2笔</td><td>984361元</td></tr></table>"
    )
    report = imported(make.page(tables(make.distinct(), disclosure=old)).encode())
    read = {row: cells["value"] for row, cells in report.figures["disclosure"].items()}
    assert {row: value for row, value in read.items() if value is not None} == {
        "licensing": 81,
        "penalties": 82,
        "compulsion": 83,
    }
    blank = [entry for entry in report.unread if "（disclosure." in entry.where]
    assert len(blank) == 7
    assert all("2019" in entry.why for entry in blank)
    listed = " ".join(entry.text for entry in report.unread if entry not in blank)
    for words in ("上一年项目数量", "其他对外管理服务事项", "政府集中采购", "984361元"):
        assert words in listed


def test_columns_are_found_by_their_heads_and_not_by_their_place():
    figures = make.distinct()
    rows = make.grids(figures)["applications"]
    heads = ["总计", "其他", "法律服务机构", "社会公益组织", "科研机构", "商业企业", "自然人"]
    turned = [
        [make.Span("项目", 3), *map(make.Span, heads)],
        *([*row[:-7], *reversed(row[-7:])] for row in rows[3:]),
    ]
    page = make.page(tables(figures, applications=make.web_table(turned)))
    assert_all_read(imported(page.encode()), figures)


@pytest.mark.parametrize("figures", [make.tallying(3), make.distinct()], ids=["tallying", "distinct"])
@pytest.mark.parametrize("wide", [1, 2, 3, 4, 6, 7])
def test_a_head_that_spans_the_wrong_columns_moves_no_figure(figures, wide):
    rows = make.grids(figures)["applications"]
    rows[1][1] = make.Span(rows[1][1].text, wide)
    report = imported(make.page(tables(figures, applications=make.web_table(rows))).encode())
    read = {
        (row, column): value
        for row, cells in report.figures["applications"].items()
        for column, value in cells.items()
        if value is not None
    }
    assert (
        read.items()
        <= {
            (row, column): value
            for row, cells in figures["applications"].items()
            for column, value in cells.items()
        }.items()
    )
    if figures == make.tallying(3):
        assert_all_read(report, figures)


@pytest.mark.parametrize("letters", [1, 4])
def test_the_letter_o_for_zero_spoils_only_its_own_cell(letters):
    figures = make.tallying(5)
    zeros = [
        (row, column)
        for row, cells in figures["applications"].items()
        for column, value in cells.items()
        if value == 0
    ]
    spoiled = zeros[:: max(1, len(zeros) // letters)]
    for row, column in spoiled:
        figures["applications"][row][column] = "O"
    report = imported(make.web(figures))
    for row, column in spoiled:
        figures["applications"][row][column] = None
    assert_all_read(report, figures)
    assert {entry.where.rpartition("（")[2] for entry in report.unread} == {
        f"applications.{row}.{column}）" for row, column in spoiled
    }


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("declared", ["utf-8", "gb2312", "unicode"])
def test_a_page_is_read_by_its_mark_whatever_it_declares(encoding, declared):
    page = make.page(tables(make.distinct())).replace('charset="utf-8"', f'charset="{declared}"')
    marked = page if encoding in {"utf-16", "utf-8-sig"} else "\ufeff" + page
    report = imported(marked.encode(encoding))
    assert_all_read(report, make.distinct())
    assert report.organ == "青禾县人民政府"


def test_tables_that_are_pictures_are_told_in_one_line():
    picture = '<p><img src="table.png" alt=""></p>'
    report = imported(make.page(dict.fromkeys(make.grids(make.distinct()), picture)).encode())
    (line,) = report.messages()
    assert "200 处" in line
    assert "图片" in line


@pytest.mark.parametrize("cut", [5, 12, 20])
@pytest.mark.parametrize("repeated", [True, False])
def test_a_table_broken_over_pages_is_one_table(cut, repeated):
    figures = make.distinct()
    rows = make.grids(figures)["applications"]
    flat = [[make.Span(text) for text in row] for row in make.expanded(rows)]
    parts = make.web_table(flat[:cut]) + "<p>— 3 —</p>" + make.web_table([*flat[: 3 * repeated], *flat[cut:]])
    assert_all_read(imported(make.page(tables(figures, applications=parts)).encode()), figures)


@pytest.mark.parametrize("repeated", [True, False])
@pytest.mark.parametrize("figures_first", [True, False])
@pytest.mark.parametrize("half", [4, 7, 10])
def test_a_row_cut_in_two_by_a_page_break_is_one_row(half, figures_first, repeated):
    figures = make.distinct()
    rows = [[make.Span(text) for text in row] for row in make.expanded(make.grids(figures)["applications"])]
    place = next(place for place, row in enumerate(rows) if row[2].text.startswith("8."))
    row = rows[place]
    label, blank = row[2].text, [make.Span("")] * 7
    above = [*row[:2], make.Span(label[:half]), *(row[3:] if figures_first else blank)]
    below = [make.Span(""), make.Span(""), make.Span(label[half:]), *(blank if figures_first else row[3:])]
    parts = make.web_table([*rows[:place], above]) + make.web_table(
        [*rows[: 3 * repeated], below, *rows[place + 1 :]]
    )
    assert_all_read(imported(make.page(tables(figures, applications=parts)).encode()), figures)


@pytest.mark.parametrize("below", [True, False])
def test_labels_may_stand_in_rows_of_their_own(below):
    figures = make.tallying()
    rows = make.grids(figures)["applications"]
    apart = list(rows[:3])
    for row in rows[3:]:
        label, numbers = [make.Span(row[-8].text, 10)], row[-7:]
        apart += [numbers, label] if below else [label, numbers]
    assert_all_read(
        imported(make.page(tables(figures, applications=make.web_table(apart))).encode()), figures
    )


def test_digits_glued_together_are_parted_where_only_one_way_is_left():
    figures = make.tallying()
    zeros = dict.fromkeys(figures["applications"]["granted"], 0)
    figures["applications"] |= {row: dict(zeros) for row in figures["applications"]}
    for table in ("disclosure", "proceedings"):
        figures[table] = {row: dict.fromkeys(cells, 0) for row, cells in figures[table].items()}
    figures["applications"]["new_received"] |= {"natural_person": 2, "total": 2}
    figures["applications"]["granted"] |= {"natural_person": 2, "total": 2}
    figures["applications"]["total_handled"] |= {"natural_person": 2, "total": 2}
    lines = make.text(figures, style="flat").decode()
    glued = lines.replace("0 0 0 0 0", "00 0 00").replace("2 0", "20").replace("0 2", "02")
    assert glued != lines
    assert_all_read(imported(glued.encode()), figures)


def test_a_page_saved_from_a_site_keeps_only_the_article():
    figures = make.distinct()
    around = (
        '<div class="nav"><a href="/">首页</a><ul><li>政府信息公开年报</li></ul></div><table><tr><td>站内搜索</td><td>'
        '<div id="article">{}</div></td></tr></table><div class="foot">主办单位：某县人民政府 网站标识码 1234567890</div>'
    )
    report = imported(make.page(tables(figures), around=around).encode())
    assert_all_read(report, figures)
    assert report.sections["other"] == make.OTHER[0] + "\n"
    assert "首页" not in report.lead


def test_a_page_in_gbk_that_calls_itself_gb2312_is_read():
    page = make.page(tables(make.distinct())).replace("utf-8", "gb2312").replace("青禾县", "堃垚县")
    assert imported(page.encode("gb18030")).organ == "堃垚县人民政府"


def test_a_web_archive_is_read():
    body = make.web(make.distinct())
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
    part = b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    assert_all_read(imported(head + part + body + b"\r\n--x--\r\n"), make.distinct())


@pytest.mark.parametrize(
    ("title", "organ", "year"),
    [
        ("青禾县2023年度政府信息公开工作年度报告", "青禾县", 2023),
        ("2025 年上海市人民政府办公厅政府信息公开工作年度报告", "上海市人民政府办公厅", 2025),
        ("某某局关于2022年度政府信息公开工作年度报告", "某某局", 2022),
        ("某镇二〇二一年政府信息公开年度报告", "某镇", 2021),
        ("某街道办事处2024年度政府信息公开工作报告", "某街道办事处", 2024),
    ],
)
def test_organ_and_year_come_from_the_title(title, organ, year):
    report = imported(make.page(tables(make.distinct()), title=title).encode())
    assert (report.organ, report.year) == (organ, year)


@pytest.mark.parametrize("stated", ["2024-06-01 08:00", "2023-01-20"])
def test_a_date_before_the_end_of_the_year_is_no_date_of_publication(stated):
    page = make.page(tables(make.distinct())).replace("2025-01-20 10:00", stated)
    report = imported(page.encode())
    assert report.published is None
    assert [entry.text for entry in report.unread] == [stated[:10]]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("五、存在的主要问题及改进情况", "五、政府信息公开工作存在的主要问题及改进情况"),
        ("四、政府信息公开行政复议、行政诉讼情况", "四、政府信息公开行政法复议、行政诉讼情况"),
        ("一、总体情况", "一、 总体情况"),
        ("一、总体情况", "总体情况"),
        ("（一）主动公开", "(二)主动公开"),
        ('六、其他需要报告的事项</p><p style="text-indent: 2em;">', "六、其他需要报告的事项。"),
    ],
)
def test_headings_are_found_in_other_words_too(old, new):
    expected = imported(make.web(make.distinct())).sections
    expected["overview"] = expected["overview"].replace(*(old, new) if old == make.OVERVIEW[0] else ("", ""))
    assert changed(old, new).sections == expected


def test_what_stands_beside_a_table_is_listed_and_a_missing_section_is_null():
    note = "注：本表含已经撤销的两个单位；数据截至年底。"
    page = make.page(
        tables(
            make.distinct(),
            proceedings=make.web_table(make.grids(make.distinct())["proceedings"]) + f"<p>{note}</p>",
        )
    )
    report = imported(page.replace("五、存在的主要问题及改进情况", "").encode())
    assert report.sections["problems"] is None
    listed = " ".join(f"{entry.where} {entry.text}" for entry in report.unread)
    assert note in listed
    assert "sections.problems" in listed


def test_markdown_and_placeholders_in_a_page_stay_text():
    text = "1. *星号* _下划线_ # 井号 {{ licensing }} {% if %} &amp;lt; `代码` [链接](http://x) <b>"
    report = changed("全年发布各类信息，按时更新目录。", text.replace("<b>", "&lt;b&gt;"))
    assert report.sections["overview"].split("\n\n")[1] == (
        r"1\. \*星号\* \_下划线\_ # 井号 {\{ licensing }} {\% if %} \&lt; \`代码\` \[链接](http://x) \<b>"
    )
