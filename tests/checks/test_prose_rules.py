"""Rules on wording: what they find, and what they leave alone."""

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers import checks

Edit = Callable[[str, str, str], Path]
NOTICE = "国务院办公厅政府信息与政务公开办公室关于印发〈中华人民共和国政府信息公开工作年度报告格式〉的通知"


def found(folder: Path, rule: str, text: str, file: str = "other.md") -> list[str]:
    """Rules' findings in a report on 2022 whose section 6 says a text."""
    (folder / file).write_text(f"{text}\n\n本年度没有收取信息处理费。\n", encoding="utf-8")
    return [one.actual or one.message for one in checks.check(folder).findings if one.rule == rule]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("依据《中华人民共和国政府信息公开条例》（以下简称《条例》）。", False),
        ("依据《政府信息公开条例》和《福建省政府信息公开办法》。", False),
        ("依据《上海市政府信息公开规定》《政府信息公开条例实施细则》。", False),
        (f"按照《{NOTICE}》（国办公开办函〔2021〕30号）。", False),
        ("按照《中华人民共和国政府信息公开工作年度报告格式》（国办公开办函〔2021〕30号）。", False),
        (
            "按照《国务院办公厅关于印发〈政府信息公开信息处理费管理办法〉的通知》（国办函〔2020〕109号）。",
            False,
        ),
        ("按照《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）。", False),
        ("《2021年政府信息公开工作年度报告》已经公布。", False),
        ("学习贯彻《关于做好2021年政府信息公开工作年度报告编制工作的通知》精神。", False),
        ("依据《中华人民共和国信息公开条例》。", True),
        ("依据《中华人民共和国政府信息公开条列》。", True),
        ("按照《国办公开办关于印发〈中华人民共和国政府信息公开工作年度报告格式〉的通知》。", True),
        (f"按照《{NOTICE}》（国办公开办函〔2021〕3号）。", True),
        ("按照国办公开办〔2021〕30号文件。", True),
        ("按照《政府信息公开信息处理费管理办法》（国办函〔2020〕190号）。", True),
        ("按照《关于做好2021年政府信息公开工作年度报告编制工作的通知》编制本报告。", True),
    ],
)
def test_what_is_cited(text: str, wrong: bool, examples: Path) -> None:
    assert bool(found(examples / "pingtan-2022", "L-CITE", text)) is wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("做到“应公开、尽公开”（含解读）。", False),
        ("1）更新目录；2）更新指南。一）时效。", False),
        ("印发《关于公布〈目录〉的通知》。", False),
        ("设‘回头看’一栏。", False),
        ("印发《关于公布目录的通知。", True),
        ("印发《关于公布〈目录的通知》。", True),
        ("更新目录）。", True),
        ("国办函〔2020109号文件。", True),
        ("做到”应公开、尽公开“。", True),
    ],
)
def test_marks_in_pairs(text: str, wrong: bool, examples: Path) -> None:
    assert bool(found(examples / "pingtan-2022", "L-PAIR", text)) is wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("2023年，全区将继续完善目录。", False),
        ("2022年，全区将政务公开纳入考核。", False),
        ("2022年，全区坚持将重点领域信息集中公开。", False),
        ("2022年，全区将进一步完善目录。", True),
        ("2021年将以目录更新为抓手。", True),
        ("下一步，2022年要补齐目录。", True),
    ],
)
def test_plans_for_a_year_that_is_over(text: str, wrong: bool, examples: Path) -> None:
    assert bool(found(examples / "pingtan-2022", "W-PLAN", text)) is wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("我局与自我局限性无关，群众要我办的事都办好。", []),
        ("平潭综合实验区财政金融局、平潭县水务局和综合实验区管委会办公室负责。", []),
        ("平潭综合实验区交通与建设局负责。", []),
        ("请与平潭综合区财政金融局联系。", ["平潭综合区财政金融局"]),
        ("请与平潭综合实验区财政金溶局联系。", []),
        ("平潭综合试验区财政金融局。", ["平潭综合试验区财政金融局"]),
        ("我委、我委和我镇都出具告知书。", ["我委", "我镇"]),
    ],
)
def test_names_of_the_organ(text: str, wrong: list[str], examples: Path) -> None:
    assert found(examples / "pingtan-finance-2025", "W-ORGAN", text) == wrong


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("身份证号110101199003074514。", True),
        ("身份证号110101199003074515。", False),
        ("身份证号110101199013074514。", False),
        ("来电13800138000。", True),
        ("来电 138-0013-8000。", True),
        ("热线0591-23165385、12345。", False),
        ("账号6222020200112230484。", False),
        ("账号4539 1488 0343 6467。", True),
        ("公开数据1234567890123456条，访问量13.800138000万次，增加113800138000次。", False),
    ],
)
def test_numbers_of_persons(text: str, wrong: bool, examples: Path) -> None:
    assert bool(found(examples / "pingtan-2022", "W-PRIVATE", text)) is wrong


