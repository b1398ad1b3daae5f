"""Files that lost our marks: what is left is used, the folder and the file are held against each other by text, and more is asked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import XIAODUKOU
from docx import Document

from helpers.report.folder import load
from tests.merge.merge_tools import SAMPLES, contents, merge
from tests.merge.word_edits import WordFile


@pytest.fixture
def file(word: Callable[[Path], Path]) -> WordFile:
    """The example's Word file with a figure, a sentence and a paragraph changed."""
    file = WordFile(word(XIAODUKOU))
    file.set_figure("disclosure_7", "405")
    file.type_over(file.paragraph("妥善处理"), "妥善处理公开与", "稳妥处理公开和")
    file.add_after(file.paragraph("积极参加"), "新的一段。")
    return file


@pytest.mark.parametrize("part", [True, False])
@pytest.mark.parametrize("folder", SAMPLES[::4], ids=lambda one: one.name)
def test_an_unedited_file_changes_nothing(
    folder: Path, part: bool, word: Callable[[Path], Path], tmp_path: Path
) -> None:
    file = WordFile(word(folder))
    file.lose_marks(part=part)
    before = contents(folder)
    done = merge(file.save(tmp_path / "lost.docx"), folder, "--dry-run", "--json")
    assert (done.code, done.json["changed_files"], done.json["marks"]) == (
        0,
        [],
        "lost" if part else "partly",
    )
    assert contents(folder) == before


def test_without_bookmarks_the_base_still_tells_what_was_changed(
    folder: Path, file: WordFile, tmp_path: Path
) -> None:
    file.lose_marks(part=False)
    overview = folder / "overview.md"
    overview.write_text(overview.read_text("utf-8").replace("提升发布质量", "提高发布质量"), encoding="utf-8")
    done = merge(file.save(tmp_path / "lost.docx"), folder)
    assert done.code == 0, done.out
    assert "标记不全" in done.out
    text = overview.read_text("utf-8")
    assert "稳妥处理公开和" in text
    assert "提高发布质量" in text
    assert text.endswith("新的一段。\n")
    assert load(folder).figure("disclosure", "licensing") == 405


def test_without_any_mark_every_difference_is_asked(folder: Path, file: WordFile, tmp_path: Path) -> None:
    file.lose_marks()
    path, before = file.save(tmp_path / "lost.docx"), contents(folder)
    done = merge(path, folder, "--json")
    keys = {one["key"] for one in done.json["questions"]}
    assert done.code == 1
    assert {"disclosure.licensing.value", "overview.6"} < keys
    assert len(keys) == 3
    assert contents(folder) == before
    assert merge(path, folder, "--decide", "all=folder").code == 0
    assert contents(folder) == before
    assert merge(path, folder, "--decide", "all=file").code == 0
    assert "稳妥处理公开和" in (folder / "overview.md").read_text("utf-8")
    assert (folder / "overview.md").read_text("utf-8").endswith("新的一段。\n")
    assert load(folder).figure("disclosure", "licensing") == 405
    assert merge(path, folder, "--json").json["changed_files"] == []


def test_text_pasted_into_a_new_file_without_styles_is_found(
    folder: Path, word: Callable[[Path], Path], tmp_path: Path
) -> None:
    old, new = Document(str(word(XIAODUKOU))), Document()
    for block in old.iter_inner_content():
        if hasattr(block, "rows"):
            grid = new.add_table(len(block.rows), len(block.columns))
            for cells, fresh in zip(block.rows, grid.rows, strict=True):
                for one, other in zip(cells.cells, fresh.cells, strict=True):
                    other.text = one.text
        elif block.text.strip():
            new.add_paragraph(block.text.replace("一是时效性有待增强", "一是时效性还要增强"))
    path = tmp_path / "pasted.docx"
    new.save(str(path))
    before = contents(folder)
    done = merge(path, folder, "--json")
    assert {one["key"] for one in done.json["questions"]} == {"problems.3"}
    assert contents(folder) == before
    assert merge(path, folder, "--decide", "problems.3=file").code == 0
    assert "一是时效性还要增强" in (folder / "problems.md").read_text("utf-8")


def test_another_years_file_without_marks_is_refused(word: Callable[[Path], Path], tmp_path: Path) -> None:
    file = WordFile(word(SAMPLES[0]))
    file.lose_marks()
    done = merge(file.save(tmp_path / "lost.docx"), SAMPLES[1], "--dry-run")
    assert done.code == 2
    assert "年度的报告" in done.said


def test_a_table_pasted_anew_is_read_by_its_labels(folder: Path, file: WordFile, tmp_path: Path) -> None:
    """Its bookmarks are gone, all others are there."""
    table = next(file.figure("disclosure_7").iterancestors("{*}tbl"))
    for one in [*table.iter("{*}bookmarkStart"), *table.iter("{*}bookmarkEnd")]:
        one.getparent().remove(one)
    done = merge(file.save(tmp_path / "pasted.docx"), folder)
    assert done.code == 0, done.out
    assert load(folder).figure("disclosure", "licensing") == 405
