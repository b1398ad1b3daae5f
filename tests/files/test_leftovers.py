"""Whatever ends a command, it leaves nothing: no process, no folder; what a kill left is cleared by the next run."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from conftest import ROOT
from published import hears_interrupts

COMMANDS = {
    "render": ["render", "FOLDER", "--engine", "pandoc", "--out", "OUT"],
    "batch": ["batch", "FOLDER", "--out", "OUT", "--workers", "1"],
    "preview": ["preview", "FOLDER"],
}


def start(name: str, folder: Path, out: Path, temporary: Path) -> subprocess.Popen[bytes]:
    temporary.mkdir(exist_ok=True)
    words = [{"FOLDER": str(folder), "OUT": str(out)}.get(word, word) for word in COMMANDS[name]]
    return subprocess.Popen(
        [sys.executable, "-m", "helpers", *words],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(temporary), "BROWSER": "true"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=hears_interrupts,
    )


def wait(condition: Callable[[], object], seconds: int = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.05)


def family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def left(*places: Path) -> list[str]:
    """What our program made and nobody cleared; matplotlib, fontconfig and Python keep caches of their own."""
    names = (".publish-", "nianbao-", "dask-", "publish-", "preview-", ".staging")
    return [
        str(path)
        for place in places
        if place.is_dir()
        for path in place.iterdir()
        if path.name.startswith(names)
    ]


@pytest.mark.parametrize("moment", ["begun", "busy"])
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("ended", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left(name: str, ended: signal.Signals, moment: str, folder: Path, tmp_path: Path) -> None:
    out, temporary = tmp_path / "out", tmp_path / "tmp"
    process = start(name, folder, out, temporary)
    wait(lambda: left(out, temporary) if moment == "begun" else family(process))
    if moment == "busy":
        time.sleep(0.7)
    children = family(process) if process.poll() is None else []
    process.send_signal(ended)
    _, said = process.communicate(timeout=60)
    assert b"Traceback" not in said
    wait(
        lambda: (
            not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
        )
    )
    if ended != signal.SIGKILL:
        assert left(out, temporary) == []
        return
    again = start("batch" if name == "batch" else "render", folder, out, temporary)
    assert again.wait(timeout=120) == 0
    # A folder may be a moment too young to be told from one that is about to be used.
    wait(lambda: not [path for path in left(out, temporary) if Path(path, ".lock").exists()])


def test_a_folder_in_use_is_not_cleared_by_another_run(folder: Path, tmp_path: Path) -> None:
    from helpers.files.scratch import scratch

    with scratch("nianbao-kernel-", tmp_path) as own, scratch("nianbao-kernel-", tmp_path) as other:
        assert own.is_dir() and other.is_dir()
        script = "import sys; from pathlib import Path; from helpers.files.scratch import sweep; sweep('nianbao-kernel-', Path(sys.argv[1]))"
        subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, check=True)
        assert own.is_dir() and other.is_dir()
    assert not list(tmp_path.glob("nianbao-*"))
    shutil.rmtree(folder)
