"""What the prose states is read rightly, or not at all; and what is read is held against the tables."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers import checks
from helpers.checks.claim_measures import Claim
from helpers.checks.claims import claims
from helpers.checks.numerals import Number
from helpers.document.prose import Paragraph

HERE = Path(__file__).parent
EXAMPLES: list[dict[str, Any]] = yaml.safe_load((HERE / "claims.yml").read_text(encoding="utf-8"))
HEADING = Paragraph(1, "（二）依申请公开", heading=True)
NAMES = ("平潭综合实验区", "综合实验区", "实验区")


def written(claim: Claim) -> str:
    loose = f" ~ {'+'.join(row for _, row, _ in claim.loose[0])}" if claim.loose else ""
    return f"{claim}{loose}"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["text"])
def test_worked_examples(example: dict[str, Any]) -> None:
    found = claims([HEADING, Paragraph(3, example["text"])], example.get("year", 2024), NAMES)
    assert [written(claim) for claim in found] == example["claims"]


@pytest.mark.parametrize(
    ("number", "figure", "agrees"),
    [
        (Number(Decimal(218), Decimal(1), False), "218", True),
        (Number(Decimal(218), Decimal(1), False), "219", False),
        (Number(Decimal(3500), Decimal(1), True), "3511", True),
        (Number(Decimal(3500), Decimal(1), True), "3600", False),
        (Number(Decimal(3500), Decimal(1), True), "3499", False),
        (Number(Decimal(12000), Decimal(1000), False), "12049", True),
        (Number(Decimal(12000), Decimal(1000), False), "13100", False),
        (Number(Decimal("51.85"), Decimal("0.01"), False), "51.8518", True),
        (Number(Decimal("51.86"), Decimal("0.01"), False), "51.8518", True),
        (Number(Decimal("51.90"), Decimal("0.01"), False), "51.8518", False),
        (Number(Decimal("-8.6"), Decimal("0.1"), False), "-8.6419", True),
    ],
)
def test_a_number_agrees_rounded_or_cut(number: Number, figure: str, agrees: bool) -> None:
    assert number.agrees(Decimal(figure)) is agrees


Edit = Callable[[str, str, str], Path]
APPLICATIONS = "新收政府信息公开申请{{ new_received }}件，比上年增加137件，增长169.1%"


@pytest.mark.parametrize(
    ("sentence", "expected", "actual"),
    [
        ("全区共收到政府信息公开申请281件", "218", "281"),
        ("新收政府信息公开申请218件，比上年增加173件", "137", "173"),
        ("新收政府信息公开申请218件，同比增长196.1%", "169.1%", "196.1%"),
        ("新收政府信息公开申请218件，同比下降169.1%", "169.1%", "-169.1%"),
        ("予以公开71件，占57.32%", "32.57%", "57.32%"),
        ("不予公开40件", "39", "40"),
        ("新收政府信息公开申请218件，其中自然人215件", "217", "215"),
        ("因政府信息公开引起的行政诉讼18件", "19", "18"),
        ("新收政府信息公开申请300余件", "218", "300"),
        ("行政事业性收费18561.06万元", "18651.06", "18561.06"),
        ("未发生因政府信息公开引起的行政复议", "23", "0"),
        ("作出行政许可决定四千五百二十件", "4529", "4520"),
    ],
)
def test_a_false_claim_is_an_error(sentence: str, expected: str, actual: str, edit: Edit) -> None:
    folder = edit("pingtan-2024/overview.md", APPLICATIONS, sentence)
    errors = [found for found in checks.check(folder).findings if found.level == "error"]
    assert [(found.rule, found.file, found.line) for found in errors] == [("T-CLAIM", "overview.md", 7)]
    assert (errors[0].actual, (errors[0].expected or "").split(" 或 ")[0]) == (actual, expected)
    assert errors[0].message.startswith("正文写“") and "两处应当一致" in errors[0].message


@pytest.mark.parametrize(
    ("sentence", "levels"),
    [
        # All is said, or what stands there is a slip: an error.
        ("新收政府信息公开申请300件", ["error"]),
        ("积极回应公众关切，新收政府信息公开申请281件", ["error"]),
        # Words before may say of what the number is: far from the figure, it may be right.
        ("积极回应公众关切，新收政府信息公开申请300件", ["warning"]),
        ("累计新收政府信息公开申请300件", ["warning"]),
        # Words of its own clause are not known: told only if it is a slip.
        ("县内外人士新收政府信息公开申请281件", ["warning"]),
        ("县内外人士新收政府信息公开申请81件", ["warning"]),  # last year's
        ("县内外人士新收政府信息公开申请300件", []),
        ("县内外人士新收政府信息公开申请218件", []),
        # Small figures lie near each other by chance: only if enough of the sentence agrees.
        ("。欣然不予处理2件。", []),
        ("。欣然予以公开71件，欣然不予处理2件。", ["warning"]),
        # What is not known may narrow.
        ("网上新收政府信息公开申请281件", []),
        ("某企业新收政府信息公开申请219件", []),
    ],
)
def test_what_is_less_sure_is_told_less(sentence: str, levels: list[str], edit: Edit) -> None:
    folder = edit("pingtan-2024/overview.md", APPLICATIONS, sentence)
    found = [one for one in checks.check(folder).findings if one.rule == "T-CLAIM"]
    assert [one.level for one in found] == levels
    assert all(("如果说的是同一件事" in one.message) is (one.level == "warning") for one in found)


@pytest.mark.parametrize(
    "sentence",
    [
        "全区共收到政府信息公开申请二百一十八件，同比增长169.14%，比上年多了一倍多",
        "予以公开71件，占32.6%，部分公开29件，占13.30%",
        "予以公开及部分公开100件，占45.87%",
        "不予公开39件，无法提供75件，不予处理1件，其他处理3件",
        "新收政府信息公开申请200多件，自然人217件、商业企业1件",
        "行政许可0.45万余件，行政事业性收费1.9亿元",
        "因政府信息公开引起的行政复议23件，其中纠正13件；行政诉讼19件，均为复议后起诉19件",
    ],
)
def test_a_true_claim_is_none(sentence: str, edit: Edit) -> None:
    folder = edit("pingtan-2024/overview.md", APPLICATIONS, sentence)
    assert checks.check(folder).passed


def test_received_with_what_was_carried_over_is_a_warning(edit: Edit) -> None:
    folder = edit(
        "pingtan-2022/overview.md",
        "全年新收政府信息公开申请{{ new_received }}件",
        "全区收到政府信息公开申请75件，涉及自然人72件、商业企业3件",
    )
    (found,) = checks.check(folder).findings
    assert (found.rule, found.level, found.expected, found.actual) == ("T-CLAIM", "warning", "74", "75")
    assert "加上年结转 1 件才是 75；请写明“新收 74 件，上年结转 1 件”" in found.message


def test_growth_is_not_judged_without_last_year(edit: Edit) -> None:
    edit("pingtan-2024/overview.md", "增长169.1%", "增长300%")
    folder = edit("pingtan-2024/report.yml", "previous: ../pingtan-2023", "previous: null")
    assert checks.check(folder).passed


# The fee --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "yuan", "wrong"),
    [
        ("本年度未收取信息处理费。", "0", False),
        ("收取信息处理费0元。", "0", False),
        ("信息处理费收取情况：无。", "0", False),
        ("2022年，无收取信息处理费情况。", "0", False),
        ("本年度没有产生信息公开处理费。", "0", False),
        ("全年收取信息处理费共计400元。", "400", False),
        ("全年收取信息处理费1.2万元。", "12000", False),
        ("全年收取了400.50元的信息处理费。", "400.50", False),
        ("无。", "0", True),
        ("", "0", True),
        ("按照《政府信息公开信息处理费管理办法》执行。", "0", True),
        ("信息处理费按规定办理。", "0", True),
        ("全年收取信息处理费400元。", "0", True),
        ("全年收取信息处理费400元。", "4000", True),
        ("本年度未收取信息处理费。", "400", True),
    ],
)
def test_what_section_six_says_of_the_fee(text: str, yuan: str, wrong: bool, edit: Edit) -> None:
    folder = edit("pingtan-2022/report.yml", "information_fee_yuan: 0", f"information_fee_yuan: {yuan}")
    (folder / "other.md").write_text(text, encoding="utf-8")
    assert [found.rule for found in checks.check(folder).findings] == ["T-FEE"] * wrong


def test_the_fee_is_a_part_of_the_fees(edit: Edit) -> None:
    edit("pingtan-2022/report.yml", "information_fee_yuan: 0", "information_fee_yuan: 91163601")
    folder = edit("pingtan-2022/other.md", "全区未收取信息处理费", "全区收取信息处理费91163601元")
    (found,) = checks.check(folder).findings
    assert (found.rule, found.row, found.expected) == ("T-FEE", "fees", "不小于 9116.3601")
