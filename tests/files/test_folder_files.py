"""A report folder is regular files of bounded size inside the folder, whoever wrote it and however they saved it."""

import base64
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, XIAODUKOU
from fuzz_budget import little, repeat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.checks import check
from helpers.report.findings import MOST_LISTED

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
SETTINGS = (XIAODUKOU / "report.yml").read_text("utf-8")
DISCLOSURE = (XIAODUKOU / "disclosure.csv").read_text("utf-8-sig")

HUGE = {
    "count sentences": ("overview.md", "全年收到申请3件。\n\n" * 7000),
    "count clauses": ("overview.md", "全年收到申请3件，" * 9000),
    "one sentence": ("problems.md", "甲乙丙。" * 24_000),
    "braces": ("other.md", "{" * 99_000),
    "brackets": ("other.md", ("[" * 9 + "\n\n") * 9000),
    "emphasis": ("other.md", "**甲**，" * 14_000),
    "notes": (
        "review.yml",
        "notes:\n"
        + "- {at: overview, seen: 公开, who: 审, when: 2026-01-05, text: 查, state: open}\n" * 1000,
    ),
    "keys": ("report.yml", "".join(f"k{number}: 1\n" for number in range(25_000))),
    "nesting": ("report.yml", "organ: " + "[" * 250_000),
    "name": ("report.yml", 'organ: "' + "甲" * 250_000 + '\\n甲"'),
    "links": ("report.yml", "previous: x\n" * 24_000),
    "sexagesimal": ("report.yml", SETTINGS.replace("previous: null", "previous: 1" + ":1" * 140_000)),
    "explanations": (
        "report.yml",
        SETTINGS.replace(
            "explanations: {}", "explanations:\n" + "".join(f"  R{n}: x\n" for n in range(20_000))
        ),
    ),
    "joint lawsuits": (
        "report.yml",
        SETTINGS
        + "co_defendants:\n- {block: litigation_direct, result: upheld, organs: ["
        + ", ".join(f"{{a: {n}}}" for n in range(20_000))
        + "]}\n",
    ),
    "rows": ("disclosure.csv", "x,a,b,c,1\n" * 90_000),
    "rows twice": ("disclosure.csv", DISCLOSURE + "licensing,a,b,c,1\n" * 40_000),
    "spaced digits": ("disclosure.csv", DISCLOSURE.replace(",403", "," + "1 " * 100_000 + "x")),
    "one long sentence": ("overview.md", "信息公开行政复议3件，" * 4000 + "维持3件，" * 8000),
    "clauses of nothing": ("overview.md", "行政复议3件，" * 12_000),
    "rare characters": ("overview.md", "".join(chr(0x20000 + number) for number in range(24_000))),
    "columns": ("disclosure.csv", "," * 900_000),
    "children": ("children.yml", "complete: true\nfolders:\n" + "- ../x\n" * 40_000),
}


def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "helpers", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, **options)  # type: ignore[call-overload,no-any-return]


@pytest.mark.parametrize("name", HUGE)
def test_any_folder_is_judged_in_little_time_and_memory(name: str, folder: Path) -> None:
    file, content = HUGE[name]
    (folder / file).write_text(content, encoding="utf-8")
    done = run("check", folder, "--json", preexec_fn=little)
    assert done.returncode in (0, 1), done.stderr[-2000:]
    assert "Traceback" not in done.stderr


def small_reports(folder: Path) -> None:
    (folder / "report.yml").write_text(SETTINGS.replace("parent: null", "parent: k0"), encoding="utf-8")
    for number in range(900):
        (folder / f"k{number}").mkdir()
        text = SETTINGS.replace("organ: ", f"organ: {number}").replace("parent: null", "parent: ../k0")
        (folder / f"k{number}" / "report.yml").write_text(text, encoding="utf-8")
    names = "".join(f"- k{number}\n" for number in range(900))
    (folder / "children.yml").write_text(f"complete: true\nfolders:\n{names}", encoding="utf-8")


def deep_folders(folder: Path) -> None:
    for _ in range(900):
        folder = folder / "d"
        folder.mkdir()