def test_the_contact_s_own_number_is_meant_to_be_read(edit: Edit) -> None:
    folder = edit("pingtan-2022/report.yml", "phone: 0591-23165385", "phone: '13800138000'")
    assert found(folder, "W-PRIVATE", "来电13800138000。") == []


def test_numbers_of_persons_are_not_repeated_whole(examples: Path) -> None:
    assert found(examples / "pingtan-2022", "W-PRIVATE", "来电13800138000。") == ["138******00"]


def test_topics_in_other_words(examples: Path) -> None:
    folder = examples / "pingtan-2022"
    (folder / "overview.md").write_text(
        "全年公开各类信息81条。收到一件公开申请，已经答复。规范管理，完善公开机制。依托门户网站发布。严格审查，强化内部监督。",
        encoding="utf-8",
    )
    assert "W-TOPICS" not in {one.rule for one in checks.check(folder).findings}


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("发布信息61条，其中减税5条，预决算7条，其他49条。", False),
        ("发布信息61条，其中减税15条，预决算7条，其他49条。", True),
        ("发布信息61条，其中减税5条、预决算7条。", False),
        ("发布信息620条，其中原创310条、转载310条，视频类205条。", False),
        ("发布信息61条，其中网站61条，公众号同步40条。", False),
        ("公开信息510条，其中主动公开231条，占45.3%。", False),
        ("公开信息510条，其中主动公开231条，占41.5%。", True),
        ("公开信息510条，其中主动公开231条。主动公开的占41.5%。", True),
        ("培训3期，参训240人次，其中县直150人次。", False),
        ("培训3期，参训240人次，其中县直510人次。", True),
        # Totals, lists, changes and rates without 其中.
        ("网站发布386条，公众号发布214条，合计600条。", False),
        ("网站发布368条，公众号发布214条，合计600条。", True),
        ("网站、公众号分别发布386条、214条，两个平台共计610条。", False),
        ("公开信息2700条，财政类260条，项目类440条，交易类2000条。", False),
        ("公开信息2700条，财政类260条，项目类404条，交易类2000条。", True),
        ("公开信息2700条，财政类260条，项目类440条。", False),
        ("召开发布会20场，较上年的16场增加4场，增长25%。", False),
        ("召开发布会20场，较上年的16场增加5场。", True),
        ("召开发布会20场，较上年的16场增加4场，增长52%。", True),
        ("收到留言150条，已办理144条，办理率96%。", False),
        ("收到留言150条，已办理144条，办理率69%。", True),
        ("收到留言150条，已办理144条，按期办理率69%。", False),
        ("承办建议27件，提案43件，其中公开52件，不公开18件。", False),
    ],
)
def test_parts_of_a_whole(text: str, wrong: bool, examples: Path) -> None:
    assert bool(found(examples / "pingtan-2022", "T-PARTS", text)) is wrong
