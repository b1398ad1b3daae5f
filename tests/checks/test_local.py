"""A local notice is one file to drop in: check, new and the workbook follow it, and a wrong one is told by file and line."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from published import ROOT, copy_project

from helpers import checks
from helpers.files.yaml_text import read_yaml
from helpers.report.local_addenda import addendum, names

Edit = Callable[[str, str, str], Path]

NOTICE = """region: 某市
notice:
  name: 某市关于年度报告的通知
  number: 某政办〔2024〕9号
  source: 测试
years: [2024, 2025]
facts:
  - {key: website, topic: 主动公开, name: 网站发布的数量, words: [网站], units: [条]}
  - {key: media, topic: 主动公开, name: 新媒体发布的数量, words: [新媒体, 公众号], units: [条]}
  - {key: gazette, topic: 政府信息公开平台建设, name: 公报的期数, words: [公报], units: [期]}
  - {key: corner, topic: 监督保障, name: 查阅点的设立情况, words: [查阅点]}
deadlines:
  township: 01-15
items:
  - {key: proposals, name: 建议提案的公开情况, words: [提案]}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project into which somebody has dropped a notice."""
    place = tmp_path_factory.mktemp("project") / "p"
    copy_project(place)
    (place / "data" / "form" / "local" / "moushi.yml").write_text(NOTICE, encoding="utf-8")
    return place


def run(project: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "helpers", *map(str, arguments)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)


def following(project: Path, tmp_path: Path, *more: str, local: str = "moushi") -> Path:
    """A copy of the example that follows a notice."""
    folder = Path(shutil.copytree(project / "data" / "xiaodukou-2024", tmp_path / "r"))
    with (folder / "report.yml").open("a", encoding="utf-8") as stream:
        stream.write("\n".join([f"local: {local}", *more]) + "\n")
    return folder


def found(project: Path, folder: Path) -> list[dict[str, Any]]:
    (verdict,) = json.loads(run(project, "check", folder, "--json").stdout)
    return list(verdict["findings"])


def test_check_follows_a_notice_that_was_dropped_in(project: Path, tmp_path: Path) -> None:
    folder = following(project, tmp_path)
    settings = folder / "report.yml"
    settings.write_text(
        settings.read_text("utf-8").replace("published: null", "published: 2025-01-20"), "utf-8"
    )
    listed = [(one["rule"], one["level"], one["expected"]) for one in found(project, folder)]
    assert listed == [
        ("D-DATE", "warning", "不晚于 2025-01-15"),
        *(
            ("P-FACT", "warning", name)
            for name in (
                "网站发布的数量（单位：条）",
                "新媒体发布的数量（单位：条）",
                "公报的期数（单位：期）",
                "查阅点的设立情况",
            )
        ),
        ("P-ITEM", "warning", "建议提案的公开情况"),
    ]
    with (folder / "overview.md").open("a", encoding="utf-8") as stream:
        stream.write("\n网站发布9条，公众号发布3条。没有公报。查阅点照常开放。\n")
    with (folder / "other.md").open("a", encoding="utf-8") as stream:
        stream.write("\n没有承办提案。\n")
    assert [one["rule"] for one in found(project, folder)] == ["D-DATE"]


def test_an_unknown_name_is_refused_with_the_nearest(project: Path, tmp_path: Path) -> None:
    folder = following(project, tmp_path, local="moushii")
    (one,) = found(project, folder)
    assert (one["rule"], one["level"], one["file"], one["line"]) == ("LOAD", "error", "report.yml", 15)
    assert "没有“moushii”这个地方的补充要求，是不是“moushi”？" in one["message"]


@pytest.mark.parametrize("name", ["../rules", "/etc/passwd", "a\\tb", "moushi.yml", "."])
def test_a_name_is_no_path(name: str, edit: Edit) -> None:
    folder = edit("xiaodukou-2024/report.yml", "parent: null\n", f"parent: null\nlocal: {json.dumps(name)}\n")
    (one,) = checks.check(folder).findings
    assert one.rule == "LOAD"
    assert "地方的补充要求" in one.message


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("years: [2024, 2025]", "years: 2024", 6, "years（适用的报告年度）写的是“2024”，应是几行“- 值”"),
        ("topic: 监督保障", "topic: 监督", 11, "应是下列之一：主动公开、"),
        ("key: media", "key: website", 9, "键“website”写了两次"),
        ("township: 01-15", "township: 1月15日", 13, "公布时限写的是“1月15日”，应是月-日"),
        ("township: 01-15", "village: 01-15", 13, "不认识“village”"),
        ("  number: 某政办〔2024〕9号\n", "", 2, "缺少 number（文号）"),
        ("region: 某市", "region: [某市", None, "YAML 格式有误"),
        ("words: [提案]", "words: []", 15, "至少 1 项"),
    ],
)
def test_a_wrong_notice_is_told_by_file_and_line(
    old: str, new: str, line: int | None, said: str, edit: Edit, notices: Path
) -> None:
    assert NOTICE.count(old) == 1
    (notices / "wrong.yml").write_text(NOTICE.replace(old, new), encoding="utf-8")
    folder = edit("xiaodukou-2024/report.yml", "parent: null\n", "parent: null\nlocal: wrong\n")
    (one,) = checks.check(folder).findings
    assert (one.rule, one.file, one.line) == ("LOAD", "report.yml", 13)
    assert f"data/form/local/wrong.yml{f' 第 {line} 行' if line else ''}" in one.message
    assert said in one.message


def test_new_and_the_workbook_follow_it(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "town-2025"
    begin = ("new", folder, "--organ", "某镇人民政府", "--level", "township", "--year", "2025")
    done = run(project, *begin, "--local", "moushi")
    assert done.returncode == 0, done.stderr
    assert "要求 2026-01-15 前公布" in done.stderr
    assert "<!-- 地方要求（某政办〔2024〕9号）：写明网站发布的数量（单位：条）；新媒体" in (
        folder / "overview.md"
    ).read_text("utf-8")
    assert "写明建议提案的公开情况 -->" in (folder / "other.md").read_text("utf-8")
    book = tmp_path / "book.xlsx"
    assert run(project, "workbook", folder, "--out", book).returncode == 0
    again = tmp_path / "b" / "town-2025"
    done = run(project, "import", book, "--out", again)
    assert done.returncode == 0
    assert "没有读准" not in done.stderr, "the sheet of demands is the workbook's own"
    assert read_yaml(again / "report.yml").value == read_yaml(folder / "report.yml").value
    assert (again / "overview.md").read_bytes() == (folder / "overview.md").read_bytes()
    import openpyxl

    sheet = openpyxl.load_workbook(book)["地方要求"]
    assert [cell.value for cell in sheet["B"]][1:] == [
        "网站发布的数量（单位：条）",
        "新媒体发布的数量（单位：条）",
        "公报的期数（单位：期）",
        "查阅点的设立情况",
        "建议提案的公开情况",
        "2026-01-15 前",
    ]


def test_new_takes_last_years_notice_only_if_it_is_on_this_year(project: Path, tmp_path: Path) -> None:
    last = following(project, tmp_path)
    begin = ("--organ", "澧县小渡口镇人民政府", "--level", "township", "--from", last)
    assert run(project, "new", tmp_path / "next", *begin, "--year", "2025").returncode == 0
    assert "local: moushi" in (tmp_path / "next" / "report.yml").read_text("utf-8")
    settings = last / "report.yml"
    settings.write_text(settings.read_text("utf-8").replace("year: 2024", "year: 2025"), "utf-8")
    done = run(project, "new", tmp_path / "later", *begin, "--year", "2026")
    assert done.returncode == 0
    assert "上年的 local（moushi）不适用于本年度" in done.stderr
    assert "local" not in (tmp_path / "later" / "report.yml").read_text("utf-8")
    refused = run(project, "new", tmp_path / "never", *begin, "--year", "2026", "--local", "moushi")
    assert refused.returncode == 2
    assert "适用于 2024、2025 年度，不是 2026 年度的" in refused.stderr
    assert not (tmp_path / "never").exists()


SAID = {
    "网站发布118条，公众号发布294条，公报出版4期。查阅点2处。": "",
    "网站、公众号发布412条。": "website media gazette corner",
    "网站和新媒体共发布412条，其中网站118条、公众号294条。": "gazette corner",
    "出版4期公报，发布118条网站信息。": "media corner",
    "网站改版2次，发布118条。": "media gazette corner",
    "网站照常维护。": "website media gazette corner",
    "没有网站和公众号，公报未出版，查阅点未设立。": "",
    "网站发布一百二十条，公众号发布1.2万余条。": "gazette corner",
    "公报发布4条。": "website media gazette corner",
}


@pytest.mark.parametrize(("text", "missing"), SAID.items())
def test_what_a_sentence_states(text: str, missing: str, edit: Edit, notices: Path) -> None:
    """A number belongs to one channel; a number for several at once is of none of them; none is a statement too."""
    (notices / "moushi.yml").write_text(NOTICE.replace("[网站]", "[网站, 门户]"), encoding="utf-8")
    folder = edit("xiaodukou-2024/report.yml", "parent: null\n", "parent: null\nlocal: moushi\n")
    with (folder / "overview.md").open("a", encoding="utf-8") as stream:
        stream.write(f"\n{text}\n")
    asked = {str(fact): fact.key for fact in addendum("moushi").facts}
    said = [asked[one.expected or ""] for one in checks.check(folder).findings if one.rule == "P-FACT"]
    assert said == missing.split()


def test_a_word_of_two_facts_is_told_by_its_unit(edit: Edit, notices: Path) -> None:
    (notices / "moushi.yml").write_text(
        NOTICE.replace("[新媒体, 公众号]", "[新媒体, 公报]"), encoding="utf-8"
    )
    folder = edit("xiaodukou-2024/report.yml", "parent: null\n", "parent: null\nlocal: moushi\n")
    with (folder / "overview.md").open("a", encoding="utf-8") as stream:
        stream.write("\n公报刊登4条，网站发布5条。\n")
    asked = {str(fact): fact.key for fact in addendum("moushi").facts}
    said = [asked[one.expected or ""] for one in checks.check(folder).findings if one.rule == "P-FACT"]
    assert said == ["gazette", "corner"]


def test_every_notice_that_is_shipped_can_be_used() -> None:
    assert names() == sorted(path.stem for path in (ROOT / "data" / "form" / "local").iterdir())
    for name in names():
        read = addendum(name)
        assert read.notice["source"].startswith("https://")
        assert len({fact.key for fact in (*read.facts, *read.items)}) == len((*read.facts, *read.items))