def many_links(folder: Path) -> None:
    for number in range(15_000):
        (folder / f"{number}").symlink_to("/etc/hostname")


def everything_at_once(folder: Path) -> None:
    for name in ("overview", "problems", "other", "lead"):
        (folder / f"{name}.md").write_text(HUGE["count sentences"][1], encoding="utf-8")
    for name in ("disclosure", "applications", "proceedings"):
        with (folder / f"{name}.csv").open("a", encoding="utf-8") as stream:
            stream.write("x,a,b,c,1\n" * 900)
    (folder / "review.yml").write_text(HUGE["notes"][1], encoding="utf-8")


REPEATED = ("“甲", "- 甲\n", "《甲", "|甲|\n|-|\n|甲|\n\n")


@pytest.mark.parametrize("piece", REPEATED)
def test_pieces_of_text_over_and_over(piece: str, folder: Path) -> None:
    repeat(piece, folder)
    assert run("check", folder, preexec_fn=little).returncode in (0, 1)


@pytest.mark.parametrize("fill", [small_reports, deep_folders, many_links, everything_at_once])
def test_any_number_of_files_is_judged_in_little_time_and_memory(
    fill: Callable[[Path], None], folder: Path
) -> None:
    fill(folder)
    done = run("check", folder, "--json", preexec_fn=little)
    assert done.returncode in (0, 1), done.stderr[-2000:]
    (verdict,) = json.loads(done.stdout)
    assert not [one for one in verdict["findings"] if one["rule"] == "INTERNAL"]


def test_what_is_not_listed_any_more_is_said(folder: Path) -> None:
    (folder / "overview.md").write_text(HUGE["rare characters"][1], encoding="utf-8")
    found = [one for one in check(folder).findings if one.rule == "L-GLYPH"]
    assert len(found) == MOST_LISTED + 1
    assert "没有列出" in found[-1].message


@pytest.mark.parametrize("link", ["/", "/usr", "/proc", "../../.."])
def test_a_link_to_much_else_is_no_walk_over_the_machine(link: str, folder: Path) -> None:
    path = folder / "report.yml"
    lines = [
        line for line in path.read_text("utf-8").split("\n") if not line.startswith(("previous:", "parent:"))
    ]
    path.write_text("\n".join([f"previous: {link}", f"parent: {link}", *lines]), encoding="utf-8")
    assert run("check", folder, preexec_fn=little).returncode == 0


# Files that are none --------------------------------------------------------------------------------------------------


def link_to(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


@pytest.mark.parametrize(
    "file", ["report.yml", "disclosure.csv", "other.md", "lead.md", "review.yml", "children.yml"]
)
@pytest.mark.parametrize(
    "make",
    [os.mkfifo, link_to("/dev/zero"), link_to("/etc/hostname"), link_to("loop.md")],
    ids=["pipe", "device", "outside", "circle"],
)
def test_what_is_no_file_of_the_folder_is_told_and_not_read(
    make: Callable[[Path], None], file: str, folder: Path
) -> None:
    (folder / "loop.md").symlink_to("loop.md")
    (folder / file).unlink(missing_ok=True)
    make(folder / file)
    done = run("check", XIAODUKOU, folder, preexec_fn=little)
    assert done.returncode == 1
    assert file in done.stderr
    assert "通过，核对了" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_pipe_beside_a_folder_or_under_any_name_is_no_hindrance(tmp_path: Path, folder: Path) -> None:
    os.mkfifo(folder / "notes.txt")
    (tmp_path / "sibling").mkdir()
    os.mkfifo(tmp_path / "sibling" / "report.yml")
    done = run("check", folder, preexec_fn=little)
    assert "notes.txt" in done.stderr
    assert run("verify", folder, preexec_fn=little).returncode == 1


def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    (folder / "other.md").rename(folder / "sechs.txt")
    (folder / "other.md").symlink_to("sechs.txt")
    assert check(folder).passed


def test_a_picture_may_be_a_link_within_the_folder(folder: Path) -> None:
    (folder / "pictures").mkdir()
    (folder / "map.bin").write_bytes(base64.b64decode(PIXEL))
    (folder / "pictures" / "map.png").symlink_to("../map.bin")
    with (folder / "other.md").open("a", encoding="utf-8") as stream:
        stream.write("\n\n![示意图](pictures/map.png)\n")
    assert check(folder).passed


def test_a_child_listed_twice_is_not_counted_twice(folder: Path) -> None:
    shutil.copytree(XIAODUKOU, folder / "child")
    (folder / "children.yml").write_text("complete: true\nfolders: [child, ./child]\n", encoding="utf-8")
    (found,) = check(folder).findings
    assert (found.rule, found.file, found.line) == ("LOAD", "children.yml", 2)
    assert "写了两次" in found.message


def test_a_manifest_that_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "manifest.json")
    done = run("verify", tmp_path, preexec_fn=little)
    assert done.returncode == 1
    assert "manifest.json" in done.stderr
    (tmp_path / "manifest.json").unlink()
    (tmp_path / "manifest.json").write_text("[" * 500_000)
    done = run("verify", tmp_path, preexec_fn=little)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)


