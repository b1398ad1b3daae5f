"""How long a report takes: from the shell, and each further one in the same process; Quarto beside it where there is one."""

import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import ROOT, run, show

FOLDER = "data/xiaodukou-2024"

_FURTHER = """
import json, sys, time
from pathlib import Path
from helpers.publish import publish

stages, seconds = {}, []
for number in range(6):
    marks = []
    start = time.perf_counter()
    publish(Path("report.qmd"), out=Path(sys.argv[1]), parameters={"report": sys.argv[2]}, engine="pandoc",
            progress=lambda said: marks.append((time.perf_counter(), said)))
    end = time.perf_counter()
    if number:
        seconds.append(end - start)
        for (begun, said), (after, _) in zip(marks, [*marks[1:], (end, "")]):
            stages.setdefault(said, []).append(after - begun)
print(json.dumps({"seconds": seconds, "stages": stages}, ensure_ascii=False))
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as out:
        render = [sys.executable, "-m", "helpers", "render", FOLDER, "--out", out]
        run([*render, "--engine", "pandoc"])  # fills the disk's cache
        first = min((run([*render, "--engine", "pandoc"]) for _ in range(3)), key=lambda one: one.seconds)
        further = json.loads(run([sys.executable, "-c", _FURTHER, out, FOLDER]).output.splitlines()[-1])
        size = (Path(out) / "report.html").stat().st_size
        each = min(further["seconds"])
        rows = [
            ["built-in engine, from the shell", f"{first.seconds:.2f} s", f"{first.megabytes:.0f} MB", "1.0"],
            ["built-in engine, each further report", f"{each:.2f} s", "", f"{each / first.seconds:.2f}"],
        ]
        if shutil.which("quarto"):
            quarto = run([*render, "--engine", "quarto"], env={"QUARTO_PYTHON": sys.executable})
            ratio = f"{quarto.seconds / first.seconds:.1f}"
            rows.append(
                ["Quarto, from the shell", f"{quarto.seconds:.2f} s", f"{quarto.megabytes:.0f} MB", ratio]
            )
        show(
            "Rendering HTML, PDF and Word",
            ("what", "time", "memory at most", "ratio"),
            rows,
            f"Goals: 4 s from the shell, 0.5 s each further one, 500 MB; report.html has {size / 1000:.0f} kB (goal 500).",
        )
        total = sum(min(times) for times in further["stages"].values())
        show(
            "Where the time of a further report goes",
            ("step", "time", "share"),
            [[step, f"{min(t):.3f} s", f"{min(t) / total:.0%}"] for step, t in further["stages"].items()],
        )


if __name__ == "__main__":
    assert (ROOT / FOLDER).is_dir()
    main()
