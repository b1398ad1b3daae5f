"""Against an earlier commit, in turns on the same machine: processor time of a report, memory of a worker, reports a second of a batch.

And against what bare pandoc and Typst take for what that commit gave them: one pandoc that stays, which reads a text once and runs that
commit's filters, and Typst with its source. ``benchmarks.parts`` compares with what they take for the same of today.

``NIANBAO_REPORTS`` sets the size of the batch, ``NIANBAO_PAIRS`` how often both take their turn.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.bench_batch import REPORTS, varied
from benchmarks.earlier import COMMIT, earlier
from benchmarks.measure import ROOT, show

PAIRS = int(os.environ.get("NIANBAO_PAIRS", "10"))
_BARE_PANDOC = ROOT / "benchmarks" / "bare.lua"

#: What a worker does, with what either commit has. Nothing of this project is imported but by name.
_WORKER = """
import json, resource, sys, time
from pathlib import Path
import psutil
from helpers.county.bundle import Packer
from helpers.county.worker import edition, make_report

def spent():
    seconds = time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    return seconds + sum(sum(child.cpu_times()[:2]) for child in psutil.Process().children(recursive=True))

def make(folder):
    made = make_report(vars(Packer().pack(folder.resolve())), ["html", "pdf", "docx"], edition())
    assert made["record"]["passed"], made["record"]

folders = sorted(Path(sys.argv[1]).iterdir())
for folder in folders[:4]:
    make(folder)
start = spent()
for folder in folders[4:]:
    make(folder)
each = (spent() - start) / len(folders[4:])
largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
print(json.dumps({"seconds": each, "megabytes": largest}))
"""
_BARE = """
import json, subprocess, sys, time
from pathlib import Path
from unittest.mock import patch
import psutil, typst
from helpers.county.bundle import Packer
from helpers.county.worker import edition, make_report
from helpers.publish.engines.pandoc import HEAP, executable
from helpers.publish.engines.typeset import OUTSIDE_IMAGE, inline_image, typeset

run, fonts, typst_took = subprocess.run, typst.Fonts(font_paths=["assets/fonts"]), 0.0
pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
stays = subprocess.Popen([executable(), "lua", *HEAP, sys.argv[3]], **pipes)

def pandoc_too(command, **options):
    made = run(command, **options)
    if "--defaults" in command:
        place = command[-1]
        defaults = json.loads(Path(place).read_text())
        defaults["filters"] = [one["path"] for one in defaults["filters"]]
        asked = {"folder": str(options["cwd"]), "defaults": defaults, "metadata": Path(defaults["metadata-files"][0]).read_text()}
        asked["context"] = json.loads(Path(place.replace("defaults", "context")).read_text())
        stays.stdin.write(json.dumps(asked).encode() + b"\\n")
        stays.stdin.flush()
        assert stays.stdout.readline() == b"done\\n"
    return made

def typst_too(source, target, folder, options, epoch):
    global typst_took
    typeset(source, target, folder, options, epoch)
    code = OUTSIDE_IMAGE.sub(inline_image, source.read_text(encoding="utf-8")).encode()
    compiler = typst.Compiler(root=str(folder), font_paths=fonts)
    start = time.thread_time()
    compiler.compile(code, format="pdf", timestamp=epoch, pdf_standards=options.data["pdf-standard"])
    typst_took += time.thread_time() - start

def spent():
    return typst_took + sum(psutil.Process(stays.pid).cpu_times()[:2])

def make(folder):
    made = make_report(vars(Packer().pack(folder.resolve())), ["html", "pdf", "docx"], edition())
    assert made["record"]["passed"], made["record"]

folders = sorted(Path(sys.argv[1]).iterdir())
with patch("helpers.publish.engines.builtin.typeset", typst_too), patch.object(subprocess, "run", pandoc_too):
    for folder in folders[:4]:
        make(folder)
    start = spent()
    for folder in folders[4:]:
        make(folder)
print(json.dumps({"seconds": (spent() - start) / len(folders[4:])}))
stays.kill()
"""
_BATCH = """
import json, sys, time
from pathlib import Path
from helpers.county.batch import run

start, marks = time.perf_counter(), []
run(sorted(Path(sys.argv[1]).iterdir()), Path(sys.argv[2]), workers=2, progress=lambda _: marks.append(time.perf_counter() - start))
begin = len(marks) // 4
print(json.dumps({"rate": (len(marks) - 1 - begin) / (marks[-1] - marks[begin])}))
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name, earlier() as tree:
        if tree is None:
            print(f"Nothing to compare with: no commit {COMMIT} here.")
            return
        place = Path(name)
        varied(place / "few", 12)
        varied(place / "many", REPORTS)
        before, now = _in_turns(PAIRS, (tree, _WORKER), (ROOT, _WORKER), place / "few", place)
        bare, beside = _in_turns(PAIRS, (tree, _BARE), (ROOT, _WORKER), place / "few", place)
        then, today = _in_turns(2, (tree, _BATCH), (ROOT, _BATCH), place / "many", place)
    rows = [
        _row("processor time of a report", before, now, "seconds", 1000, "ms", "0.55"),
        _row("memory of a worker at most (without its pandoc)", before, now, "megabytes", 1, "MB", "1.0"),
        _row(
            "and bare pandoc and Typst for what that gave them", bare, beside, "seconds", 1000, "ms", "1.15"
        ),
        _row(f"reports a second, a batch of {REPORTS}", then, today, "rate", 1, "", "1.8"),
    ]
    show(
        f"Against {COMMIT}, {PAIRS} pairs in turns",
        ("what", "before", "now", "ratio", "its spread", "goal"),
        rows,
        "Medians; the ratio is the median of the pairs' own. What is left, and why: docs/scale.md.",
    )


def _in_turns(
    pairs: int, earlier_way: tuple[Path, str], this_way: tuple[Path, str], folders: Path, place: Path
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Run both, each a program and where it runs, in turns, and each first every other time."""
    measured: dict[tuple[Path, str], list[dict[str, Any]]] = {earlier_way: [], this_way: []}
    for turn in range(pairs):
        for way in (earlier_way, this_way) if turn % 2 else (this_way, earlier_way):
            where, code = way
            with tempfile.TemporaryDirectory(dir=place) as out:
                done = subprocess.run(
                    [sys.executable, "-c", code, folders, Path(out, "out"), _BARE_PANDOC],
                    cwd=where,
                    env={**os.environ, "PYTHONPATH": str(where)},
                    stdout=subprocess.PIPE,
                    check=True,
                )
            measured[way].append(json.loads(done.stdout.splitlines()[-1]))
    return measured[earlier_way], measured[this_way]


def _row(
    what: str,
    before: list[dict[str, Any]],
    now: list[dict[str, Any]],
    key: str,
    scale: float,
    unit: str,
    goal: str,
) -> list[str]:
    ratios = [new[key] / old[key] for old, new in zip(before, now, strict=True)]
    medians = [statistics.median(one[key] for one in side) * scale for side in (before, now)]
    digits = 0 if unit else 2
    return [
        what,
        *(f"{median:.{digits}f} {unit}" for median in medians),
        f"{statistics.median(ratios):.2f}",
        f"{min(ratios):.2f}–{max(ratios):.2f}",
        goal,
    ]


if __name__ == "__main__":
    main()
