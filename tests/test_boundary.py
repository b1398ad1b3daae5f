"""No folder ends the run of others, and every command ends clean: an exit code of 0, 1 or 2, and no traceback."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from batch_cluster import until, workers_of
from published import ROOT, XIAODUKOU, copy_project, hears_interrupts

PINGTAN = ROOT / "data" / "pingtan-2021"
Done = subprocess.CompletedProcess[str]


def run(*arguments: object, project: Path = ROOT, prefix: Sequence[str] = (), **options: Any) -> Done:
    """Run a command; whatever it was asked, it ends with one of three codes and without a traceback."""
    command = [*prefix, sys.executable, "-m", "helpers", *map(str, arguments)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    done: Done = subprocess.run(command, cwd=project, text=True, timeout=300, **streams)
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Traceback" not in (done.stderr or "")
    return done


# Bad folders ----------------------------------------------------------------------------------------------------------


def missing_with_a_note(folder: Path) -> None:
    (folder / "overview.md").unlink()
    (folder / "review.yml").write_text(
        "notes:\n- {at: overview, seen: 公开, who: 审, when: 2026-01-05, text: 查, state: open}\n", "utf-8"
    )


def half_a_character(folder: Path) -> None:
    settings = (folder / "report.yml").read_text("utf-8").split("\n")
    changed = ['organ: "\\ud800镇"' if line.startswith("organ:") else line for line in settings]
    (folder / "report.yml").write_text("\n".join(changed), "utf-8")


def appended(text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with (folder / "other.md").open("a", encoding="utf-8") as stream:
            stream.write(f"\n\n{text}\n")

    return change


def name_that_is_not_utf8(folder: Path) -> None:
    (folder / os.fsdecode(b"n\xff.txt")).touch()


def renamed(folder: Path) -> None:
    folder.rename(folder.with_name(os.fsdecode(b"r\xff")))


def circle(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(folder.name)


BAD = {
    "gone": shutil.rmtree,
    "note-without-file": missing_with_a_note,
    "half-a-character": half_a_character,
    "picture-of-no-name": appended("![图](a%00.png)"),
    "picture-of-a-long-name": appended(f"![图]({'a' * 4000}.png)"),
    "stars": appended("*" * 600 + "a" + "*" * 600),
    "file-not-utf8": name_that_is_not_utf8,
    "folder-not-utf8": renamed,
    "circle": circle,
    "empty-file": lambda folder: (folder / "applications.csv").write_bytes(b""),
    "thousands-of-files": lambda folder: [(folder / f"{number}.txt").touch() for number in range(3000)],
    "folder-for-a-file": lambda folder: ((folder / "other.md").unlink(), (folder / "other.md").mkdir()),
}


@pytest.fixture
def among_others(tmp_path: Path) -> list[Path]:
    """Bad folders of every kind, a good one before and one after them."""
    folders = [Path(shutil.copytree(PINGTAN, tmp_path / name)) for name in ("first", *BAD, "last")]
    for folder, change in zip(folders[1:-1], BAD.values(), strict=True):
        change(folder)
    return [
        folder.with_name(os.fsdecode(b"r\xff")) if folder.name == "folder-not-utf8" else folder
        for folder in folders
    ]


def test_check_judges_every_folder(among_others: list[Path]) -> None:
    done = run("check", "--json", *among_others)
    verdicts = json.loads(done.stdout)
    assert [one["passed"] for one in verdicts] == [True, *(False for _ in BAD), True]
    rules = {found["rule"] for one in verdicts for found in one["findings"]}
    assert rules <= {"LOAD", "PROSE", "N-OPEN"}
    assert run("check", *among_others).returncode == 1


def test_batch_makes_what_can_be_made(among_others: list[Path], tmp_path: Path) -> None:
    done = run("batch", *among_others, "--out", tmp_path / "out", "--to", "html", "--workers", 1)
    assert done.returncode == 1
    summary = json.loads((tmp_path / "out" / "batch.json").read_text("utf-8"))
    assert [one["state"] == "rendered" for one in summary["reports"]] == [True, *(False for _ in BAD), True]
    assert {found["rule"] for one in summary["reports"] for found in one["findings"]} <= {
        "LOAD",
        "PROSE",
        "N-OPEN",
    }


COMMANDS = ["render", "workbook", "compare", "rollup", "new", "verify", "preview"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_other_command_says_what_is_wrong(
    command: str, among_others: list[Path], tmp_path: Path
) -> None:
    out = ["--out", tmp_path / "made"]
    arguments = {
        "render": [*out, "--engine", "pandoc", "--to", "html"],
        "workbook": out,
        "compare": [PINGTAN],
        "rollup": [PINGTAN, "--organ", "某区", "--level", "county", *out],
        "new": [tmp_path / "next", "--organ", "某区", "--level", "county", "--year", "2022", "--from"],
        "verify": [],
        "preview": [],
    }[command]
    for folder in among_others[1 + COMMANDS.index(command) % 3 : -1 : 3]:
        if command == "preview" and folder.is_dir() and folder.name.isascii():
            continue  # it would wait for the next change
        done = run(command, *arguments, folder)
        assert "INTERNAL" not in done.stderr, folder
        shutil.rmtree(tmp_path / "next", ignore_errors=True)


# A fault of the program -----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with a fault in one rule, one reader and one table, each of which one folder meets."""
    project = copy_project(tmp_path_factory.mktemp("project") / "p")
    shutil.rmtree(project / "data")
    shutil.copytree(ROOT / "data" / "form", project / "data" / "form")
    faults = {
        "W-SEQUENCE": "context.report.folder.name == 'bad-rule'",
        "_read_prose": "folder.name == 'bad-reader'",
        "front_matter": "report.folder.name == 'bad-printing'",
    }
    for path in (project / "helpers").rglob("*.py"):
        text = path.read_text("utf-8")
        for mark, when in faults.items():
            text = _with_fault(text, mark, when)
        path.write_text(text, "utf-8")
    for name in ("bad-rule", "bad-reader", "bad-printing", "good"):
        shutil.copytree(PINGTAN, project / "data" / name)
    return project


