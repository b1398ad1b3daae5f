"""How long an import takes from the shell, for each kind of file."""

import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROOT, run, show
from helpers.intake import workbook
from helpers.report.folder import load

FOLDER = ROOT / "data" / "xiaodukou-2024"
GOALS = {"html": "1 s", "docx": "1 s", "pdf": "3 s", "xlsx": ""}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as place:
        run([sys.executable, "-m", "helpers", "render", str(FOLDER), "--engine", "pandoc", "--out", place])
        workbook.write(load(FOLDER), Path(place) / "report.xlsx")
        rows = []
        for kind, goal in GOALS.items():
            command = [
                sys.executable,
                "-m",
                "helpers",
                "import",
                str(Path(place) / f"report.{kind}"),
                "--json",
            ]
            best = min((run(command) for _ in range(3)), key=lambda one: one.seconds)
            rows.append([kind.upper(), f"{best.seconds:.2f} s", f"{best.megabytes:.0f} MB", goal])
    show("Importing a published report", ("kind", "time", "memory at most", "goal"), rows)