# Figures and numbers --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["40³", "12①", "5²", "8₁", "４③", "𝟑", "٣", "4½", "\u202e12"])
def test_what_only_looks_like_a_digit_is_no_figure(written: str, folder: Path) -> None:
    path = folder / "disclosure.csv"
    path.write_text(path.read_text("utf-8-sig").replace(",403", f",{written}"), encoding="utf-8")
    (found,) = [one for one in check(folder).findings if one.rule == "A-VALUE"]
    assert (found.row, found.column) == ("licensing", "value")
    assert "不是普通的数字" in found.message


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("information_fee_yuan: 1.0e-400000000", "科学记数法"),
        ("information_fee_yuan: 1.0e+9", "科学记数法"),
        ("information_fee_yuan: 1.e+400000000", "科学记数法"),
        ("information_fee_yuan: 1_._e+400000000", "科学记数法"),
        ("information_fee_yuan: !!float 1e400000000", "科学记数法"),
        ("information_fee_yuan: !!int ٣", "应是数"),
        ("information_fee_yuan: 0x1F", "应是数"),
        ("information_fee_yuan: 1:30", "应是数"),
        ("information_fee_yuan: .inf", "应是数"),
        ("information_fee_yuan: -1", "不小于 0"),
        ("information_fee_yuan: " + "9" * 5000, "太长"),
        ("information_fee_yuan: 0." + "0" * 5000, "太长"),
    ],
)
def test_numbers_are_bounded_by_their_text(line: str, told: str, folder: Path) -> None:
    path = folder / "report.yml"
    path.write_text(path.read_text("utf-8").replace("information_fee_yuan: 0", line), encoding="utf-8")
    (found,) = check(folder).findings
    assert told in found.message
    assert found.line


def test_a_year_of_thousands_of_digits(folder: Path) -> None:
    path = folder / "report.yml"
    path.write_text(path.read_text("utf-8").replace("year: 2024", "year: " + "2" * 5000), encoding="utf-8")
    (found,) = check(folder).findings
    assert "5000 个字符" in found.message


# Names ----------------------------------------------------------------------------------------------------------------