def _with_fault(text: str, mark: str, when: str) -> str:
    """Let the function that is, or follows, ``mark`` fail for some folders."""
    lines = text.split("\n")
    starts = (f'@rule("{mark}")', f"def {mark}(")
    start = next((n for n, line in enumerate(lines) if line.startswith(starts)), None)
    if start is None:
        return text
    end = next(n for n in range(start, len(lines)) if lines[n].endswith(":") and not lines[n].startswith("@"))
    return "\n".join(
        [*lines[: end + 1], f"    if {when}:", "        {}['nobody thought of']", *lines[end + 1 :]]
    )


def test_a_fault_of_the_program_is_a_finding_of_the_folder_that_met_it(faulty: Path) -> None:
    names = ["data/bad-rule", "data/bad-reader", "data/good"]
    done = run("check", "--json", *names, project=faulty)
    rule, reader, good = json.loads(done.stdout)
    assert done.returncode == 1
    for verdict in (rule, reader):
        (found,) = verdict["findings"]
        assert (found["rule"], found["level"]) == ("INTERNAL", "error")
        assert re.search(r"编号 [0-9a-f]{8}：KeyError，(checks|report)/\w+\.py 第 \d+ 行", found["message"])
    assert rule["organ"] and good["passed"]


def test_a_fault_of_the_program_ends_no_batch(faulty: Path, tmp_path: Path) -> None:
    names = ["data/bad-rule", "data/bad-reader", "data/bad-printing", "data/good"]
    done = run("batch", *names, "--out", tmp_path / "out", "--to", "html", "--workers", 1, project=faulty)
    assert done.returncode == 1
    reports = json.loads((tmp_path / "out" / "batch.json").read_text("utf-8"))["reports"]
    assert [one["state"] for one in reports] == ["failed", "failed", "failed", "rendered"]
    assert [one["findings"][0]["rule"] for one in reports[:2]] == ["INTERNAL", "INTERNAL"]


