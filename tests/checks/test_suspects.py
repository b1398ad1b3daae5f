"""Which cell is wrong: mistakes planted in reports are named among the first three proposals; the command shows them."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.planted import named, planted
from helpers import checks
from helpers.checks.display import page
from helpers.report.form import FORM

Edit = Callable[[str, str, str], Path]
ROOT = Path(__file__).resolve().parents[2]


def check(folder: Path) -> tuple[dict[str, Any], str]:
    """Verdict of the command as JSON, and what people read."""
    command = [sys.executable, "-m", "helpers", "check", str(folder)]
    as_json = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
    people = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert as_json.returncode == people.returncode == 1
    (verdict,) = json.loads(as_json.stdout)
    return verdict, people.stderr


def proposals(folder: Path) -> list[list[dict[tuple[str, str], str]]]:
    """What the checks propose: a list of proposals a trouble, each the figure by row and column."""
    return [
        [
            {(one["row"], one["column"]): one["proposed"] for one in suspect.changes}
            for suspect in hint.suspects
        ]
        for hint in checks.check(folder).hints
    ]


def test_planted_mistakes_are_among_the_first_three() -> None:
    said = [all(named(case)) for case in planted(200, seed=7)]
    assert sum(said) >= 0.9 * len(said)


def test_the_command_ranks_what_may_be_wrong(edit: Edit) -> None:
    folder = edit("pingtan-2025/proceedings.csv", "行政复议,25,3,8,0,36", "行政复议,25,3,8,0,37")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    verdict, shown = check(folder)
    (suspect,) = verdict["suspects"]
    assert suspect["fails"] == [
        {"rule": "C-SUM", "table": "proceedings", "row": "reconsideration", "column": "total"}
    ]
    first, second, third = suspect["proposals"]
    assert first["changes"] == [
        {
            "table": "proceedings",
            "file": "proceedings.csv",
            "line": 2,
            "row": "reconsideration",
            "column": "total",
            "actual": "37",
            "proposed": "36",
        }
    ]
    assert "总计一栏：把 37 改成 36" in first["message"]
    assert first["message"] in verdict["findings"][0]["message"]
    assert "可能错在哪一格" in shown
    for number, proposal in enumerate((first, second, third), 1):
        assert f"{number}  {proposal['message']}" in shown
        assert f"<li>{proposal['message']}</li>" in page([checks.check(folder)])
    assert {path: path.read_bytes() for path in folder.iterdir()} == before, "a hint is never applied"


def test_nothing_is_proposed_where_everything_agrees(examples: Path) -> None:
    for folder in examples.iterdir():
        assert checks.check(folder).hints == ()


def test_two_mistakes_are_told_apart(edit: Edit) -> None:
    edit("pingtan-2022/applications.csv", "1.本机关不掌握相关政府信息,37,", "1.本机关不掌握相关政府信息,73,")
    folder = edit("pingtan-2022/applications.csv", "其他情形）,8,1,", "其他情形）,8,10,")
    assert sorted(proposals(folder), key=str) == [
        [{("partly_granted", "business"): "1"}],
        [{("unable_not_held", "natural_person"): "37"}],
    ]


def test_two_mistakes_in_one_sum_are_mended_together(edit: Edit) -> None:
    edit("pingtan-2022/applications.csv", "1.本机关不掌握相关政府信息,37,", "1.本机关不掌握相关政府信息,73,")
    folder = edit("pingtan-2022/applications.csv", "（一）予以公开,21,", "（一）予以公开,2,")
    assert proposals(folder) == [
        [{("granted", "natural_person"): "21", ("unable_not_held", "natural_person"): "37"}]
    ]


def test_a_figure_in_the_neighbouring_column(edit: Edit) -> None:
    folder = edit("pingtan-2022/applications.csv", "（一）予以公开,21,0,", "（一）予以公开,0,21,")
    first = proposals(folder)[0][0]
    assert first == {("granted", "natural_person"): "21", ("granted", "business"): "0"}
    assert "填到了相邻的一栏" in checks.check(folder).findings[0].message


def test_a_total_left_blank_is_not_accused(edit: Edit) -> None:
    """A blank total follows the wrong figure; the sums that it stands in tell of that figure, never of the total."""
    edit("pingtan-2022/applications.csv", "（七）总计,72,3,0,0,0,0,75", "（七）总计,,,,,,,")
    folder = edit(
        "pingtan-2022/applications.csv", "1.本机关不掌握相关政府信息,37,", "1.本机关不掌握相关政府信息,73,"
    )
    assert proposals(folder)[0][0] == {("unable_not_held", "natural_person"): "37"}


def test_last_year_tells_which_figure_it_is(edit: Edit) -> None:
    folder = edit(
        "pingtan-2022/applications.csv",
        "二、上年结转政府信息公开申请数量,1,0,0,0,0,0,1",
        "二、上年结转政府信息公开申请数量,3,0,0,0,0,0,3",
    )
    assert proposals(folder) == [[{("carried_over", "natural_person"): "1", ("carried_over", "total"): "1"}]]


def test_the_prose_tells_which_figure_it_is(edit: Edit) -> None:
    edit("pingtan-2025/proceedings.csv", "行政复议,25,3,8,0,36", "行政复议,25,3,8,5,36")
    folder = edit(
        "pingtan-2025/overview.md",
        "（二）依申请公开\n",
        "（二）依申请公开\n\n因政府信息公开引发行政复议41件。\n",
    )
    first = proposals(folder)[0][0]
    assert first == {("reconsideration", "total"): "41"}


def test_swapped_documents_in_force(edit: Edit) -> None:
    folder = edit("pingtan-2022/disclosure.csv", "现行有效件数,698", "现行有效件数,689")
    found = checks.check(folder).findings
    assert [one.rule for one in found] == ["X-STOCK"]
    assert "把 689 改成 698（两位数字颠倒了）" in found[0].message


def test_an_explained_stock_is_not_doubted(edit: Edit) -> None:
    edit("pingtan-2022/report.yml", "explanations: {}", "explanations: {X-STOCK: 机构划转}")
    folder = edit("pingtan-2022/disclosure.csv", "现行有效件数,698", "现行有效件数,689")
    assert checks.check(folder).hints == ()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("share", [0.05, 0.3, 1.0])
def test_a_folder_wrong_everywhere_is_still_judged(seed: int, share: float, examples: Path) -> None:
    chance = random.Random(f"{seed} {share}")
    folder = examples / "pingtan-2025"
    for name in ("applications", "proceedings"):
        path = folder / f"{name}.csv"
        head, *lines = path.read_text(encoding="utf-8-sig").splitlines()
        labels = len(FORM.tables[name].label_columns) + 1
        rows = [
            ",".join(
                cell
                if at < labels or chance.random() > share
                else str(chance.randrange(10 ** chance.randrange(16)))
                for at, cell in enumerate(line.split(","))
            )
            for line in lines
        ]
        path.write_text(os.linesep.join([head, *rows]), encoding="utf-8")
    verdict = checks.check(folder)
    assert not verdict.passed
    assert "INTERNAL" not in {found.rule for found in verdict.findings}
