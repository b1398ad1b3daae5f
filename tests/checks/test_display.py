"""Verdicts as people and scripts get them: on a terminal, in a pipe, as JSON, as a page; one folder or many."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from helpers import checks
from helpers.checks.display import page, run, summary
from helpers.report.folder import InvalidReport

Edit = Callable[[str, str, str], Path]
ROOT = Path(__file__).resolve().parents[2]
KEYS = {"rule", "level", "table", "file", "line", "row", "column", "expected", "actual", "message", "basis"}


@pytest.fixture
def wrong(edit: Edit) -> Path:
    """A folder with an error, a warning and an explained warning."""
    edit("pingtan-2024/problems.md", "二是让解读", "三是让解读")
    return edit("pingtan-2024/proceedings.csv", "行政复议,2,13,1,7,23", "行政复议,2,13,1,7,32")


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "helpers", "check", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_folders_checked_together_are_held_against_each_other(edit: Edit) -> None:
    first = edit("xiaodukou-2024/problems.md", "局限性大", "局限性也大")
    second = Path(shutil.copytree(first, first.parent / "zz"))
    settings = (second / "report.yml").read_text(encoding="utf-8").replace("小渡口", "官垸")
    for explanation, level in (("{}", "warning"), ("\n  W-COPIED: 两镇合署办公", "info")):
        text = settings.replace("explanations: {}", f"explanations: {explanation}")
        (second / "report.yml").write_text(text, encoding="utf-8")
        one, other = json.loads(command(first, second, "--json").stdout)
        assert one["findings"] == []
        (found,) = other["findings"]
        assert (found["rule"], found["level"]) == ("W-COPIED", level)
        assert "“官垸镇”的“一、总体情况”有 100% 的内容与“小渡口镇”的相同" in found["message"]


# JSON -----------------------------------------------------------------------------------------------------------------


def test_json_has_the_agreed_shape(wrong: Path) -> None:
    done = command(wrong, wrong.parent / "pingtan-2022", "--json")
    assert done.returncode == 1
    first, second = json.loads(done.stdout)
    assert list(first) == [
        "report",
        "organ",
        "year",
        "passed",
        "counts",
        "findings",
        "suspects",
    ]
    assert (first["report"], first["organ"], first["year"], first["passed"]) == (
        str(wrong),
        "平潭综合实验区",
        2024,
        False,
    )
    assert list(first["counts"]) == ["error", "warning", "info"]
    assert all(set(finding) == KEYS for finding in first["findings"])
    levels = [finding["level"] for finding in first["findings"]]
    assert first["counts"] == {level: levels.count(level) for level in ("error", "warning", "info")}
    assert (second["passed"], second["findings"]) == (True, [])


def test_a_folder_that_cannot_be_loaded_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = command(tmp_path / "nowhere", tmp_path / "empty", "--json")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for verdict in json.loads(done.stdout):
        assert (verdict["organ"], verdict["year"], verdict["passed"]) == (None, None, False)
        assert {finding["rule"] for finding in verdict["findings"]} == {"LOAD"}


# For people -----------------------------------------------------------------------------------------------------------


def test_people_read_the_verdict_on_stderr(wrong: Path) -> None:
    done = command(wrong)
    assert (done.returncode, done.stdout) == (1, "")
    assert "\x1b" not in done.stderr
    lines = done.stderr.splitlines()
    assert lines[0].startswith(
        f"平潭综合实验区 2024 年度（{wrong}）：不通过，有 1 条错误、1 条警告、2 条提示（其中 1 条已说明）"
    )
    assert "  错误 C-SUM  proceedings.csv、第 2 行" in lines
    assert any("第四部分“行政复议”总计一栏填 32，四种结果之和为 23" in line for line in lines)
    assert "     依据：统一格式第四部分（表内关系）" in lines
    assert lines[-1] == "共 1 份报告：通过 0 份，不通过 1 份；错误 1，警告 1，提示 2。"


def test_a_clean_report_says_what_was_verified(capsys: pytest.CaptureFixture[str], examples: Path) -> None:
    assert run([examples / "pingtan-2022"]) == 0
    said = capsys.readouterr().err
    assert "通过，核对了 200 个数、42 处合计、正文里" in said
    assert "1 个往年，没有发现问题" in said


def test_a_warning_does_not_fail(examples: Path) -> None:
    assert run([examples / "pingtan-2025"]) == 0


def test_the_page_stands_alone(wrong: Path) -> None:
    html = page([checks.check(wrong), checks.check(wrong.parent / "pingtan-2022")])
    assert html.startswith("<!DOCTYPE html>")
    assert '<html lang="zh-CN">' in html
    tags = list(_tags(html))
    assert not {"script", "iframe", "img", "link"} & {tag for tag, _ in tags}
    assert not [
        value
        for _, attributes in tags
        for value in attributes.values()
        if value and value.startswith(("http", "//"))
    ]
    assert "@import" not in html and "url(" not in html
    assert [tag for tag, _ in tags].count("h1") == 1
    identifiers = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    assert all(attributes.get("scope") == "col" for tag, attributes in tags if tag == "th")
    assert "四种结果之和为 23" in html and "没有发现问题" in html


def test_what_a_folder_holds_is_text_on_the_page(edit: Edit) -> None:
    folder = edit("pingtan-2022/report.yml", "organ: 平潭综合实验区", "organ: <script>alert(1)</script>")
    edit("pingtan-2022/applications.csv", "（一）予以公开,21,", "（一）予以公开,<b>21</b>,")
    html = page([checks.check(folder)])
    assert "<script" not in html and "<b>21" not in html
    assert "&lt;b&gt;21&lt;/b&gt;" in html


def _tags(html: str) -> Iterator[tuple[str, dict[str, str | None]]]:
    found: list[tuple[str, dict[str, str | None]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: found.append((tag, dict(attributes)))  # type: ignore[method-assign]
    parser.feed(html)
    return iter(found)


# Explanations ---------------------------------------------------------------------------------------------------------


def test_an_explained_warning_counts_no_more_and_shows_its_text(edit: Edit) -> None:
    folder = edit(
        "pingtan-2025/report.yml", "explanations: {}", "explanations:\n  X-STOCK: 机构划转带来 93 件。"
    )
    verdict = checks.check(folder)
    assert (verdict.counts, verdict.explained, verdict.passed) == (
        {"error": 0, "warning": 0, "info": 1},
        1,
        True,
    )
    assert verdict.findings[0].message.endswith("（已说明：机构划转带来 93 件。）")


def test_an_error_cannot_be_explained_away(edit: Edit) -> None:
    edit("pingtan-2022/report.yml", "explanations: {}", "explanations:\n  C-SUM: 系统原因。")
    folder = edit("pingtan-2022/proceedings.csv", "行政复议,0,1,1,0,2", "行政复议,0,1,1,0,3")
    verdict = checks.check(folder)
    assert (verdict.counts["error"], verdict.explained, verdict.passed) == (1, 0, False)
    assert "错误不能用 explanations 里的说明代替" in verdict.findings[0].message


# Before rendering -----------------------------------------------------------------------------------------------------


def test_require_gives_the_report_or_every_error(wrong: Path, edit: Edit) -> None:
    assert checks.check(wrong.parent / "pingtan-2022").release().year == 2022
    edit("pingtan-2024/report.yml", "published: 2025-03-10", "published: 2025-03-11")
    with pytest.raises(InvalidReport) as caught:
        checks.check(wrong).release()
    assert [found.rule for found in caught.value.findings] == ["D-DATE", "C-SUM"]


def test_force_accepts_errors_but_not_what_cannot_be_loaded(wrong: Path, edit: Edit) -> None:
    assert checks.check(wrong).release(force=True).year == 2024
    edit("pingtan-2024/applications.csv", "（一）予以公开,71,", "（一）予以公开,无,")
    with pytest.raises(InvalidReport) as caught:
        checks.check(wrong).release(force=True)
    assert [found.rule for found in caught.value.findings] == ["B-VALUE"]


# Many -----------------------------------------------------------------------------------------------------------------


def test_many_folders_over_all_cores_are_as_one_by_one(wrong: Path) -> None:
    folders = sorted(wrong.parent.iterdir()) * 12
    done: list[int] = []
    verdicts = list(checks.check_many(folders, workers=2, progress=done.append))
    assert done == list(range(1, len(folders) + 1))
    assert [verdict.folder for verdict in verdicts] == folders
    alone = {folder: checks.check(folder).to_json() for folder in set(folders)}
    assert [verdict.to_json() for verdict in verdicts] == [alone[folder] for folder in folders]
    assert summary(verdicts).startswith(
        f"共 {len(folders)} 份报告：通过 {len(folders) - 12} 份，不通过 12 份；"
    )


def test_a_bar_on_a_terminal_and_none_in_a_pipe(wrong: Path) -> None:
    pty = pytest.importorskip("pty", reason="needs a Unix terminal") if os.name == "nt" else __import__("pty")
    folders = [str(folder) for folder in sorted(wrong.parent.iterdir())]
    program = [sys.executable, "-m", "helpers", "check", *folders]
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(program, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    try:
        while block := os.read(ours, 65536):
            shown += block
    except OSError:
        pass  # Linux says so when the other end closes
    process.wait()
    os.close(ours)
    assert "正在检查" in shown.decode()
    assert "正在检查" not in command(*folders).stderr


def test_changed_files_are_read_again(edit: Edit) -> None:
    folder = edit("pingtan-2022/proceedings.csv", "行政复议,0,1,1,0,2", "行政复议,0,1,1,0,3")
    assert not checks.check(folder).passed
    edit("pingtan-2022/proceedings.csv", "行政复议,0,1,1,0,3", "行政复议,0,1,1,0,2")
    assert checks.check(folder).passed
