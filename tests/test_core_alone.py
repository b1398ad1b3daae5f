"""What is promised of an environment that has only what requirements.lock names: reports are made, the rest asks for its extra."""

import os
import re
import runpy
import subprocess
import sys
import sysconfig
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from conftest import ROOT, XIAODUKOU
from docx import Document

EXTRAS = {"archive": "pyhanko", "batch": "distributed", "import": "pdfplumber", "quarto": "nbclient"}
"""A package of each."""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment, in which the packages of the lock stand as links to those of this one."""
    place = tmp_path_factory.mktemp("core") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    (packages,) = place.glob("[Ll]ib/**/site-packages")
    for name in re.findall(r"^[a-z][\w.-]*", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE):
        try:
            found = distribution(name)
        except PackageNotFoundError:  # of another system, or of another Python
            continue
        for entry in {file.parts[0] for file in found.files or ()} - {"..", "__pycache__"}:
            if not (packages / entry).exists():
                (packages / entry).symlink_to(Path(str(found.locate_file(entry))))
    return place / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def run(python: Path, *arguments: str | Path, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(python), "-m", "helpers", *map(str, arguments)]
    environment = {**os.environ, "PATH": f"{path or ''}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def test_the_environment_has_nothing_else(python: Path) -> None:
    for package in EXTRAS.values():
        tried = subprocess.run([str(python), "-c", f"import {package}"], capture_output=True, text=True)
        assert "ModuleNotFoundError" in tried.stderr


def test_a_report_is_checked_and_made_in_three_formats(python: Path, tmp_path: Path) -> None:
    done = run(python, "render", XIAODUKOU, "--engine", "pandoc", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.html",
        "report-body.html",
        "report.pdf",
        "report.docx",
        "manifest.json",
    }
    checked = run(python, "check", XIAODUKOU)
    assert checked.returncode == 0, checked.stderr


def test_what_clerks_use_needs_no_extra(python: Path, tmp_path: Path) -> None:
    workbook = tmp_path / "filled.xlsx"
    for arguments in (
        ("workbook", XIAODUKOU, "--out", workbook),
        ("import", workbook, "--out", tmp_path / "read"),
        ("compare", XIAODUKOU, XIAODUKOU),
    ):
        done = run(python, *arguments)
        assert done.returncode == 0, done.stderr


def test_a_command_that_needs_an_extra_names_it_and_how_to_get_it(python: Path, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    Document().save(str(tmp_path / "a.docx"))
    asking = [
        ("archive", ("archive", tmp_path, "--out", tmp_path / "out")),
        ("archive", ("verify", tmp_path / "a.docx")),
        ("archive", ("sign", tmp_path / "a.pdf", "--certificate", tmp_path / "a.p12")),
        ("batch", ("batch", XIAODUKOU, "--out", tmp_path / "out")),
        ("import", ("import", tmp_path / "a.pdf", "--out", tmp_path / "read")),
        ("import", ("import", tmp_path / "a.docx", "--out", tmp_path / "read")),
    ]
    for extra, arguments in asking:
        done = run(python, *arguments)
        assert done.returncode == 2
        assert f"附加组件 {extra}（" in done.stderr and "Traceback" not in done.stderr
        assert done.stderr.rstrip().endswith(f"{ROOT / 'tools' / 'set_up.py'} {extra}")
        assert (ROOT / f"requirements-{extra}.lock").is_file()
    assert not (tmp_path / "out").exists() and not (tmp_path / "read").exists()


def test_a_copy_that_may_be_sealed_is_not_called_unchanged(python: Path, tmp_path: Path) -> None:
    """A set with an appended PDF is judged by nobody here, and neither whole nor changed is claimed."""
    made = run(python, "render", XIAODUKOU, "--engine", "pandoc", "--to", "pdf", "--out", tmp_path)
    assert made.returncode == 0, made.stderr
    assert run(python, "verify", tmp_path).returncode == 0
    with (tmp_path / "report.pdf").open("ab") as stream:
        stream.write(b"% what a signature might be\n")
    done = run(python, "verify", tmp_path)
    assert done.returncode == 1
    assert "要用附加组件 archive 才能判断" in done.stderr and "set_up.py archive" in done.stderr
    assert "原文未改动" not in done.stderr and "齐全" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a program on PATH is a script of sh")
def test_quarto_without_its_extra_is_not_taken_and_says_what_it_needs(python: Path, tmp_path: Path) -> None:
    script = tmp_path / "bin" / "quarto"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho 1.10.18\n")
    script.chmod(0o755)
    done = run(
        python, "render", XIAODUKOU, "--engine", "quarto", "--out", tmp_path / "out", path=script.parent
    )
    assert done.returncode == 1
    assert "附加组件 quarto" in done.stderr and "set_up.py quarto" in done.stderr


def test_set_up_slims_the_projects_own_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment that others use too keeps what reports do not read."""
    set_up = runpy.run_path(str(ROOT / "tools" / "set_up.py"))
    packages = tmp_path / ".venv" / "site-packages"
    for name in (
        "甲/tests/test_a.py",
        "babel/locale-data/de_AT.dat",
        "babel/locale-data/zh_Hans.dat",
        "甲/a.py",
    ):
        (packages / name).parent.mkdir(parents=True, exist_ok=True)
        (packages / name).touch()
    before = set(packages.rglob("*"))
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(packages))
    monkeypatch.setattr(sys, "prefix", str(tmp_path / ".venv"))
    set_up["_slim"]()
    assert set(packages.rglob("*")) == before
    set_up["_slim"].__globals__["ROOT"] = tmp_path
    set_up["_slim"]()
    assert {path.name for path in before - set(packages.rglob("*"))} == {"tests", "test_a.py", "de_AT.dat"}
