"""Texts kept beside bytecode: made once, and anew whenever anything they follow from has changed."""

from pathlib import Path

import pytest

from helpers.files.kept import kept


class Maker:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> dict[str, str]:
        self.asked += 1
        return {"table": "表"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "maker.py"
    path.write_text("1")
    return path


def test_it_is_made_once(source: Path) -> None:
    maker = Maker()
    assert [kept(str(source), [b"form"], maker) for _ in range(3)] == [{"table": "表"}] * 3
    assert maker.asked == 1


def test_what_it_follows_from_makes_it_anew(source: Path) -> None:
    maker = Maker()
    kept(str(source), [b"form"], maker)
    kept(str(source), [b"another"], maker)
    source.write_text("2")
    kept(str(source), [b"another"], maker)
    assert maker.asked == 3


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"key": 1}', "null", "\ud800"])
def test_a_file_that_is_none_makes_it_anew(source: Path, text: str) -> None:
    maker = Maker()
    kept(str(source), [], maker)
    (file,) = source.parent.rglob("*.kept.json")
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    assert kept(str(source), [], maker) == {"table": "表"}
    assert maker.asked == 2
    kept(str(source), [], maker)
    assert maker.asked == 2, "and it is kept again"


def test_where_nothing_can_be_written_it_is_made_each_time(source: Path) -> None:
    (source.parent / "__pycache__").write_text("in the way")
    maker = Maker()
    assert kept(str(source), [], maker) == kept(str(source), [], maker) == {"table": "表"}
    assert maker.asked == 2
