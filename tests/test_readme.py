"""What the READMEs say is true: commands run, paths exist, links lead somewhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

READMES = ("README.md", "README.zh-CN.md")


def shell_lines(name: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, as a new user has it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    project = tmp_path_factory.mktemp("clone") / "nianbao"
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, project / name)
    return project


@pytest.mark.parametrize("readme", READMES)
def test_commands_run_in_the_order_they_stand(project: Path, readme: str) -> None:
    ran = 0
    for line in shell_lines(readme):
        line = {"make report": "python -m helpers render --engine pandoc"}.get(line, line)
        if line.startswith("python -m helpers"):
            command = line.replace("python", sys.executable, 1)
            done = subprocess.run(
                command, shell=True, cwd=project, capture_output=True, text=True, timeout=300
            )
            assert done.returncode == 0, f"{line}\n{done.stderr}"
            ran += 1
    assert ran >= 5
    for year in (2024, 2025):
        shutil.rmtree(project / "data" / f"my-office-{year}")


@pytest.mark.parametrize("readme", READMES)
def test_every_make_target_exists(readme: str, program) -> None:
    targets = {line.split()[1] for line in shell_lines(readme) if line.startswith("make ")}
    assert {"report", "test"} <= targets
    for target in {*targets, "check", "preview", "lint", "bench", "clean", "help"}:
        subprocess.run([program("make"), "-n", target], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize("readme", READMES)
def test_links_and_paths_lead_somewhere(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("https://")]
    assert not [link for link in links if not (ROOT / link).exists()]
    table = text.partition("## What is where")[2].partition("\n## ")[0]
    for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", row)
        for path in (first, *others):
            beside = (ROOT / first).parent / path
            assert (ROOT / path).exists() or beside.exists(), path
