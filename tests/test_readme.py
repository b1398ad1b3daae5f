"""What the READMEs and the pages in docs/ say is true: commands run, tables are the program's, paths exist, links lead somewhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from helpers.cli import usage
from helpers.cli.commands import cli

READMES = ("README.md", "README.zh-CN.md")
GUIDES = ("docs/guide.md", "docs/zh/上手.md")
"""Pages whose commands run as they stand."""

PAGES = [
    *READMES,
    "CONTRIBUTING.md",
    "SECURITY.md",
    *(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md")),
]
SCREEN = 60
"""Lines."""


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


@pytest.mark.parametrize("guide", GUIDES)
def test_commands_run_in_the_order_they_stand(project: Path, guide: str) -> None:
    ran = 0
    for line in shell_lines(guide):
        assert line.startswith("python -m helpers")
        command = line.replace("python", sys.executable, 1)
        done = subprocess.run(command, shell=True, cwd=project, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        ran += 1
    assert ran >= 5
    for year in (2024, 2025):
        shutil.rmtree(project / "data" / f"my-office-{year}")


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_is_one_screen_with_two_commands(readme: str, program) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    assert len(text.splitlines()) <= SCREEN
    assert shell_lines(readme) == ["make report", "make test"]
    for target in ("report", "test", "check", "preview", "lint", "bench", "clean", "help"):
        subprocess.run([program("make"), "-n", target], cwd=ROOT, capture_output=True, check=True)


@pytest.mark.parametrize(("readme", "english"), [(READMES[0], True), (READMES[1], False)])
def test_the_table_of_commands_is_made_from_the_commands(readme: str, english: bool) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    (table,) = re.findall(r"<!-- commands -->\n(.*)\n<!-- /commands -->", text, re.DOTALL)
    assert table == usage.table(cli, english=english), "run python tools/readme.py"
    assert all(f"`{name}`" in table for name in cli.commands)


@pytest.mark.parametrize("page", PAGES)
def test_links_and_paths_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [
        link
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", re.sub(r"`[^`\n]*`", "", text))
        if "://" not in link
    ]
    assert not [link for link in links if not (ROOT / page).parent.joinpath(link).exists()]
    table = text.partition("## What is where")[2].partition("\n## ")[0]
    for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE):
        for path in re.findall(r"`([^`]+)`", row):
            assert (ROOT / path).exists() or path.startswith("make "), path


def test_the_page_of_messages_has_what_the_program_says() -> None:
    sources = [*(ROOT / "helpers").rglob("*.py"), *(ROOT / "data" / "form").glob("*.yml")]
    said = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    said = re.sub(r'"\s*\n\s*f?"', "", said)  # a message over two lines of code
    page = (ROOT / "docs" / "zh" / "报错对照.md").read_text(encoding="utf-8")
    messages = re.findall(r"^\| (.*?) \| ", page, re.MULTILINE)[1:]
    assert len(messages) > 25
    for message in messages:
        # An example may stand in quotes, in brackets or after an ellipsis; the words around it are the program's.
        words = [part.strip() for part in re.split(r"…|“[^”]*”|（[^）]*）|，| ", message)]
        wrong = [part for part in words if len(part) > 1 and part not in said]
        assert not wrong, f"{message}: {wrong}"