def test_the_same_fault_has_the_same_number_and_its_traceback_can_be_had(faulty: Path) -> None:
    first, second = (run("workbook", "data/bad-reader", "--out", "x.xlsx", project=faulty) for _ in range(2))
    assert first.stderr == second.stderr
    assert "INTERNAL" in first.stderr
    command = [sys.executable, "-X", "dev", "-m", "helpers", "check", "data/bad-rule"]
    told = subprocess.run(command, cwd=faulty, capture_output=True, text=True, timeout=300)
    assert "Traceback" in told.stderr


def test_a_process_that_is_killed_costs_no_verdict() -> None:
    command = [sys.executable, "-m", "helpers", "check", "--json", *[str(PINGTAN)] * 250]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    until(lambda: workers_of(process))
    workers_of(process)[0].kill()
    out, err = process.communicate(timeout=300)
    assert (process.returncode, err) == (0, "")
    assert [one["passed"] for one in json.loads(out)] == [True] * 250


# Places that cannot be read or written --------------------------------------------------------------------------------


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    under = tmp_path / "file" / "made"
    for arguments in (
        ("workbook", XIAODUKOU, "--out", under),
        ("workbook", XIAODUKOU, "--out", "/dev/full"),
        ("workbook", XIAODUKOU, "--out", tmp_path),
        ("compare", XIAODUKOU, PINGTAN, "--out", under),
        ("compare", XIAODUKOU, PINGTAN, "--out", "/dev/full"),
        ("render", XIAODUKOU, "--engine", "pandoc", "--out", under),
        ("batch", XIAODUKOU, "--out", under),
        ("rollup", PINGTAN, "--organ", "某区", "--level", "county", "--out", under),
        ("new", under, "--organ", "某区", "--level", "county", "--year", 2025),
    ):
        done = run(*arguments)
        assert done.returncode in (1, 2), arguments
        assert done.stderr.strip() and "INTERNAL" not in done.stderr, arguments
    assert Path("/dev/full").is_char_device()


def test_pages_of_check_that_cannot_be_written(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "p")
    (project / "_output").touch()
    done = run("check", "--html", "data/pingtan-2021", project=project)
    assert done.returncode == 2
    assert "_output" in done.stderr


FULL = [
    ("compare", "data/pingtan-2024", "data/pingtan-2025"),
    ("check", "--json", "data/pingtan-2024"),
    ("import", "tests/intake/make.py", "--json"),
    ("--help",),
]


