"""How fast a batch is, where its time goes, how far it is from bare pandoc and Typst, and what memory it needs.

``NIANBAO_REPORTS`` sets the number of reports (120 without it; 1000 is the size of the goals).
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measure import ROOT, run, show
from benchmarks.parts import COUNTED, WARM_UP

REPORTS = int(os.environ.get("NIANBAO_REPORTS", "120"))
EXAMPLE = ROOT / "data" / "xiaodukou-2024"

_BATCH = """
import json, sys, time
from pathlib import Path
from helpers.county.batch import run

marks, driver, start = [], [], time.perf_counter()

def mark(done):
    marks.append(time.perf_counter() - start)
    driver.append(time.process_time())

run(sorted(Path(sys.argv[1]).iterdir())[:int(sys.argv[4])], Path(sys.argv[2]), workers=int(sys.argv[3]), progress=mark)
print(json.dumps({"seconds": time.perf_counter() - start, "marks": marks, "driver": driver}))
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        varied(place / "in", REPORTS)
        varied(place / "few", WARM_UP + COUNTED)  # among a thousand, a folder's children would be looked for
        parts = _json("-m", "benchmarks.parts", place / "few")
        two, memory = _batch(place, "two", 2, REPORTS)
        again, _ = _batch(place, "two", 2, REPORTS)
        one, _ = _batch(place, "one-worker", 1, REPORTS // 4)
        rates = {workers: _rate(marks) for workers, marks in ((2, two["marks"]), (1, one["marks"]))}
        quarto = _quarto(place)
        size = sum(path.stat().st_size for path in (place / "two").rglob("report.*")) / REPORTS / 1e6
    load = os.getloadavg()[0]
    early, late = (max(part) for part in _halves(memory.worker))
    rows = [
        ["two workers", f"{rates[2]:.2f} reports/s", f"{two['seconds']:.1f} s in all"],
        ["one worker", f"{rates[1]:.2f} reports/s", f"two are {rates[2] / rates[1]:.2f} times one"],
        [
            "nothing changed",
            f"{REPORTS / again['seconds']:.0f} reports/s",
            f"{1000 * again['seconds'] / REPORTS:.1f} ms each",
        ],
        ["processor time of the driver", f"{1000 / _rate(two['driver']):.0f} ms a report", ""],
        [
            "start, portal and data",
            f"{two['marks'][0]:.1f} s, {two['seconds'] - two['marks'][-1]:.1f} s",
            "before the first report and after the last",
        ],
        ["memory: scheduler and driver", f"{max(memory.driver):.0f} MB", "at most (RSS)"],
        ["memory: a worker", f"{late:.0f} MB", f"at most (PSS); in the first half {early:.0f} MB"],
        ["memory: its pandoc", f"{max(memory.pandoc):.0f} MB", "at most (PSS)"],
        ["outputs of a report", f"{size:.2f} MB", ""],
    ]
    if quarto:
        rows.append(
            ["quarto render", f"{quarto:.1f} s", f"{quarto * rates[2]:.0f} times as long as one report here"]
        )
    show(
        f"A batch of {REPORTS} reports, three formats each, on {os.cpu_count()} cores",
        ("what", "measured", ""),
        rows,
        "Goals: 5 reports/s; two workers 1.7 times one; 1000 unchanged in 10 s; 500 MB and 400 MB; 30 times Quarto. "
        f"Load average at the end: {load:.1f}; above the number of cores, others slowed this.",
    )
    ours, floor = (Counter(parts[way]) for way in ("ours", "bare"))
    show(
        "Where the processor time of a report goes",
        ("part", "time", "share", "the bare call"),
        [
            [
                part,
                f"{1000 * seconds:.0f} ms",
                f"{seconds / ours.total():.0%}",
                f"{1000 * floor[part]:.0f} ms" if part in floor else "",
            ]
            for part, seconds in sorted(ours.items(), key=lambda one: -one[1])
        ],
        f"In all {1000 * ours.total():.0f} ms, {ours.total() / floor.total():.2f} times bare pandoc and Typst (goal 1.15).",
    )


def varied(place: Path, count: int) -> None:
    """Fill a place with reports of different figures and names, or whatever remembers would look quick."""
    for number in range(count):
        folder = place / f"report-{number:05d}"
        shutil.copytree(EXAMPLE, folder)
        applications = number % 3 * (number % 11 + 1)
        row = f",{applications}" + ",0" * 5 + f",{applications}"
        for file, pattern, new in (
            ("report.yml", r"^organ: .*", f"organ: 澧县第{number + 1}办事处"),
            ("disclosure.csv", r"^(licensing.*),\d+$", rf"\g<1>,{100 + 7 * number % 900}"),
            ("disclosure.csv", r"^(penalties.*),\d+$", rf"\g<1>,{3 * number % 50}"),
            (
                "applications.csv",
                r"^((?:new_received|granted|total_handled),[^,]*)(?:,0){7}$",
                rf"\g<1>{row}",
            ),
        ):
            path = folder / file
            text = path.read_text(encoding="utf-8-sig")
            path.write_text(re.sub(pattern, new, text, flags=re.MULTILINE), encoding="utf-8-sig")


def _rate(marks: list[float]) -> float:
    """Return reports a second of some clock once all workers are warm: over the later three quarters."""
    begin = len(marks) // 4
    return (len(marks) - 1 - begin) / (marks[-1] - marks[begin])


@dataclass
class Memory:
    """Megabytes, each time it was looked."""

    driver: list[float] = field(default_factory=list)
    worker: list[float] = field(default_factory=list)
    pandoc: list[float] = field(default_factory=list)

    def look(self) -> None:
        """Look at every process of a batch that runs below this one."""
        largest = {"driver": 0.0, "worker": 0.0, "pandoc": 0.0}
        for process in psutil.Process().children(recursive=True):
            with suppress(psutil.Error):
                line = " ".join(process.cmdline())
                if "helpers.county" in line:
                    largest["driver"] = process.memory_info().rss / 1e6
                elif kind := "worker" if "spawn_main" in line else "pandoc" if "formats.lua" in line else "":
                    largest[kind] = max(largest[kind], process.memory_full_info().pss / 1e6)
        for kind, megabytes in largest.items():
            getattr(self, kind).append(megabytes)


def _halves(values: list[float]) -> tuple[list[float], list[float]]:
    return values[: len(values) // 2 + 1], values[len(values) // 2 :]


def watched(code: str, *arguments: object) -> tuple[dict[str, Any], Memory]:
    """Run Python code that makes a batch; return what its last line says, and the memory of its processes."""
    memory = Memory()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(1):
            memory.look()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        measured = _json("-c", code, *arguments)
    finally:
        done.set()
        watcher.join()
    return measured, memory


def _batch(place: Path, out: str, workers: int, count: int) -> tuple[dict[str, Any], Memory]:
    return watched(_BATCH, place / "in", place / out, workers, count)


def _json(*arguments: object) -> dict[str, Any]:
    """Run Python and return what its last line says; unlike :func:`run` it does not look on, which costs time."""
    command = [sys.executable, *map(str, arguments)]
    output = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    found: dict[str, Any] = json.loads(output.splitlines()[-1])
    return found


def _quarto(place: Path) -> float | None:
    """Seconds of ``quarto render`` of the same report; None where there is no Quarto."""
    if not shutil.which("quarto"):
        return None
    command = [
        sys.executable,
        "-m",
        "helpers",
        "render",
        str(EXAMPLE),
        "--engine",
        "quarto",
        "--out",
        str(place / "quarto"),
    ]
    return run(command, env={"QUARTO_PYTHON": sys.executable}).seconds


if __name__ == "__main__":
    main()
