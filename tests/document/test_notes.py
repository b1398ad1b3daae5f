"""review.yml: notes are read, every fault named with its line, and an open one is a warning."""

from pathlib import Path

import pytest

from helpers import checks
from helpers.document import notes, prose
from helpers.report.folder import load

GOOD = {
    "at": "disclosure.licensing",
    "seen": "403",
    "who": "王某",
    "when": "2025-01-08",
    "text": "与台账核对",
    "state": "open",
}


def write(folder: Path, *entries: dict[str, str]) -> None:
    lines = ["notes:"]
    for entry in entries:
        lines += [
            f"{'- ' if place == 0 else '  '}{key}: {value}"
            for place, (key, value) in enumerate(entry.items())
        ]
    (folder / notes.NOTES_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_no_file_no_notes(folder: Path) -> None:
    assert notes.read(folder) == ([], [])


def test_an_open_note_is_a_warning_until_it_is_closed(folder: Path) -> None:
    write(folder, GOOD)
    (found,) = checks.check(folder).findings
    assert (found.rule, found.level, found.file, found.line) == ("N-OPEN", "warning", "review.yml", 2)
    assert "行政许可" in found.message and "与台账核对" in found.message
    assert "改动" not in found.message
    write(folder, GOOD | {"state": "closed"})
    assert checks.check(folder).findings == []


@pytest.mark.parametrize(
    ("at", "seen", "changed"),
    [
        ("disclosure.licensing", "403", False),
        ("disclosure.licensing", "402", True),
        ("applications.new_received", "0", False),
        ("applications.new_received.business", "1", True),
        ("overview", "行政处罚", False),
        ("overview", "从来没有写过的话", True),
    ],
)
def test_a_note_knows_whether_its_place_has_changed(folder: Path, at: str, seen: str, changed: bool) -> None:
    write(folder, GOOD | {"at": at, "seen": f'"{seen}"'})
    (note,), _ = notes.read(folder)
    report = load(folder)
    assert note.changed(report, prose.texts(report)) is changed
    (found,) = checks.check(folder).findings
    assert ("已经改动" in found.message) is changed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"at": "disclosure.nothing"}, "没有这个位置"),
        ({"at": "applications.granted.nobody"}, "没有这个位置"),
        ({"at": "chapter"}, "没有这个位置"),
        ({"state": "done"}, "应是 open"),
        ({"when": "昨天"}, "应是年-月-日"),
        ({"who": ""}, "缺少 who（谁写的）"),
        ({"colour": "red"}, "不认识的“colour”"),
    ],
)
def test_a_wrong_note_is_an_error_with_its_line(folder: Path, change: dict[str, str], said: str) -> None:
    write(folder, GOOD | {"state": "closed"}, GOOD | change)
    (found,) = checks.check(folder).findings
    assert (found.rule, found.level, found.file, found.line) == ("LOAD", "error", "review.yml", 8)
    assert "第 2 条批注" in found.message and said in found.message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- at: overview\n", "只有一个键 notes"),
        ("notes: []\nmore: 1\n", "只有一个键 notes"),
        ("notes:\n- just words\n", "不是几行"),
        ("notes: [\n", "YAML"),
    ],
)
def test_a_file_that_is_no_list_of_notes(folder: Path, text: str, said: str) -> None:
    (folder / notes.NOTES_FILE).write_text(text, encoding="utf-8")
    (found,) = checks.check(folder).findings
    assert (found.rule, found.file) == ("LOAD", "review.yml")
    assert said in found.message