@pytest.mark.parametrize("arguments", FULL, ids=lambda one: one[0])
def test_an_output_that_is_full_closed_or_read_no_further(arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = run(*arguments, stdout=full)
        assert done.returncode == 2
        assert "写不出去" in done.stderr or arguments[0] == "import"
        assert run("nosuch", stderr=full).returncode == 2
    reader, writer = os.pipe()
    os.close(reader)
    done = run(*arguments, stdout=writer)
    os.close(writer)
    assert done.returncode in (1, 2)
    assert "写不出去" not in done.stderr
    run(*arguments, preexec_fn=lambda: os.close(1))
    run(*arguments, preexec_fn=lambda: os.close(2))


@pytest.fixture
def as_nobody(program: Callable[[str], str]) -> Iterator[tuple[Path, list[str]]]:
    """A place that everybody reaches, and what runs a command as a user who may read only what everybody may."""
    drop = ["--reuid=65534", "--regid=65534", "--clear-groups"]
    prefix = [program("setpriv"), *drop] if os.geteuid() == 0 else []
    if subprocess.run([*prefix, sys.executable, "-m", "helpers", "--help"], cwd=ROOT).returncode:
        pytest.skip("another user cannot run this Python, or not reach the project")
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        yield Path(place), prefix


def test_a_folder_that_may_not_be_read(as_nobody: tuple[Path, list[str]]) -> None:
    place, prefix = as_nobody
    folder = Path(shutil.copytree(PINGTAN, place / "report"))
    (folder / "inner").mkdir(mode=0)
    done = run("render", folder, "--engine", "pandoc", "--out", place / "out", prefix=prefix)
    assert (done.returncode, "inner" in done.stderr) == (2, True)
    (folder / "other.md").chmod(0)
    assert "other.md" in run("check", folder, prefix=prefix).stderr
    folder.chmod(0)
    more = {"compare": [PINGTAN], "workbook": ["--out", place / "x.xlsx"], "batch": ["--out", place / "all"]}
    for command in ("check", "render", "workbook", "compare", "verify", "batch"):
        done = run(command, folder, *more.get(command, []), prefix=prefix)
        assert done.returncode in (1, 2)
        assert "INTERNAL" not in done.stderr
    folder.chmod(0o755)


@pytest.mark.parametrize(
    "value", ["x", "3", "1.5", "[]", "[a, a]", "{}", "{a: b}", "true", "null", '"\\ud800"']
)
def test_a_setting_of_any_kind_is_read_or_told(value: str, tmp_path: Path) -> None:
    schema = json.loads((ROOT / "data" / "form" / "report.schema.json").read_text("utf-8"))
    settings = (PINGTAN / "report.yml").read_text("utf-8").split("\n")
    for key in schema["properties"]:
        folder = Path(shutil.copytree(PINGTAN, tmp_path / key))
        kept = [line for line in settings if not line.startswith(f"{key}:")]
        (folder / "report.yml").write_text("\n".join([f"{key}: {value}", *kept]), "utf-8")
    done = run("check", "--json", *sorted(tmp_path.iterdir()))
    found = {one["rule"] for verdict in json.loads(done.stdout) for one in verdict["findings"]}
    assert "LOAD" in found and "INTERNAL" not in found


# Command lines --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--nosuch",), "没有选项 --nosuch"),
        (("rende",), "没有命令“rende”（是不是 render）"),
        (("check",), "缺少 FOLDER"),
        (("check", "--json=1", "x"), "--json 后面不能带值"),
        (("workbook", "x", "--out"), "--out 后面还要写上它的值"),
        (("render", "a", "b"), "多余"),
        (("render", "--to", "odt"), "没有格式“odt”"),
        (("render", "--engine", "x"), "之一"),
        (("render", "--profile", "../../x"), "--profile"),
        (("preview", "--port", "99999"), "0 到 65535"),
        (("new", "x", "--organ", "a", "--level", "b", "--year", "x"), "--year 的值应是整数"),
        (("batch", "x", "--out", "y", "--workers", "0"), "不小于 1"),
    ],
)
def test_a_wrong_command_line_is_answered_in_chinese(arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.strip().split("\n")) == 1


@pytest.mark.parametrize("command", ["", "render", "check", "new", "batch", "preview"])
def test_help_is_in_chinese(command: str) -> None:
    said = run(*filter(None, [command]), "--help").stdout
    assert not {"Usage", "Options:", "Commands:", "Show this", "required", "default"} & set(said.split())


@pytest.mark.parametrize("moment", ["abc", "-1", "1e9", "٣", "9" * 30, " 5"])
def test_a_moment_that_is_none_is_refused_at_once(moment: str) -> None:
    done = run("render", XIAODUKOU, env=os.environ | {"SOURCE_DATE_EPOCH": moment})
    assert done.returncode == 2
    assert "SOURCE_DATE_EPOCH" in done.stderr


@pytest.mark.parametrize("record", ["[" * 100_000, '{"a":' * 50_000, "[]", "{}", '{"inputs": 1}', "\ud800"])
def test_a_manifest_that_is_none(record: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text(record, "utf-8", errors="surrogatepass")
    done = run("verify", tmp_path)
    assert done.returncode == 1
    assert "manifest.json" in done.stderr


def test_an_interrupt_ends_in_one_line() -> None:
    command = [sys.executable, "-m", "helpers", "check", *[str(PINGTAN)] * 250]
    process = subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True, preexec_fn=hears_interrupts
    )
    # It is past its start, its workers too, and far from its end.
    until(lambda: workers_of(process) and min(one.cpu_times().user for one in workers_of(process)) > 0.3)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 1
    assert len(said.strip().split("\n")) == 1
