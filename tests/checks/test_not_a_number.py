"""Cells that are not a number: each way to write one is told apart; what can only mean a number is read."""

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from helpers import checks

WAYS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "not_a_number.yml").read_text(encoding="utf-8")
)
PLACES = {
    False: (
        "applications.csv",
        "denied_enforcement_file",
        "自然人",
        "第三部分“（三）不予公开—7.属于行政执法案卷”自然人一栏",
    ),
    True: ("disclosure.csv", "fees", "数值", "第二部分“行政事业性收费—本年收费金额（单位：万元）”"),
}


def type_in(folder: Path, text: str, fees: bool) -> None:
    file, row, column, _ = PLACES[fees]
    with (folder / file).open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    (line,) = (line for line in lines if line[0] == row)
    line[lines[0].index(column)] = text
    with (folder / file).open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(lines)


def test_there_are_at_least_28_ways() -> None:
    assert len({way["typed"] for way in WAYS}) >= 28


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way["typed"] or "blank")
def test_a_cell_that_is_not_a_number(way: dict[str, Any], examples: Path) -> None:
    fees = way.get("fees", False)
    folder = examples / "pingtan-2021"
    type_in(folder, way["typed"], fees)
    (found,) = [one for one in checks.check(folder).findings if one.level == "error"]
    assert found.rule == ("A-VALUE" if fees else "B-VALUE")
    assert found.message.startswith(PLACES[fees][3])
    assert way["says"] in found.message
    assert (f"“{way['typed']}”" in found.message) is bool(way["typed"])


@pytest.mark.parametrize(
    ("typed", "fees"),
    [
        ("６", False),
        (" 6 ", False),
        ("06", False),
        ("24,252.311082", True),
        ("２４２５２．３１１０８２", True),
    ],
)
def test_a_number_written_oddly_is_read(typed: str, fees: bool, examples: Path) -> None:
    type_in(examples / "pingtan-2021", typed, fees)
    assert checks.check(examples / "pingtan-2021").findings == []
