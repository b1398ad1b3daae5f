"""A report folder is regular files of bounded size inside the folder, whoever wrote it and however they saved it."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, XIAODUKOU

from helpers.checks import check

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
    "rows": ("disclosure.csv", "x,a,b,c,1\n" * 90_000),
    "columns": ("disclosure.csv", "," * 900_000),
    "children": ("children.yml", "complete: true\nfolders:\n" + "- ../x\n" * 40_000),
}


def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "helpers", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, **options)  # type: ignore[call-overload,no-any-return]


def little() -> None:
    """Allow a child ten seconds of a processor and half a gigabyte beside what its libraries map."""
    resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
    resource.setrlimit(resource.RLIMIT_DATA, (500_000_000, 500_000_000))


@pytest.mark.parametrize("name", HUGE)
def test_any_folder_is_judged_in_little_time_and_memory(name: str, folder: Path) -> None:
    file, content = HUGE[name]
    (folder / file).write_text(content, encoding="utf-8")
    done = run("check", folder, "--json", preexec_fn=little)
    assert done.returncode in (0, 1), done.stderr[-2000:]
    assert "Traceback" not in done.stderr


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
    for command in (["check", folder], ["check", XIAODUKOU, folder]):
        done = run(*command, preexec_fn=little)
        assert done.returncode == 1
        assert file in done.stderr
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


@pytest.mark.parametrize(
    "name",
    [
        '"\\ud800镇"',
        '"a\\e[31m"',
        '"\\u202e镇"',
        '"镇\\u200b"',
        '"镇\\n府"',
        '"  "',
        '"x {{< env HOME >}}"',
        '"镇\\u2028府"',
    ],
)
@pytest.mark.parametrize("key", ["organ", "short_name", "office"])
def test_names_are_one_line_of_what_can_be_seen(key: str, name: str, folder: Path) -> None:
    path = folder / "report.yml"
    lines = [
        f"{line.split(key)[0]}{key}: {name}" if line.strip().startswith(f"{key}:") else line
        for line in path.read_text("utf-8").split("\n")
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    done = run("check", folder, XIAODUKOU, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    (found,) = check(folder).findings
    assert (found.file, found.rule) == ("report.yml", "LOAD")
    assert found.line


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
