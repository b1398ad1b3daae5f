"""Reports published for real, by either engine, for the tests that look at the finished files."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
XIAODUKOU = ROOT / "data" / "xiaodukou-2024"
OUTPUTS = ("report.html", "report.pdf", "report.docx")
ENGINES = ["built-in", pytest.param("quarto", marks=pytest.mark.quarto)]


def built_in(folder: Path, out: Path) -> list[str]:
    """Return our own command that renders ``folder`` into ``out`` with the built-in engine."""
    options = ["--engine", "pandoc", "--out", str(out)]
    return [sys.executable, "-m", "helpers", "render", str(folder), *options]


def publish(engine: str, folder: Path, work: Path, *prefix: str, **environment: str) -> Path:
    """Publish a report folder; ``work`` is a folder to be made, ``prefix`` a command that runs another.

    Returns the folder of the outputs. The built-in engine is asked by our own command; Quarto by its own, in a fresh copy
    of the project in ``work``, with nothing before it.
    """
    if engine == "built-in":
        out = work / "out"
        command = built_in(folder, out)
        project = ROOT
    else:
        project = copy_project(work)
        out, command = project / "_output", ["quarto", "render", "-P", f"report:{folder}"]
    done = subprocess.run(
        [*prefix, *command],
        cwd=project,
        env=os.environ | {"QUARTO_PYTHON": sys.executable} | environment,
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return out


def copy_project(target: Path) -> Path:
    """Copy what ``quarto render`` needs, and nothing it made before."""
    target.mkdir(parents=True)
    for name in ("_quarto.yml", "report.qmd", "pyproject.toml"):
        shutil.copy(ROOT / name, target)
    for name in ("assets", "data", "helpers"):
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    return target


def render(engine: str, document: Path, *to: str) -> dict[str, Path]:
    """Make the outputs of a document of a copied project, by our own engine or by ``quarto render`` alone (``to`` a format)."""
    if engine == "built-in":
        from helpers.publish import publish as make

        return make(document, out=document.parent / "out", engine="pandoc").outputs
    settings = document.with_name("_quarto.yml")
    text = re.sub(r"(?m)^  render: .*", f"  render: [{document.name}]", settings.read_text(encoding="utf-8"))
    settings.write_text(text, encoding="utf-8")  # what is no input of the project gets nothing of it
    done = subprocess.run(
        ["quarto", "render", document.name, *(("--to", *to) if to else ())],
        cwd=document.parent,
        env=os.environ | {"QUARTO_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return {name: document.parent / "_output" / f"{document.stem}.{name}" for name in ("html", "pdf", "docx")}


def hears_interrupts() -> None:
    """Undo, in a child that a test will interrupt, what a shell does to the programs of a background job."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