NAMES = {
    '"\\ud800镇"': "U+D800",
    '"a\\e[31m"': "U+001B",
    '"\\u202e镇"': "U+202E",
    '"镇\\u200b"': "U+200B",
    '"\\u3164"': "U+3164",
    '"镇\\u2066"': "U+2066",
    '"镇\\x85府"': "U+0085",
    '"镇\\n府"': "U+000A",
    '"镇\\n"': "U+000A",
    '"镇\\u2028府"': "U+2028",
    '"\\u2029镇"': "U+2029",
    '"  "': "空白",
    '"\\u3000\\n"': "空白",
    '"x {{< env HOME >}}"': "花括号",
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("key", ["organ", "short_name", "office", "phone", "address", "email"])
def test_names_are_one_line_of_what_can_be_seen(key: str, name: str, folder: Path) -> None:
    path = folder / "report.yml"
    lines = [
        f"{line.split(key)[0]}{key}: {name}" if line.strip().startswith(f"{key}:") else line
        for line in path.read_text("utf-8").split("\n")
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    (found,) = check(folder).findings
    assert (found.file, found.rule) == ("report.yml", "LOAD")
    assert found.line == next(n for n, line in enumerate(lines, 1) if line.strip().startswith(f"{key}:"))
    assert key in found.message
    assert NAMES[name] in found.message


def test_a_name_that_no_encoding_holds_ends_nothing(folder: Path) -> None:
    (folder / "report.yml").write_text('organ: "\\ud800镇"\n', encoding="utf-8")
    done = run("check", folder, XIAODUKOU, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    assert [one["passed"] for one in json.loads(done.stdout)] == [False, True]


def test_an_explanation_of_a_rule_that_is_none_is_told(folder: Path) -> None:
    path = folder / "report.yml"
    path.write_text(
        path.read_text("utf-8").replace("explanations: {}", "explanations: {X-STOK: 清理}"), encoding="utf-8"
    )
    (found,) = check(folder).findings
    assert "是不是“X-STOCK”" in found.message


# As clerks save -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["address", "email", "previous", "parent", "published", "explanations"])
def test_what_need_not_be_said_may_be_left_out(key: str, folder: Path) -> None:
    path = folder / "report.yml"
    kept = [line for line in path.read_text("utf-8").split("\n") if not line.strip().startswith(f"{key}:")]
    path.write_text("\n".join(kept), encoding="utf-8")
    assert check(folder).findings == []


def test_a_missing_line_is_told_once(folder: Path) -> None:
    (folder / "report.yml").write_text("organ: 甲\n", encoding="utf-8")
    found = check(folder).findings
    assert len(found) == len(set(found)) == 5


@pytest.mark.parametrize(
    ("separator", "head", "encoding"),
    [
        (";", "", "utf-8"),
        ("\t", "", "utf-8"),
        ("\t", "", "utf-16"),
        (";", "sep=;\n", "utf-8-sig"),
        (",", "sep=,\r\n", "gb18030"),
        (",", '"sep=,"\n', "utf-8"),
    ],
)
def test_a_csv_as_excel_saves_it(separator: str, head: str, encoding: str, folder: Path) -> None:
    for name in ("disclosure", "applications", "proceedings"):
        path = folder / f"{name}.csv"
        path.write_bytes((head + path.read_text("utf-8-sig").replace(",", separator)).encode(encoding))
    assert check(folder).findings == []


@pytest.mark.parametrize(("separator", "told"), [("|", "“|”"), ("，", "“，”")])
def test_another_separator_is_named(separator: str, told: str, folder: Path) -> None:
    path = folder / "disclosure.csv"
    path.write_text(path.read_text("utf-8-sig").replace(",", separator), encoding="utf-8")
    (found,) = check(folder).findings
    assert told in found.message


@pytest.mark.parametrize("cell", ["1,403", "403,000"])
def test_a_comma_that_may_be_a_decimal_point_is_not_read(cell: str, folder: Path) -> None:
    path = folder / "disclosure.csv"
    text = path.read_text("utf-8-sig").replace(",", ";").replace(";403", f";{cell}")
    path.write_text(text, encoding="utf-8")
    (found,) = check(folder).findings
    assert f"“{cell}”里的逗号" in found.message
    assert found.line


# Nothing is told twice ------------------------------------------------------------------------------------------------

LINES = [
    line
    for name in ("report.yml", "disclosure.csv", "proceedings.csv")
    for line in (XIAODUKOU / name).read_text("utf-8-sig").splitlines()
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_is_told_twice(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("twice") / "folder"
    shutil.copytree(XIAODUKOU, folder)
    for name in data.draw(
        st.sets(st.sampled_from([path.name for path in XIAODUKOU.iterdir()]), min_size=1, max_size=3)
    ):
        lines = (folder / name).read_text("utf-8-sig").splitlines()
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(lines)))
            lines[at : at + data.draw(st.integers(0, 2))] = data.draw(
                st.lists(st.sampled_from(LINES), max_size=2)
            )
        (folder / name).write_text("\n".join(lines), encoding="utf-8")
    found = [(one.file, one.line, one.row, one.column, one.message) for one in check(folder).findings]
    assert len(found) == len(set(found))
