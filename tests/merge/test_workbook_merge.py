"""A workbook filled from an older state comes back three ways: what the folder changed meanwhile stays."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from conftest import XIAODUKOU

from helpers.report.folder import load
from tests.merge.merge_tools import SAMPLES, contents, merge, run


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, program: Callable[[str], str]) -> Path:
    """The example's workbook, with a figure and a row changed in LibreOffice, which computes the totals."""
    work = tmp_path_factory.mktemp("workbook")
    assert run("workbook", str(XIAODUKOU), "--out", str(work / "report.xlsx")).code == 0
    book = openpyxl.load_workbook(work / "report.xlsx")
    (cell,) = (cell for row in book["主动公开"].iter_rows() for cell in row if cell.value == 403)
    cell.value = 405
    received = next(
        row
        for row in book["依申请公开"].iter_rows()
        if any(str(cell.value).startswith("一、本年新收") for cell in row)
    )
    for one in [cell for cell in received if cell.value == 0][:2]:
        one.value = 2
    rows = (row for sheet in book for row in sheet.iter_rows(max_col=2))
    words = next(row[1] for row in rows if row[0].value == "problems" and row[1].value)
    words.value = "换了一句话。"
    book.save(work / "report.xlsx")
    profile = f"-env:UserInstallation={(work / 'profile').as_uri()}"
    command = [
        program("soffice"),
        "--headless",
        profile,
        "--convert-to",
        "xlsx",
        "--outdir",
        str(work / "saved"),
    ]
    subprocess.run([*command, str(work / "report.xlsx")], capture_output=True, check=True, timeout=300)
    return work / "saved" / "report.xlsx"


def set_figure(folder: Path, old: str, new: str) -> None:
    path = folder / "disclosure.csv"
    text = path.read_text("utf-8-sig")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8-sig")


@pytest.mark.parametrize("folder", SAMPLES[::3], ids=lambda one: one.name)
def test_an_unfilled_workbook_changes_nothing(folder: Path, tmp_path: Path) -> None:
    assert run("workbook", str(folder), "--out", str(tmp_path / "a.xlsx")).code == 0
    before = contents(folder)
    done = merge(tmp_path / "a.xlsx", folder, "--json")
    assert (done.code, done.json["changed_files"], done.json["marks"]) == (0, [], "kept")
    assert not any(".md 不一样" in one for one in done.json["untaken"])
    assert contents(folder) == before


def test_words_changed_in_a_workbook_are_told(filled: Path, folder: Path) -> None:
    done = merge(filled, folder, "--json")
    assert [one for one in done.json["untaken"] if "problems.md 不一样" in one], done.json
    assert "换了一句话" not in (folder / "problems.md").read_text("utf-8")


def test_both_sides_are_merged(filled: Path, folder: Path) -> None:
    set_figure(folder, "本年处理决定数量,18", "本年处理决定数量,19")
    done = merge(filled, folder, "--json")
    assert done.code == 0, done.out
    report = load(folder)
    assert report.figure("disclosure", "licensing") == 405
    assert report.figure("disclosure", "penalties") == 19
    assert report.figure("applications", "new_received", "total") == 4
    assert merge(filled, folder, "--json").json["changed_files"] == []
    assert run("compare", str(folder), str(filled)).code == 0


def test_a_conflict_is_asked(filled: Path, folder: Path) -> None:
    set_figure(folder, "本年处理决定数量,403", "本年处理决定数量,404")
    before = contents(folder)
    done = merge(filled, folder, "--json")
    assert (done.code, [one["key"] for one in done.json["questions"]]) == (1, ["disclosure.licensing.value"])
    assert contents(folder) == before
    assert merge(filled, folder, "--decide", "all=folder").code == 0
    assert load(folder).figure("disclosure", "licensing") == 404


def test_totals_that_the_csv_leaves_blank_stay_blank(filled: Path, folder: Path) -> None:
    path = folder / "applications.csv"
    path.write_text(
        path.read_text("utf-8-sig").replace("申请数量,0,0,0,0,0,0,0", "申请数量,0,0,0,0,0,0,"),
        encoding="utf-8-sig",
    )
    assert merge(filled, folder).code == 0
    assert "数量,2,2,0,0,0,0,\n" in path.read_text("utf-8-sig")


def test_a_workbook_that_says_nothing_of_its_source_is_asked_about(
    filled: Path, folder: Path, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(filled, data_only=True)
    del book["来源"]
    book.save(tmp_path / "old.xlsx")
    done = merge(tmp_path / "old.xlsx", folder, "--json")
    assert (done.code, done.json["marks"]) == (1, "lost")
    assert "disclosure.licensing.value" in {one["key"] for one in done.json["questions"]}


def test_another_reports_or_a_broken_workbook_is_refused(filled: Path, folder: Path, tmp_path: Path) -> None:
    assert merge(filled, SAMPLES[0], "--dry-run").code == 2
    (tmp_path / "cut.xlsx").write_bytes(filled.read_bytes()[:3000])
    assert merge(tmp_path / "cut.xlsx", folder).code == 2
