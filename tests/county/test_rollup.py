"""Children summed into a parent: Pingtan's offices of 2025, and what may be wrong with such a sum."""

import csv
import shutil
from pathlib import Path

import pytest
from published import ROOT

from helpers.checks import check
from helpers.county.rollup import RollupError, rollup
from helpers.report.cell_names import CELLS
from helpers.report.folder import load

OFFICES = ("pingtan-office-2025", "pingtan-finance-2025", "pingtan-transport-2025")
_ALL = [cell for cells in CELLS.values() for cell in cells]


@pytest.fixture
def offices(tmp_path: Path) -> list[Path]:
    return [Path(shutil.copytree(ROOT / "data" / name, tmp_path / name)) for name in OFFICES]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert text.count(old) == 1
    path.write_bytes(text.replace(old, new).encode())


def test_every_cell_is_the_sum_and_both_sides_agree(offices: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "pingtan-2025"
    made = rollup(offices, "平潭综合实验区", "prefecture", out)
    children = [load(office) for office in offices]
    parent = load(out)
    for cell in _ALL:
        assert parent.figure(*cell) == sum(child.figure(*cell) or 0 for child in children), cell
    assert str(parent.figure("disclosure", "fees")).startswith("4166.214619"), "not a digit lost"
    assert made.passed
    assert set(made.findings) == {"pingtan-2025", *OFFICES}
    assert not made.missing
    assert len(made.gaps) == len(OFFICES)
    with (out / "contributions.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = {(row["table"], row["row"], row["column"]): row for row in csv.DictReader(stream)}
    assert list(rows) == _ALL
    for child in children:
        assert rows["applications", "new_received", "total"][child.short_name] == str(
            child.figure("applications", "new_received", "total")
        )


def test_a_parent_changed_by_hand_disagrees_on_both_sides(offices: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "pingtan-2025"
    made = rollup(offices, "平潭综合实验区", "prefecture", out)
    total = made.report.figure("disclosure", "penalties")
    edit(out / "disclosure.csv", f"行政处罚,本年处理决定数量,{total}", "行政处罚,本年处理决定数量,0")
    assert "H-SUM" in [found.rule for found in check(out).findings]
    below = [found.rule for office in offices for found in check(office).findings]
    assert "H-BOUND" in below


def test_a_lawsuit_of_co_defendants_counts_once(offices: list[Path], tmp_path: Path) -> None:
    for office in offices[:2]:
        table = office / "proceedings.csv"
        text = table.read_text("utf-8-sig").splitlines()
        text[2] = "litigation_direct,未经复议直接起诉,1,0,0,0,1"
        table.write_text("\n".join(text) + "\n", "utf-8-sig")
        (office / "overview.md").write_text("没有需要说明的。\n", encoding="utf-8")
    out = tmp_path / "pingtan-2025"
    before = rollup(offices, "平潭综合实验区", "prefecture", out).report
    names = [load(office).short_name for office in offices]
    settings = out / "report.yml"
    edit(
        settings,
        "co_defendants: []",
        f"co_defendants: [{{block: litigation_direct, result: upheld, organs: [{names[0]}, {names[1]}]}}]",
    )
    made = rollup(offices, "平潭综合实验区", "prefecture", out)
    for column in ("upheld", "total"):
        counted = made.report.figure("proceedings", "litigation_direct", column)
        assert counted == before.figure("proceedings", "litigation_direct", column) - 1  # type: ignore[operator]
    assert made.passed, "the checks count it once too"
    assert "-1" in (out / "contributions.csv").read_text("utf-8-sig")
    edit(settings, names[1], "没有这个局")
    with pytest.raises(RollupError, match="没有这个局"):
        rollup(offices, "平潭综合实验区", "prefecture", out)


def test_settings_and_prose_of_the_parent_stay(offices: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "pingtan-2025"
    rollup(offices, "平潭综合实验区", "prefecture", out)
    (out / "other.md").write_text("没有收取信息处理费。\n", encoding="utf-8")
    edit(out / "report.yml", "short_name: 平潭综合实验区", "short_name: 实验区")
    again = rollup(offices, "平潭综合实验区", "prefecture", out).report
    assert (again.short_name, again.prose["other"]) == ("实验区", "没有收取信息处理费。\n")


def test_a_missing_child_is_named_and_the_list_is_not_called_complete(
    offices: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "pingtan-2025"
    rollup(offices, "平潭综合实验区", "prefecture", out)
    made = rollup(offices[:2], "平潭综合实验区", "prefecture", out)
    assert any("pingtan-transport-2025" in line for line in made.missing)
    assert "complete: false" in (out / "children.yml").read_text()
    assert not made.passed, "the list knows a child that the sum does not hold"
    assert any("与原来的数不同" in line for line in made.gaps)
    again = rollup(offices[:2], "平潭综合实验区", "prefecture", out)
    assert again.missing == made.missing, "it is still missing, and still named"
    assert "complete: false" in (out / "children.yml").read_text()
    whole = rollup(offices, "平潭综合实验区", "prefecture", out)
    assert whole.passed
    assert not whole.missing
    assert "complete: true" in (out / "children.yml").read_text()


def test_a_child_that_names_its_parent_is_missed_from_the_first_time(
    offices: list[Path], tmp_path: Path
) -> None:
    shutil.copytree(offices[0], tmp_path / f"{offices[0].name}.old")
    made = rollup(offices[:2], "平潭综合实验区", "prefecture", tmp_path / "pingtan-2025")
    (line,) = made.missing
    assert line.startswith(offices[2].name)


def test_children_that_do_not_name_the_parent_are_told(offices: list[Path], tmp_path: Path) -> None:
    made = rollup(offices, "某某区", "prefecture", tmp_path / "other-2025")
    told = [line for line in made.gaps if "没有从下级一方核对" in line]
    assert [line.split("：")[0] for line in told] == [load(office).organ for office in offices]


def test_children_of_one_short_name_are_told_apart(offices: list[Path], tmp_path: Path) -> None:
    for office in offices[:2]:
        edit(office / "report.yml", f"short_name: {load(office).short_name}", "short_name: 办公室")
        for name in ("overview", "problems", "other"):
            (office / f"{name}.md").write_text("没有收取信息处理费。\n", encoding="utf-8")
    out = tmp_path / "pingtan-2025"
    rollup(offices, "平潭综合实验区", "prefecture", out)
    with (out / "contributions.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    first, second, third = (load(office) for office in offices)
    assert {first.organ, second.organ, third.short_name} < set(rows[0])
    assert {row["同案重复"] for row in rows} == {"0"}


def test_a_joint_lawsuit_that_a_child_does_not_state_is_refused(offices: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "pingtan-2025"
    rollup(offices, "平潭综合实验区", "prefecture", out)
    before = {path: path.read_bytes() for path in out.iterdir()}
    first, second = (load(office).short_name for office in offices[:2])
    suit = f"{{block: litigation_direct, result: other_result, organs: [{first}, {second}]}}"
    edit(out / "report.yml", "co_defendants: []", f"co_defendants: [{suit}]")
    with pytest.raises(RollupError, match="只填 0"):
        rollup(offices, "平潭综合实验区", "prefecture", out)
    before[out / "report.yml"] = (out / "report.yml").read_bytes()
    assert {path: path.read_bytes() for path in out.iterdir()} == before


def test_a_missing_year_is_named(offices: list[Path], tmp_path: Path) -> None:
    edit(offices[2] / "report.yml", "year: 2025", "year: 2024")
    edit(offices[2] / "report.yml", "published: 2026", "published: 2025")
    edit(offices[2] / "report.yml", "parent: ../pingtan-2025", "parent: null")
    for name in ("overview", "problems", "other"):
        (offices[2] / f"{name}.md").write_text("没有收取信息处理费。\n", encoding="utf-8")
    made = rollup(offices, "平潭综合实验区", "prefecture", tmp_path / "pingtan-2025")
    organ = load(offices[2]).organ
    assert made.missing == [f"{organ}：有 2024 年度的报告，缺 2025 年度的"]
    assert len(made.children) == 2


def test_what_cannot_be_summed_is_refused_and_nothing_changes(offices: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "pingtan-2025"
    with pytest.raises(RollupError, match="给了 2 份"):
        rollup([*offices, offices[0]], "平潭综合实验区", "prefecture", out)
    (offices[1] / "disclosure.csv").unlink()
    with pytest.raises(RollupError, match="disclosure"):
        rollup(offices, "平潭综合实验区", "prefecture", out)
    assert not out.exists()
    before = {path: path.read_bytes() for path in offices[0].iterdir()}
    with pytest.raises(RollupError, match="没有改动"):
        rollup(offices[2:], "平潭综合实验区", "prefecture", offices[0])
    assert {path: path.read_bytes() for path in offices[0].iterdir()} == before
