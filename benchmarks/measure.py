"""How the benchmarks measure: a command from the shell, its memory, and a table on the terminal."""

import contextlib
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Run:
    """Wall time in seconds, and the largest sum of the resident sizes of the process and its children, in MB."""

    seconds: float
    megabytes: float
    output: str


def run(command: Sequence[str], cwd: Path = ROOT, env: dict[str, str] | None = None) -> Run:
    """Run a command to its end and measure it; a command that fails ends the benchmark with what it said."""
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=os.environ | (env or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    peak = 0.0
    done = threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, _resident(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = process.communicate()[0]
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{output}")
    return Run(seconds, peak, output)


def _resident(root: int) -> float:
    """Megabytes of a process and all below it, shared pages counted once, as Linux's /proc tells; 0 elsewhere."""
    children: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it may have ended meanwhile
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(path.parent.name))
    family, kilobytes = [root], 0
    while family:
        process = family.pop()
        family += children.get(process, [])
        with contextlib.suppress(OSError, IndexError):
            kilobytes += int(Path(f"/proc/{process}/smaps_rollup").read_text().split("Pss:")[1].split()[0])
    return kilobytes / 1000


def processor_time(pid: int) -> float:
    """Seconds that a running process has had."""
    return float(sum(psutil.Process(pid).cpu_times()[:2]))


def processor_time_of_children() -> float:
    """Seconds that the children of this process have had: those that ended, and those that still run."""
    seconds = sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it may have ended meanwhile
            seconds += sum(child.cpu_times()[:2])
    return seconds


def show(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], note: str = "") -> None:
    """Print one table of results."""
    table = Table(*columns, title=title, caption=note or None, title_justify="left", caption_justify="left")
    for row in rows:
        table.add_row(*row)
    Console(width=110).print(table)
