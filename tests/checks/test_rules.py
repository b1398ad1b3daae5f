"""Every rule fails on a good folder with the one change that breaks it, and says where and what."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers import checks
from helpers.report import local_addenda
from helpers.report.findings import rules

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXPLAINED = {"pingtan-2023", "pingtan-2024", "pingtan-2025", "pingtan-finance-2025"}
"""Examples whose real figures hold a warning or information; all others are without a finding."""

# No folder makes the program itself fail, or it would be mended: see tests/test_boundary.py.
BROKEN = set(rules()) - {"INTERNAL"}


def broken(rule: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.safe_load((HERE / "broken" / f"{rule}.yml").read_text(encoding="utf-8"))
    return data


def test_every_rule_has_its_broken_folder() -> None:
    assert {path.stem for path in (HERE / "broken").glob("*.yml")} == BROKEN


@pytest.mark.parametrize("rule", sorted(BROKEN))
def test_a_rule_fails_on_the_change_that_breaks_it(rule: str, examples: Path) -> None:
    case = broken(rule)
    folder = examples / case["folder"]
    for step in case.get("prepare", []):
        prepare(examples, folder, step)
    assert checks.check(folder).findings == []
    change(examples, folder, case["change"])
    found = [finding.to_json() for finding in checks.check(folder).findings]
    assert [one["rule"] for one in found] == [one["rule"] for one in case["findings"]], found
    for one, expected in zip(found, case["findings"], strict=True):
        message = expected.pop("message")
        assert {key: one[key] for key in expected} == expected
        assert message in one["message"]
        assert {key for key in ("table", "file", "line", "row", "column") if one[key] is not None} <= set(
            expected
        )
        assert one["basis"] == rules()[rule].basis


def prepare(examples: Path, folder: Path, step: dict[str, str]) -> None:
    if "copy" in step:
        shutil.copytree(examples / step["copy"], examples / step["to"])
    elif "notice" in step:
        (local_addenda.PLACE / step["notice"]).write_text(step["text"], encoding="utf-8")
    elif "append" in step:
        with (folder / step["append"]).open("a", encoding="utf-8") as stream:
            stream.write(step["text"])
    else:
        (examples / step.get("in", folder.name) / step["write"]).write_text(step["text"], encoding="utf-8")


def change(examples: Path, folder: Path, what: dict[str, Any]) -> None:
    path = examples / what.get("in", folder.name) / what["file"]
    text = path.read_bytes().decode()
    if "replace" in what:
        assert text.count(what["replace"]) == 1
        text = text.replace(what["replace"], what["with"])
    elif "append" in what:
        text += what["append"] * what["times"]
    else:
        text = (examples / what["copy_from"] / what["file"]).read_text(encoding="utf-8")
    path.write_bytes(text.encode())


@pytest.mark.parametrize(
    "folder", sorted((ROOT / "data").glob("*/report.yml")), ids=lambda path: path.parent.name
)
def test_the_examples_pass(folder: Path) -> None:
    verdict = checks.check(folder.parent)
    assert verdict.passed
    if folder.parent.name not in EXPLAINED:
        assert verdict.findings == []


def test_messages_are_whole_sentences(examples: Path) -> None:
    for rule in BROKEN:
        case = broken(rule)
        shutil.rmtree(examples / "part", ignore_errors=True)
        folder = examples / case["folder"]
        before = {path: path.read_bytes() for path in examples.rglob("*") if path.is_file()}
        for step in case.get("prepare", []):
            prepare(examples, folder, step)
        change(examples, folder, case["change"])
        for finding in checks.check(folder).findings:
            assert re.search(r"[\u4e00-\u9fff]", finding.message)
            assert not re.search(r"None|NaN|<class|\bKeyError", finding.message)
        for path, data in before.items():
            path.write_bytes(data)
        (folder / "children.yml").unlink(missing_ok=True)


# Which cell it is -----------------------------------------------------------------------------------------------------

Edit = Callable[[str, str, str], Path]


def test_one_wrong_cell_is_named_by_every_sum_it_breaks(edit: Edit) -> None:
    folder = edit(
        "pingtan-2022/applications.csv", "1.本机关不掌握相关政府信息,37,", "1.本机关不掌握相关政府信息,73,"
    )
    found = checks.check(folder).findings
    assert [(one.rule, one.row, one.column) for one in found] == [
        ("B-ROWSUM", "unable_not_held", "total"),
        ("B-RESULT", "total_handled", "natural_person"),
    ]
    for one in found:
        assert (
            "（四）无法提供—1.本机关不掌握相关政府信息”自然人一栏：把 73 改成 37（两位数字颠倒了）"
            in one.message
        )
        assert "有关的 2 处合计就都对上了" in one.message


def test_a_wrong_total_of_all_results_is_named_by_three_sums(edit: Edit) -> None:
    folder = edit("pingtan-2022/applications.csv", "（七）总计,72,3,", "（七）总计,74,3,")
    found = checks.check(folder).findings
    assert {one.rule for one in found} == {"B-ROWSUM", "B-RESULT", "B-IDENT"}
    assert all("把 74 改成 72（一位数字填错了），有关的 3 处合计就都对上了" in one.message for one in found)


def test_a_figure_typed_one_row_off(edit: Edit) -> None:
    folder = edit(
        "pingtan-2022/applications.csv",
        "8,1,0,0,0,0,9\ndenied_state_secret,1.属于国家秘密,0,0",
        "8,0,0,0,0,0,9\ndenied_state_secret,1.属于国家秘密,0,1",
    )
    found = checks.check(folder).findings
    assert [(one.rule, one.row) for one in found] == [
        ("B-ROWSUM", "partly_granted"),
        ("B-ROWSUM", "denied_state_secret"),
    ]
    assert all("（填到了相邻的一行），有关的 2 处合计就都对上了" in one.message for one in found)


def test_two_digits_of_a_proceedings_total_swapped(edit: Edit) -> None:
    folder = edit("pingtan-2025/proceedings.csv", "行政复议,25,3,8,0,36", "行政复议,25,3,8,0,63")
    assert (
        "第四部分“行政复议”总计一栏：把 63 改成 36（两位数字颠倒了），有关的 1 处合计就对上了"
        in checks.check(folder).findings[0].message
    )


def test_the_year_before_tells_which_figure_broke_the_identity(edit: Edit) -> None:
    folder = edit(
        "pingtan-2022/applications.csv",
        "二、上年结转政府信息公开申请数量,1,0,0,0,0,0,1",
        "二、上年结转政府信息公开申请数量,3,0,0,0,0,0,3",
    )
    found = {(one.rule, one.column): one for one in checks.check(folder).findings}
    assert set(found) == {
        (rule, column) for rule in ("B-IDENT", "X-CARRY") for column in ("natural_person", "total")
    }
    assert "自然人一栏：把 3 改成 1" in found["X-CARRY", "total"].message
    assert "总计一栏：把 3 改成 1" in found["X-CARRY", "total"].message


# A cell already reported ----------------------------------------------------------------------------------------------


def test_what_follows_from_a_reported_cell_is_not_reported_again(edit: Edit) -> None:
    edit("pingtan-2022/overview.md", "共办结{{ total_handled }}件", "共办结75件")
    folder = edit("pingtan-2022/applications.csv", "（七）总计,72,3,0,0,0,0,75", "（七）总计,72,3,0,0,0,0,57")
    assert {one.rule for one in checks.check(folder).findings} == {"B-ROWSUM", "B-RESULT", "B-IDENT"}


def test_a_cell_without_a_figure_breaks_no_sum(edit: Edit) -> None:
    folder = edit("pingtan-2022/applications.csv", "（一）予以公开,21,", "（一）予以公开,无,")
    assert [one.rule for one in checks.check(folder).findings] == ["B-VALUE"]


# Years ----------------------------------------------------------------------------------------------------------------


def test_years_are_followed_as_far_back_as_they_are_linked(edit: Edit, examples: Path) -> None:
    edit("pingtan-2022/disclosure.csv", "现行有效件数,698", "现行有效件数,700")
    found = checks.check(examples / "pingtan-2025").findings
    assert [(one.rule, one.level) for one in found] == [("X-STOCK", "warning"), ("X-STOCK", "info")]
    assert found[1].message.startswith("往年（2022 年度报告）：")
    assert found[1].file is None


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ("../pingtan-2022", "指的是本报告自己"),
        ("../pingtan-2024", "它是 2024 年度的，应是 2021 年度的"),
        ("../pingtan-1999", "这个文件夹读不到"),
        ("../../../..", "这个文件夹读不到"),
    ],
)
def test_previous_must_lead_to_the_year_before(new: str, said: str, edit: Edit) -> None:
    folder = edit("pingtan-2022/report.yml", "previous: ../pingtan-2021", f"previous: {new}")
    (found,) = checks.check(folder).findings
    assert found.rule == "LINK"
    assert said in found.message


def test_years_linked_in_a_ring_end(edit: Edit) -> None:
    folder = edit("pingtan-2021/report.yml", "previous: null", "previous: ../pingtan-2025")
    assert [found.rule for found in checks.check(folder).findings] == ["LINK"]
    assert checks.check(folder.parent / "pingtan-2025").passed


def test_another_organ_as_previous_is_asked_about(edit: Edit) -> None:
    folder = (
        edit("pingtan-2021/report.yml", "organ: 平潭综合实验区\n", "organ: 平潭县人民政府\n").parent
        / "pingtan-2022"
    )
    (found,) = checks.check(folder).findings
    assert "它是“平潭县人民政府”的报告" in found.message


# Levels ---------------------------------------------------------------------------------------------------------------


def test_a_parent_is_held_against_the_children_that_are_known(edit: Edit, examples: Path) -> None:
    edit("pingtan-2025/disclosure.csv", "行政处罚,本年处理决定数量,644", "行政处罚,本年处理决定数量,0")
    found = checks.check(examples / "pingtan-2025").findings
    assert [(one.rule, one.row) for one in found] == [
        ("X-STOCK", "normative_in_force"),
        ("H-BOUND", "penalties"),
    ]
    assert "小于已知 3 个下级之和 1（财政金融局 1），少了 1" in found[1].message


def test_children_of_another_year_do_not_count(edit: Edit, examples: Path) -> None:
    edit("pingtan-finance-2025/report.yml", "parent: ../pingtan-2025", "parent: ../pingtan-2024")
    assert "H-BOUND" not in {one.rule for one in checks.check(examples / "pingtan-2024").findings}
    (found,) = checks.check(examples / "pingtan-finance-2025").findings
    assert found.rule == "LINK"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("complete: true\nfolders: [../nowhere]\n", "下级报告“../nowhere”读不到"),
        ("complete: perhaps\nfolders: []\n", "应有两个键"),
        ("folders: [../pingtan-2021]\n", "应有两个键"),
        ("- 1\n", "应有两个键"),
        ("complete: [\n", "YAML 格式有误"),
    ],
)
def test_a_list_of_children_that_cannot_be_used(text: str, said: str, examples: Path) -> None:
    folder = examples / "pingtan-2022"
    (folder / "children.yml").write_text(text, encoding="utf-8")
    (found,) = checks.check(folder).findings
    assert (found.rule, found.level, found.file) == ("LOAD", "error", "children.yml")
    assert said in found.message


def test_an_incomplete_list_of_children_is_a_bound_only(edit: Edit, examples: Path) -> None:
    shutil.copytree(examples / "pingtan-2022", examples / "part")
    folder = examples / "pingtan-2022"
    (folder / "children.yml").write_text("complete: false\nfolders: [../part]\n", encoding="utf-8")
    edit("pingtan-2022/disclosure.csv", "行政许可,本年处理决定数量,10690", "行政许可,本年处理决定数量,10691")
    assert checks.check(folder).findings == []


@pytest.mark.parametrize(
    ("level", "wrong"), [("county", True), ("township", True), ("prefecture", False), ("province", False)]
)
def test_a_departments_regulations_depend_on_its_parent(level: str, wrong: bool, edit: Edit) -> None:
    edit("pingtan-2025/report.yml", "level: prefecture", f"level: {level}")
    edit("pingtan-2025/disclosure.csv", "规章,现行有效件数,0", "规章,现行有效件数,3")
    folder = edit("pingtan-office-2025/disclosure.csv", "规章,现行有效件数,0", "规章,现行有效件数,3")
    assert ("A-REGULATIONS" in {one.rule for one in checks.check(folder).findings}) is wrong


def test_a_department_without_parent_is_not_judged(edit: Edit) -> None:
    edit("pingtan-office-2025/report.yml", "parent: ../pingtan-2025", "parent: null")
    folder = edit("pingtan-office-2025/disclosure.csv", "规章,现行有效件数,0", "规章,现行有效件数,3")
    assert checks.check(folder).findings == []


# Dates ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "last", "late"),
    [
        ("township", "2023-01-31", "2023-02-01"),
        ("department", "2023-01-31", "2023-02-01"),
        ("county", "2023-02-20", "2023-02-21"),
        ("prefecture", "2023-03-10", "2023-03-11"),
        ("province", "2023-03-31", "2023-04-01"),
    ],
)
def test_the_last_day_of_each_level(level: str, last: str, late: str, edit: Edit) -> None:
    edit("pingtan-2022/report.yml", "level: prefecture", f"level: {level}")
    folder = edit("pingtan-2022/report.yml", "published: 2023-02-20", f"published: {last}")
    assert checks.check(folder).findings == []
    edit("pingtan-2022/report.yml", f"published: {last}", f"published: {late}")
    assert [one.rule for one in checks.check(folder).findings] == ["D-DATE"]


def test_published_before_the_year_was_over(edit: Edit) -> None:
    folder = edit("pingtan-2022/report.yml", "published: 2023-02-20", "published: 2022-02-20")
    (found,) = checks.check(folder).findings
    assert "早于统计期限的最后一天 2022-12-31，请核对年份" in found.message


def test_not_yet_published(edit: Edit) -> None:
    assert (
        checks.check(edit("pingtan-2022/report.yml", "published: 2023-02-20", "published: null")).findings
        == []
    )


@pytest.mark.parametrize(
    ("stated", "blank"),
    [
        ("level: prefecture", "level: null"),
        ("information_fee_yuan: 0", "information_fee_yuan: null"),
        ("  office: ", "  office: ''  # "),
        ("  phone: ", "  phone:  # "),
    ],
)
def test_what_import_left_blank_hides_no_other_finding(stated: str, blank: str, edit: Edit) -> None:
    edit("pingtan-2022/other.md", "未收取信息处理费", "收取信息处理费99999999999元")
    edit(
        "pingtan-2022/proceedings.csv",
        "reconsideration,行政复议,0,1,1,0,2",
        "reconsideration,行政复议,0,1,1,0,3",
    )
    folder = edit("pingtan-2022/report.yml", stated, stated)
    before = {found.rule for found in checks.check(folder).findings}
    assert {"C-SUM", "T-FEE"} <= before
    after = checks.check(edit("pingtan-2022/report.yml", stated, blank)).findings
    (left,) = [found for found in after if found.rule == "LOAD"]
    assert left.file == "report.yml"
    assert before - ({"T-FEE"} if "fee" in stated else set()) <= {found.rule for found in after}
