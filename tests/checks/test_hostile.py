"""Whatever stands in a folder, checking it ends with findings and never with an exception."""

import tempfile
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import checks

ROOT = Path(__file__).resolve().parents[2]
FILES = [
    "report.yml",
    "disclosure.csv",
    "applications.csv",
    "proceedings.csv",
    "overview.md",
    "problems.md",
    "other.md",
    "children.yml",
]

# Words of the claims' grammar in any order, so that prose gets deep into it.
WORDS = """
2024年 2023年 全区 共 新收 收到 受理 办结 答复 政府信息公开申请 218 ３．５ 九百零 一 0 件 起 % 万 余 ， 、 （ ） 。 ： 其中 自然人 商业企业
予以公开 部分公开 不予公开 占 比上年 同比 增长 减少 结转下年度 上年结转 行政复议 行政诉讼 维持 因政府信息公开 未发生 信息处理费 元 未收取
制发 行政规范性文件 现行有效 一是 三是
"""
prose = st.lists(st.sampled_from(WORDS.split()), max_size=60).map("".join)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    file=st.sampled_from(FILES),
    content=st.binary(max_size=300) | st.text(max_size=300).map(str.encode) | prose.map(str.encode),
)
def test_any_content_of_any_file(file: str, content: bytes) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(copytree(ROOT / "data" / "pingtan-2021", Path(place) / "report"))
        (folder / file).write_bytes(content)
        verdict = checks.check(folder)
        assert verdict.passed is not any(found.level == "error" for found in verdict.findings)
        verdict.to_json()


@settings(max_examples=150, deadline=None)
@given(text=prose)
def test_any_prose_made_of_known_words(text: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(copytree(ROOT / "data" / "pingtan-2021", Path(place) / "report"))
        for file in ("overview.md", "problems.md", "other.md"):
            (folder / file).write_text(text, encoding="utf-8")
        checks.check(folder)


@pytest.mark.parametrize(
    "link", ['"a\\0b"', "x" * 5000, "../../../../../../etc/passwd", "report.yml", ".", '""', "/", "~"]
)
@pytest.mark.parametrize("key", ["previous", "parent"])
def test_links_to_anything(key: str, link: str, examples: Path) -> None:
    folder = examples / "pingtan-2021"
    settings = folder / "report.yml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace(f"{key}: null", f"{key}: {link}"), encoding="utf-8"
    )
    found = checks.check(folder).findings
    # A bare ~ is YAML's null; what no path can be is refused where it stands.
    rules = {"~": [], '"a\\0b"': ["LOAD"], "x" * 5000: ["LOAD"]}
    assert [one.rule for one in found] == rules.get(link, ["LINK"])


@pytest.mark.parametrize("child", ['"a\\0b"', "x" * 5000, ".", "../pingtan-2021"])
def test_children_that_are_none(child: str, examples: Path) -> None:
    folder = examples / "pingtan-2021"
    (folder / "children.yml").write_text(f"complete: true\nfolders: [{child}]\n", encoding="utf-8")
    assert [one.rule for one in checks.check(folder).findings] == ["LOAD"]


def test_a_number_of_many_digits_is_no_claim(examples: Path) -> None:
    folder = examples / "pingtan-2021"
    (folder / "other.md").write_text(
        f"收到政府信息公开申请{'9' * 400}件，占{'9' * 400}%。未收取信息处理费。", encoding="utf-8"
    )
    assert checks.check(folder).findings == []


def test_a_file_as_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert [one.rule for one in checks.check(tmp_path / "file").findings] == ["LOAD"]


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_a_name_no_folder_can_have(name: str) -> None:
    assert [one.rule for one in checks.check(name).findings] == ["LOAD"]


@pytest.mark.parametrize(
    "word", ["共计", "另有", "各级各部门", "申请", "信息公开申请", "总数", "三是", "(", "1、", "《", "2024年"]
)
def test_a_word_said_very_often_takes_no_time(word: str, examples: Path) -> None:
    """Patterns that try every way to split a run of words would not come to an end here."""
    folder = examples / "pingtan-2021"
    for start in ("收到政府信息公开申请", "因", "予以公开3件，占", ""):
        (folder / "problems.md").write_text(f"{start}{word * 3000}3件多。", encoding="utf-8")
        checks.check(folder)
