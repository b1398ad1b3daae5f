"""The command merge, and Word files made of report folders."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from published import ROOT

from helpers.cli.commands import cli
from helpers.publish import publish

SAMPLES = sorted(path.parent for path in (ROOT / "data").glob("*-20*/report.yml"))


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    said: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def merge(file: Path, folder: Path, *options: str) -> Done:
    return run("merge", str(file), "--into", str(folder), *options)


def run(*arguments: str) -> Done:
    done = CliRunner().invoke(cli, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    return Done(done.exit_code, done.stdout, done.stderr)


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def word_of(folder: Path, out: Path, profile: str | None = None, *, force: bool = False) -> Path:
    """The Word file of a report folder, by the built-in engine; ``force`` in spite of errors."""
    parameters = {"report": str(folder), "force": force}
    made = publish(
        ROOT / "report.qmd",
        to=["docx"],
        out=out,
        parameters=parameters,
        engine="pandoc",
        profile=profile,
        in_process=True,
    )
    return made.outputs["docx"]


def save_again(soffice: str, files: list[Path], work: Path) -> Path:
    """Have LibreOffice open Word files and save them as such; return the folder of the new ones."""
    profile = f"-env:UserInstallation={(work / 'profile').as_uri()}"
    command = [soffice, "--headless", profile, "--convert-to", "docx", "--outdir", str(work / "saved")]
    done = subprocess.run([*command, *map(str, files)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return work / "saved"
