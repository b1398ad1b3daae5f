"""The command ``nianbao``: the same from any folder, with a version, completion, and every command on its help page."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from conftest import ROOT, XIAODUKOU

from helpers import __version__
from helpers.cli.commands import cli
from helpers.cli.usage import SECTIONS

START = "import sys; sys.argv[0] = 'nianbao'; sys.path.insert(0, sys.argv.pop(1)); from helpers.cli.entry import main; main()"


def nianbao(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run it as the installed script does, which is called by its name."""
    command = [sys.executable, "-c", START, str(ROOT), *map(str, words)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def test_the_entry_point_names_what_runs() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"nianbao": "helpers.cli.entry:main"}


def test_every_command_stands_on_the_help_page(tmp_path: Path) -> None:
    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(cli.commands)
    page = nianbao("--help", cwd=tmp_path).stdout
    places = [page.index(f"\n{heading}:") for heading in SECTIONS]
    assert places == sorted(places)
    for name in cli.commands:
        assert f"\n  {name} " in page


def test_it_says_its_version(tmp_path: Path) -> None:
    assert __version__ in nianbao("--version", cwd=tmp_path).stdout


def test_it_works_in_another_folder(tmp_path: Path) -> None:
    assert nianbao("check", XIAODUKOU, cwd=tmp_path).returncode == 0
    done = nianbao("render", "--to", "html", "--engine", "pandoc", "--out", "here", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "here" / "report.html").is_file()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_complete_it(shell: str, tmp_path: Path) -> None:
    script = nianbao("completion", shell, cwd=tmp_path).stdout
    assert "_NIANBAO_COMPLETE" in script


def test_a_mistake_is_answered_by_the_name_that_was_used(tmp_path: Path) -> None:
    assert "nianbao --help" in nianbao("chek", cwd=tmp_path).stderr


def test_a_report_with_errors_starts_nothing(tmp_path: Path) -> None:
    folder = shutil.copytree(XIAODUKOU, tmp_path / "report")
    (folder / "applications.csv").unlink()
    alone = f"import os, subprocess; os.fork = subprocess.Popen = None; {START}"
    command = [sys.executable, "-c", alone, str(ROOT), "render", str(folder), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
    assert "1 处错误" in done.stderr and "applications.csv" in done.stderr
    assert not (tmp_path / "out").exists()
