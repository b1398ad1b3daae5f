"""A file or a folder is written whole, or what stood there stands there still; SHA-256 is counted in one place."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.files.digests import digest, digest_of
from helpers.files.writing import move_file, move_folder, write_file, write_text, written_file, written_whole


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path, durable: bool) -> None:
    path = tmp_path / "报告.txt"
    for data in (b"old", b"new"):
        write_file(path, data, durable=durable)
        assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


def test_what_stood_there_stays_when_writing_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), written_file(path) as stream:
        stream.write(b"half")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_stay(tmp_path: Path) -> None:
    path = tmp_path / "private.txt"
    path.touch(mode=0o600)
    write_text(path, "甲\r\n")
    assert path.read_bytes() == "甲\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_folder_is_no_file_to_be_replaced(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="不是普通文件"):
        write_file(tmp_path, b"")
    with pytest.raises(FileNotFoundError):
        write_file(tmp_path / "missing" / "a.txt", b"")


def test_a_finished_file_takes_the_place_of_another(tmp_path: Path) -> None:
    new, old = tmp_path / "new", tmp_path / "old"
    new.write_bytes(b"new")
    old.write_bytes(b"old")
    move_file(new, old, durable=True)
    assert old.read_bytes() == b"new"
    assert not new.exists()


def test_a_folder_that_cannot_be_placed_leaves_the_old_one(tmp_path: Path) -> None:
    standing = tmp_path / "standing"
    standing.mkdir()
    with pytest.raises(OSError, match="missing"):
        move_folder(tmp_path / "missing", standing, tmp_path / "old")
    assert list(tmp_path.iterdir()) == [standing]


def test_a_folder_appears_whole_and_the_old_one_is_kept(tmp_path: Path) -> None:
    for text in ("first", "second", "third"):
        with written_whole(tmp_path / "a", replace=True) as new:
            write_text(new / "text", text)
    assert {path.name: (path / "text").read_text() for path in tmp_path.iterdir()} == {
        "a": "third",
        "a.old": "first",
        "a.old2": "second",
    }


@given(st.lists(st.binary(max_size=50), max_size=5))
def test_the_digest_is_that_of_all_parts_together(parts: list[bytes]) -> None:
    assert digest_of(parts) == hashlib.sha256(b"".join(parts)).hexdigest()


def test_the_digest_of_a_file(tmp_path: Path) -> None:
    write_file(tmp_path / "a", b"abc")
    assert digest(tmp_path / "a") == digest_of([b"a", b"bc"])
