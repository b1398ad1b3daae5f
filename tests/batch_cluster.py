"""Processes of a batch, started and ended as people do: from the shell, by signal, on another port."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from PIL import Image
from published import ROOT, hears_interrupts

from helpers.archive import verify
from helpers.publish import publish

_BATCH = """
import sys
from pathlib import Path

from helpers.county.cluster import BatchError
from helpers.county.cluster import Address
from helpers.county.progress import run_with_progress

out, scheduler, workers, formats, *folders = sys.argv[1:]
try:
    code = run_with_progress([Path(one) for one in folders], Path(out), to=formats.split(","), scheduler=Address(scheduler) if scheduler else None,
                     workers=int(workers), fresh="FRESH" in __import__("os").environ)
except BatchError as error:
    sys.exit(str(error))
sys.exit(code)
"""


def quietly(folder: Path, out: Path, to: tuple[str, ...] = ("html",)) -> Path:
    """Render one folder in this process."""
    publish(ROOT / "report.qmd", to=to, out=out, parameters={"report": str(folder)}, engine="pandoc")
    return out


def noise(path: Path, size: int) -> None:
    """Write a picture of about ``size`` bytes that cannot be compressed, the same every time."""
    width, height = 256, size // (3 * 256)
    pixels = random.Random(size).randbytes(3 * width * height)
    Image.frombytes("RGB", (width, height), pixels).save(path, compress_level=0)


def start(
    folders: list[Path],
    out: Path,
    *,
    scheduler: str = "",
    workers: int = 2,
    to: str = "html",
    prefix: tuple[str, ...] = (),
    **environment: str,
) -> subprocess.Popen[str]:
    """Start a batch."""
    command = [
        *prefix,
        sys.executable,
        "-c",
        _BATCH,
        str(out),
        scheduler,
        str(workers),
        to,
        *map(str, folders),
    ]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hears_interrupts,
    )


def finish(process: subprocess.Popen[str], code: int | None = 0) -> str:
    """Wait for a batch; return what it said."""
    said = process.communicate(timeout=600)[1]
    assert code is None or process.returncode == code, said
    return said


def batch(folders: list[Path], out: Path, code: int | None = 0, **options: object) -> str:
    """Run a batch to its end; return what it said."""
    return finish(start(folders, out, **options), code)  # type: ignore[arg-type]


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """Worker processes of a local cluster."""
    return [one for one in psutil.Process(process.pid).children() if "spawn_main" in " ".join(one.cmdline())]


def until(true: Callable[[], object], seconds: float = 120) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def finished(out: Path) -> list[str]:
    """Names of the reports that are finished."""
    return sorted(path.parent.name for path in out.glob("[!.]*/record.json"))


def reports(out: Path) -> dict[str, dict[str, Any]]:
    """Entries of batch.json by name."""
    return {one["report"]: one for one in json.loads((out / "batch.json").read_text())["reports"]}


def states(out: Path) -> dict[str, str]:
    """State of every report by name."""
    return {name: one["state"] for name, one in reports(out).items()}


def same(out: Path, names: list[str], alone: dict[str, bytes], *formats: str) -> None:
    """Hold finished reports against what a quiet single run made; by default only the page was asked for."""
    wanted = [f"report.{name}" for name in formats or ("html",)]
    expected = alone if formats else {"report.html": alone["page"]}
    for name in names:
        files = {path.name for path in (out / name).iterdir()}
        assert files == {*wanted, "manifest.json", "record.json"}, name
        assert all((out / name / file).read_bytes() == expected[file] for file in wanted), name
        assert verify(out / name).wrong == [], name


@contextmanager
def elsewhere(
    place: Path, cwd: Path = ROOT, workers: int = 1, prefix: tuple[str, ...] = (), **environment: str
) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Run a scheduler and its workers, these after a prefix, as a process tree of their own; give its address and the processes."""
    file = place / "scheduler.json"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    commands = [
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard",
         "--host", "127.0.0.1", "--scheduler-file", str(file)],
        *[[*prefix, sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1",
           "--no-dashboard", "--local-directory", str(place)]] * workers,
    ]  # fmt: skip
    processes = []
    try:
        for command in commands:
            # The scheduler stands where nothing of the project is: it must not need it.
            where = cwd if "distributed.cli.dask_worker" in command else place
            processes.append(subprocess.Popen(command, cwd=where, env=os.environ | environment, **quiet))  # type: ignore[call-overload]
            until(file.exists)
        yield json.loads(file.read_text())["address"], processes
    finally:
        for process in reversed(processes):
            process.send_signal(signal.SIGTERM)
        for process in reversed(processes):
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
