"""A kernel in a process of its own: whatever cells do to it, the process that renders is untouched."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Protocol

from helpers.publish.cells.kernel import CellOutcome, Kernel, KernelDiedError, Message

__all__ = ["KernelProcess", "Process"]

_PROGRAM = Path(__file__).with_name("shell.py")


class Process(Protocol):
    """What a kernel needs of its process, as ``subprocess.Popen`` has it."""

    pid: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None

    def poll(self) -> int | None:
        """Return its exit code, None while it runs."""

    def wait(self) -> int:
        """Wait for its end; return its exit code."""

    def kill(self) -> None:
        """End it."""


class KernelProcess(Kernel):
    """A running ``shell.py``, and the pipes to it.

    It ends when this process is gone, since nothing can come through its pipe any more.
    """

    def __init__(self) -> None:
        super().__init__()
        self._process = self._start()
        self._answers: SimpleQueue[bytes] = SimpleQueue()
        threading.Thread(target=self._receive, daemon=True).start()

    def _start(self) -> Process:
        return subprocess.Popen(
            [sys.executable, str(_PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt on the terminal is for this process to deal with
        )

    def _receive(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(ValueError):  # closed
            for line in self._process.stdout:
                self._answers.put(line)

    def _execute(
        self,
        code: str,
        *,
        silent: bool = False,
        timeout: float | None = None,
        expressions: dict[str, str] | None = None,
    ) -> tuple[CellOutcome, dict[str, Message]]:
        assert self._process.stdin is not None
        request = {"code": code, "expressions": expressions or {}, "silent": silent}
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise KernelDiedError from None
        answer = json.loads(self._answer(None if timeout is None else time.monotonic() + timeout))
        outcome = CellOutcome()
        for kind, content in answer["messages"]:
            outcome.add(kind, content)
        return outcome, answer["values"]

    def _answer(self, until: float | None) -> bytes:
        """Wait for the next answer; notice within a second that the kernel is dead."""
        while True:
            alive = self.alive
            with contextlib.suppress(Empty):
                return self._answers.get(timeout=1)
            if not alive or (until is not None and time.monotonic() > until):
                raise KernelDiedError

    @property
    def alive(self) -> bool:
        """Whether the kernel's process runs and belongs to this one (not to a parent it was forked from)."""
        return self.owner == os.getpid() and self._process.poll() is None

    def close(self) -> None:
        """End the kernel's process and whatever its cells started; never fails."""
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL) if hasattr(os, "killpg") else self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
