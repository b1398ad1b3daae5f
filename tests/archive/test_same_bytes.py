"""The same input gives the same bytes: on any day, in any folder, in any time zone."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import XIAODUKOU
from published import ENGINES, OUTPUTS, publish


@pytest.mark.parametrize("engine", ENGINES)
def test_a_day_later_in_another_folder(engine: str, tmp_path: Path, program: Callable[[str], str]) -> None:
    later = (program("faketime"), "-f", "+25h")
    # Without one of its own, the report's date is the last day of its year.
    first, second = tmp_path / "甲" / "report", tmp_path / "another place" / "二〇二四"
    for folder in (first, second):
        shutil.copytree(XIAODUKOU, folder)
    one = publish(engine, first, tmp_path / "一")
    other = publish(engine, second, tmp_path / "the second", *later, TZ="Pacific/Auckland")
    for name in OUTPUTS:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
