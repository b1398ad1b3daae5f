"""The round of comments is whole: notes come out as Word comments in the reviewer's file, answers come back to their notes."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from conftest import XIAODUKOU, Validate
from lxml import etree

from helpers.files.yaml_text import read_yaml
from tests.merge.merge_tools import contents, merge, save_again, word_of
from tests.merge.word_edits import W, WordFile, shown

NOTES = """notes:
- at: problems
  seen: 内容较为简单
  who: 王某 & "甲"
  when: 2026-01-05
  text: 请写<具体>一点，<b>不</b>要照抄 {{ year }} `x`
  state: open
- at: disclosure.penalties
  seen: '18'
  who: 李某
  when: 2026-01-06
  text: 请核对
  state: closed
  replies:
  - who: 赵某
    when: 2026-01-07
    text: 已核对
- at: overview
  seen: 这句话后来改没了
  who: 李某
  when: 2026-01-06
  text: 第三条
  state: open
"""


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A folder with notes and its reviewer's Word file."""
    folder = Path(shutil.copytree(XIAODUKOU, tmp_path_factory.mktemp("reviewed") / "report"))
    (folder / "review.yml").write_text(NOTES, encoding="utf-8")
    return folder, word_of(folder, folder.parent / "out", "review")


def comments(file: WordFile) -> list[Any]:
    return list(etree.fromstring(file.parts["word/comments.xml"]))


def test_notes_come_out_as_comments_at_their_place(reviewed: tuple[Path, Path], validate: Validate) -> None:
    file = WordFile(reviewed[1])
    assert validate(reviewed[1]) == []
    assert [(one.get(f"{W}author"), shown(one)) for one in comments(file)] == [
        ('王某 & "甲"', "请写<具体>一点，<b>不</b>要照抄 {{ year }} `x`"),
        ("李某", "请核对"),
        ("赵某", "已核对"),
        ("李某", "第三条"),
    ]
    anchors = {one.get(f"{W}id"): shown(one.getparent()) for one in file.root.iter(f"{W}commentRangeStart")}
    assert "内容较为简单" in anchors["0"]
    assert anchors["1"] == anchors["2"]
    assert anchors["1"].startswith("18")
    assert anchors["3"] == "（一）主动公开"  # what it was about is gone


def test_the_final_file_has_none(reviewed: tuple[Path, Path], tmp_path: Path) -> None:
    file = WordFile(word_of(reviewed[0], tmp_path))
    assert comments(file) == []
    assert "word/commentsExtended.xml" not in file.parts
    assert not any(re.search("请核对".encode(), content) for content in file.parts.values())


def test_merging_it_changes_nothing_and_neither_does_libreoffice(
    reviewed: tuple[Path, Path], tmp_path: Path, program: Any
) -> None:
    folder = Path(shutil.copytree(reviewed[0], tmp_path / "report"))
    before = contents(folder)
    done = merge(reviewed[1], folder, "--json")
    assert (done.code, done.json["changed_files"]) == (0, [])
    saved = save_again(program("soffice"), [reviewed[1]], tmp_path) / "report.docx"
    done = merge(saved, folder, "--json", "--dry-run")
    assert done.code == 0
    # LibreOffice forgets whom an answer answers: it comes as a note of its own.
    assert [one["text"] for one in done.json["notes"]["added"]] in ([], ["已核对"])
    assert contents(folder) == before


def test_an_answer_in_word_comes_back_to_its_note(reviewed: tuple[Path, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(reviewed[0], tmp_path / "report"))
    file = WordFile(reviewed[1])
    known = file.parts["word/comments.xml"].decode()
    answer = (
        '<w:comment w:id="50" w:author="钱某" w:date="2026-01-09T10:00:00Z"><w:p w14:paraId="20000000">'
        "<w:r><w:t>改好了</w:t></w:r></w:p></w:comment></w:comments>"
    )
    file.parts["word/comments.xml"] = known.replace("</w:comments>", answer).encode()
    extended = file.parts["word/commentsExtended.xml"].decode()
    extended = extended.replace('w15:paraId="10000000" w15:done="0"', 'w15:paraId="10000000" w15:done="1"')
    entry = '<w15:commentEx w15:paraId="20000000" w15:paraIdParent="10000000" w15:done="1"/></w15:commentsEx>'
    file.parts["word/commentsExtended.xml"] = extended.replace("</w15:commentsEx>", entry).encode()
    done = merge(file.save(tmp_path / "answered.docx"), folder, "--json")
    assert (done.code, done.json["changed_files"]) == (0, ["review.yml"])
    first, *others = read_yaml(folder / "review.yml").value["notes"]
    assert (first["state"], [one["text"] for one in first["replies"]]) == ("closed", ["改好了"])
    assert others == read_yaml(reviewed[0] / "review.yml").value["notes"][1:]
