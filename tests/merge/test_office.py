"""Edits made by LibreOffice itself on a real file: typed, replaced, tracked, in cells, moved, bold; saved as DOCX again."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from conftest import XIAODUKOU

from helpers.files.yaml_text import read_yaml
from helpers.report.folder import load
from tests.merge.merge_tools import contents, merge, save_again, word_of
from tests.merge.word_edits import W, WordFile, paragraphs

Edit = Callable[[Path, list[list[object]]], Path]


@pytest.fixture(scope="session")
def edit(program: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Edit:
    """Let LibreOffice make edits in a file and save it."""
    soffice, python = program("soffice"), "/usr/bin/python3"
    found = (
        subprocess.run([python, "-c", "import uno"], capture_output=True) if Path(python).exists() else None
    )
    if found is None or found.returncode:
        message = "the system's Python has no uno; .ci/run installs python3-uno"
        pytest.fail(message) if os.environ.get("STRICT") == "1" else pytest.skip(message)
    work = tmp_path_factory.mktemp("office")

    def make(source: Path, edits: list[list[object]]) -> Path:
        target = work / f"{len(list(work.iterdir()))}.docx"
        script = Path(__file__).with_name("office_edits.py")
        arguments = [soffice, str(work / "profile"), str(source), str(target), json.dumps(edits)]
        done = subprocess.run([python, str(script), *arguments], capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stderr
        return target

    return make


def test_what_a_leader_does_in_libreoffice_comes_back(
    edit: Edit, word: Callable[[Path], Path], folder: Path
) -> None:
    file = edit(
        word(XIAODUKOU),
        [
            ["replace_all", "信息公开栏", "信息公示栏"],
            ["cell", 0, "403", "405"],
            ["type_over", "进一步规范公开程序", "再规范公开程序"],
            ["new_paragraph_after", "方便群众及时了解政府工作", "又及：新的一段。"],
            ["move_up", "（三）政府信息管理", 2],
            ["bold", "投诉举报案件"],
            ["track", True],
            ["type_over", "严格履行审批程序", "严格履行审签程序"],
            ["type_after", "及时处理和答复", "并公开"],
            ["delete_paragraph", "一是时效性"],
        ],
    )
    before = contents(folder)
    done = merge(file, folder, "--json")
    assert (done.code, len(done.json["tracked"])) == (1, 3)
    assert contents(folder) == before
    done = merge(file, folder, "--accept", "all", "--json")
    assert done.code == 0, done.out
    assert done.json["untaken"] == []
    old, new = before["overview.md"].decode(), (folder / "overview.md").read_text("utf-8")
    wanted = old.replace("信息公开栏", "信息公示栏").replace("，进一步规范公开程序", "，再规范公开程序")
    wanted = wanted.replace("（三）政府信息管理\n\n", "").replace(
        "（二）依申请公开", "（三）政府信息管理\n\n（二）依申请公开"
    )
    wanted = wanted.replace("\n\n（五）监督保障", "\n\n又及：新的一段。\n\n（五）监督保障")
    wanted = wanted.replace("审批程序", "审签程序").replace("及时处理和答复", "及时处理和答复并公开")
    assert new == wanted.replace("投诉举报案件", "**投诉举报案件**")
    assert "一是时效性" not in (folder / "problems.md").read_text("utf-8")
    assert load(folder).figure("disclosure", "licensing") == 405
    assert merge(file, folder, "--accept", "all", "--json").json["changed_files"] == []
    # Rendered again, the report says what the leader saw, and the sentence follows the table.
    seen = list(paragraphs(file))
    again = list(paragraphs(word_of(folder, folder.parent / "out")))
    assert sorted(_plain(again)) == sorted(
        _plain(one.replace("行政许可403件", "行政许可405件") for one in seen)
    )


def _plain(texts: Iterable[str]) -> list[str]:
    return [one for text in texts if (one := "".join(text.split()))]


def test_what_word_wrote_and_libreoffice_saved_again_comes_back(
    program: Callable[[str], str], word: Callable[[Path], Path], folder: Path, tmp_path: Path
) -> None:
    file = WordFile(word(XIAODUKOU))
    managed = file.paragraph("妥善处理")
    file.track_replace(managed, "合理界定公开范围", "依法界定公开范围")
    file.track_paragraph(file.paragraph("以政府门户"), "del")
    file.comment(file.paragraph("一是时效性"), "内容较为简单", "请具体一点", done=True)
    file.comment(file.figure("disclosure_8").find(f"{W}p"), "18", "核对一下", author="赵六")
    saved = save_again(program("soffice"), [file.save(tmp_path / "word.docx")], tmp_path) / "word.docx"
    done = merge(saved, folder, "--accept", "all", "--json")
    assert done.code == 0, done.out
    assert {(one["author"], one["date"]) for one in done.json["tracked"]} == {
        ("张三", "2026-11-20 09:30"),
        ("李四", "2026-11-21 10:00"),
    }
    text = (folder / "overview.md").read_text("utf-8")
    assert "依法界定公开范围" in text
    assert "以政府门户网站和信息公开栏为主要" not in text
    found = {(one["at"], one["who"], one["state"]) for one in read_yaml(folder / "review.yml").value["notes"]}
    assert found == {("problems", "张三", "closed"), ("disclosure.penalties.value", "赵六", "open")}


def test_a_copy_of_a_sample_saved_by_libreoffice_changes_nothing(
    edit: Edit, rich: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(rich[0], tmp_path / "rich"))
    before = contents(folder)
    done = merge(edit(rich[1], [["save"]]), folder, "--json")
    assert (done.code, done.json["changed_files"], done.json["untaken"]) == (0, [], [])
    assert contents(folder) == before
