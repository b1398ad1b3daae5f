"""The Word file knows its source: what is marked, that nobody sees it, and that other programs keep it."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import XIAODUKOU, Validate
from docx import Document

from helpers.document.source_plan import edition, plan
from helpers.finishing.source_marks import EDITION, PREFIX, Plan, plan_of
from helpers.report.folder import load
from tests.merge.merge_tools import SAMPLES, contents, merge, save_again
from tests.merge.word_edits import WordFile


def marks(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as package:
        return re.findall(f'w:name="{PREFIX}([^"]*)"', package.read("word/document.xml").decode())


def wanted(made: Plan) -> set[str]:
    passages = {one.name.replace(".", "_"): len(one.places) for one in made.passages}
    placeholders = {f"{name}_{number + 1}" for name, count in passages.items() for number in range(count)}
    figures = {
        f"{name.removeprefix('table-')}_{number + 1}"
        for name, kinds in made.tables.items()
        for number in range(kinds.count("f"))
    }
    return passages.keys() | placeholders | figures


@pytest.mark.parametrize("folder", SAMPLES, ids=lambda one: one.name)
def test_every_figure_placeholder_and_passage_is_marked(folder: Path, word: Callable[[Path], Path]) -> None:
    found = marks(word(folder))
    assert len(found) == len(set(found))
    assert set(found) == wanted(plan(load(folder)))


def test_both_engines_mark_alike(outputs: Path) -> None:
    assert set(marks(outputs / "report.docx")) == wanted(plan(load(XIAODUKOU)))


def test_everything_that_markdown_can_say_is_marked(rich: tuple[Path, Path], validate: Validate) -> None:
    folder, file = rich
    assert set(marks(file)) == wanted(plan(load(folder)))
    assert validate(file) == []


def test_the_file_names_its_edition_and_tells_nothing_else(word: Callable[[Path], Path]) -> None:
    with zipfile.ZipFile(word(XIAODUKOU)) as package:
        properties = package.read("docProps/custom.xml").decode()
        part = package.read("customXml/item1.xml").decode()
    assert re.findall(r'name="([^"]*)"', properties) == ["date", EDITION]
    assert edition(load(XIAODUKOU)) in properties
    # Digests alone: who deletes a sentence in Word has deleted it.
    assert not re.search(r"[\u4e00-\u9fff]", part)
    assert "xiaodukou" not in part


def test_no_mark_is_seen_in_the_page(outputs: Path) -> None:
    assert PREFIX not in (outputs / "report.html").read_text(encoding="utf-8")
    assert "source-marks" not in (outputs / "report.html").read_text(encoding="utf-8")


def test_figures_lie_within_their_marks(word: Callable[[Path], Path]) -> None:
    file = WordFile(word(XIAODUKOU))
    assert "".join(file.figure("disclosure_7").itertext()).strip() == "403"
    assert len(Document(str(word(XIAODUKOU))).tables) == 3


def test_libreoffice_keeps_marks_and_base(
    word: Callable[[Path], Path], program: Callable[[str], str], tmp_path: Path
) -> None:
    files = []
    for folder in SAMPLES:
        files.append(tmp_path / f"{folder.name}.docx")
        files[-1].write_bytes(word(folder).read_bytes())
    out = save_again(program("soffice"), files, tmp_path)
    for folder, file in zip(SAMPLES, files, strict=True):
        saved = out / file.name
        assert set(marks(saved)) == set(marks(file))
        with zipfile.ZipFile(saved) as package:
            assert plan_of([package.read("customXml/item1.xml")]) is not None
        before = contents(folder)
        done_ = merge(saved, folder, "--json")
        assert done_.code == 0
        assert (done_.json["changed_files"], done_.json["marks"]) == ([], "kept")
        assert contents(folder) == before
