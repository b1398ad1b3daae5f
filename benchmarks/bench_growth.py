"""What reports cost as they become more: 1, 10, 100, 1,000 and 10,000 of them, and how many a driver gives out and takes back.

Of 10,000, and for the driver alone, the formats are stubbed: workers give back at once what was made before. ``NIANBAO_GROWTH``
sets the largest number of reports that are made in truth (100 without it; 1000 is the size of the goals).
"""

import os
import pickle
import tempfile
from pathlib import Path

from benchmarks.bench_batch import EXAMPLE, Memory, varied, watched
from benchmarks.measure import show
from helpers.county.bundle import Packer
from helpers.county.worker import edition, make_report

SIZES = (1, 10, 100, 1_000, 10_000)
LARGEST = int(os.environ.get("NIANBAO_GROWTH", "100"))
DRIVEN, DRIVEN_WORKERS = 1_000, 8
FORMATS = ["html", "pdf", "docx"]

_RUN = """
import json, sys, time
from pathlib import Path
from helpers.county import cluster
from helpers.county.batch import run

place, out, count, stub, workers = sys.argv[1:]
seen, start = [], time.perf_counter()

def stubbed():
    path = stub
    def launch(bundle, formats, edition, stage):
        import pickle
        from helpers.county.worker import hand_over
        with open(path, "rb") as stream:
            made = pickle.load(stream)
        record = {**made["record"], "organ": bundle["folder"]}
        return {"edition": edition, "record": record, **hand_over(made["files"], stage)}
    return launch

def mark(done):
    seen.append((time.perf_counter() - start, time.process_time()))

if stub:
    cluster._by_value = stubbed
run(sorted(Path(place).iterdir())[: int(count)], Path(out), workers=int(workers), progress=mark)
whole = time.perf_counter() - start
print(json.dumps({"seen": seen, "whole": whole, "index": (Path(out) / "index.html").stat().st_size}))
"""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        varied(place / "in", max(SIZES))
        stubs = {size: _stub(place, size) for size in ("small", "real")}
        rows = []
        for size in SIZES:
            stub = "" if size <= LARGEST else str(stubs["small"])
            measured, memory = watched(_RUN, place / "in", place / f"out-{size}", size, stub, 2)
            rows.append(_row(size, bool(stub), measured, memory))
        driven, _ = watched(_RUN, place / "in", place / "driven", DRIVEN, stubs["real"], DRIVEN_WORKERS)
    show(
        "What a batch costs as it grows, two workers",
        (
            *("reports", "all of it", "first after", "each further", "driver, each"),
            *("portal and data", "index page", "driver and scheduler", "a worker"),
        ),
        rows,
        "driver, each: processor time of driver and scheduler. *: formats stubbed. Goals: portal of 10,000 in 60 s, its first page "
        "below 1 MB; memory of driver 500 MB, of a worker 400 MB. Not linear: start and first report, paid once.",
    )
    clock, processor = _each(driven["seen"])
    show(
        f"What one driver gives out and takes back, {DRIVEN_WORKERS} workers that do nothing on the same {os.cpu_count()} cores",
        (
            "reports",
            "a second",
            "processor time of driver and scheduler, each",
            "a driver with a core of its own",
        ),
        [[str(DRIVEN), f"{1 / clock:.0f}", f"{1000 * processor:.1f} ms", f"{1 / processor:.0f} a second"]],
        "With the outputs of a real report (0.45 MB), written down to the disk. Goal: 200 a second.",
    )


def _stub(place: Path, size: str) -> Path:
    """Write what a worker gives back for a report: all of it, or with outputs of a hundred bytes."""
    made = make_report(vars(Packer().pack(EXAMPLE.resolve())), FORMATS, edition())
    if size == "small":
        made["files"] = {name: data[:100] for name, data in made["files"].items()}
    path = place / f"{size}.pickle"
    path.write_bytes(pickle.dumps(made))
    return path


def _each(seen: list[list[float]]) -> tuple[float, float]:
    """Return seconds a further report, on the clock and of processor time: over the later three quarters."""
    begin = len(seen) // 4
    count = max(len(seen) - 1 - begin, 1)
    clock, processor = ((seen[-1][part] - seen[begin][part]) / count for part in (0, 1))
    return clock, processor


def _row(size: int, stubbed: bool, measured: dict[str, object], memory: Memory) -> list[str]:
    seen, whole, index = measured["seen"], measured["whole"], measured["index"]
    assert isinstance(seen, list) and isinstance(whole, float) and isinstance(index, int)
    clock, processor = _each(seen)
    return [
        f"{size:,}{'*' if stubbed else ''}",
        f"{whole:.1f} s",
        f"{seen[0][0]:.1f} s",
        f"{1000 * clock:.0f} ms" if size > 1 else "",
        f"{1000 * processor:.1f} ms" if size > 1 else "",
        f"{whole - seen[-1][0]:.1f} s",
        f"{index / 1000:.0f} kB",
        f"{max(memory.driver, default=0):.0f} MB",
        f"{max(memory.worker, default=0):.0f} MB",
    ]


if __name__ == "__main__":
    main()
