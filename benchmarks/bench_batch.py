"""How fast a batch is, where its time goes, how far it is from bare pandoc and Typst, and what memory it needs.

``NIANBAO_REPORTS`` sets the number of reports (120 without it; 1000 is the size of the goals).
"""

import json
import os
import shutil
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measure import ROOT, run, show

REPORTS = int(os.environ.get("NIANBAO_REPORTS", "120"))
EXAMPLE = ROOT / "data" / "xiaodukou-2024"

_BATCH = """
import json, sys, time
from pathlib import Path
from helpers.batch import run

marks, start = [], time.perf_counter()
run(sorted(Path(sys.argv[1]).iterdir()), Path(sys.argv[2]), workers=int(sys.argv[3]),
    progress=lambda done: marks.append(time.perf_counter() - start))
print(json.dumps({"seconds": time.perf_counter() - start, "marks": marks}))
"""

_PARTS = """
import json, resource, sys, threading, time
from pathlib import Path
import psutil
from helpers import checks
from helpers.publish import builtin, publish

typst = []
original = builtin.typeset

def timed(*given):
    start = time.process_time()
    original(*given)
    typst.append(time.process_time() - start)

builtin.typeset = timed
children = lambda: sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
kernel = lambda: sum(sum(one.cpu_times()[:2]) for one in psutil.Process().children())
rows = []
for number in range(9):
    before = time.process_time(), children(), kernel() if number else 0
    checked = time.process_time()
    checks.check(sys.argv[1])
    checked = time.process_time() - checked
    publish(Path("report.qmd"), out=Path(sys.argv[2]), parameters={"report": sys.argv[1]}, engine="pandoc")
    own, pandoc, cells = time.process_time() - before[0], children() - before[1], kernel() - before[2]
    rows.append({"pandoc": pandoc, "Typst": typst[-1], "cells in the kernel": cells, "the check before": checked,
                 "all else": own - typst[-1] - checked})
print(json.dumps(sorted(rows[2:], key=lambda row: sum(row.values()))[len(rows[2:]) // 2]))
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        for number in range(REPORTS):
            shutil.copytree(EXAMPLE, place / "in" / f"report-{number:04d}")
        parts = json.loads(
            run([sys.executable, "-c", _PARTS, str(EXAMPLE), str(place / "one")]).output.splitlines()[-1]
        )
        two, memory = _batch(place, "two", 2)
        again, _ = _batch(place, "two", 2)
        one, _ = _batch(place, "one-worker", 1)
        rates = {workers: _rate(marks) for workers, marks in ((2, two["marks"]), (1, one["marks"]))}
        quarto = _quarto(place)
    load = os.getloadavg()[0]
    rows = [
        ["two workers", f"{rates[2]:.2f} reports/s", f"{two['seconds']:.1f} s in all"],
        ["one worker", f"{rates[1]:.2f} reports/s", f"two are {rates[2] / rates[1]:.2f} times one"],
        [
            "nothing changed",
            f"{REPORTS / again['seconds']:.0f} reports/s",
            f"{1000 * again['seconds'] / REPORTS:.1f} ms each",
        ],
        ["memory: scheduler and driver", f"{memory['driver']:.0f} MB", "at most (RSS)"],
        ["memory: a worker with its kernel", f"{memory['worker']:.0f} MB", "at most (PSS)"],
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
    total, floor = sum(parts.values()), parts["pandoc"] + parts["Typst"]
    show(
        "Where the CPU time of a report goes",
        ("part", "CPU", "share"),
        [[part, f"{1000 * seconds:.0f} ms", f"{seconds / total:.0%}"] for part, seconds in parts.items()],
        f"In all {1000 * total:.0f} ms, {total / floor:.2f} times the floor of bare pandoc and Typst (goal 2).",
    )


def _rate(marks: list[float]) -> float:
    """Return reports a second once all workers are warm: over the later three quarters."""
    begin = len(marks) // 4
    return (len(marks) - 1 - begin) / (marks[-1] - marks[begin])


def _batch(place: Path, out: str, workers: int) -> tuple[dict[str, Any], dict[str, float]]:
    peaks = {"driver": 0.0, "worker": 0.0}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            for process in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    line = " ".join(process.cmdline())
                    if "helpers.batch" in line:
                        peaks["driver"] = max(peaks["driver"], process.memory_info().rss / 1e6)
                    elif "spawn_main" in line:
                        tree = [process, *process.children()]
                        pss = sum(one.memory_full_info().pss for one in tree) / 1e6
                        peaks["worker"] = max(peaks["worker"], pss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    ran = run([sys.executable, "-c", _BATCH, str(place / "in"), str(place / out), str(workers)])
    done.set()
    watcher.join()
    return json.loads(ran.output.splitlines()[-1]), peaks


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
