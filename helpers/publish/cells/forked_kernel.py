"""A kernel in a copy of this process: nothing is loaded twice, and whatever cells do to it, the process that renders is untouched."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from pathlib import Path
from typing import IO, NoReturn

from helpers.files.interrupts import held
from helpers.publish.cells.kernel_process import KernelProcess, Process

__all__ = ["ForkedKernel"]


class ForkedKernel(KernelProcess):
    """A copy of this process that goes on as ``shell.py``; where it cannot be copied safely, a :class:`KernelProcess`.

    It can where the system is Linux and there is one thread: a lock that another one holds would stay locked in the copy.
    """

    def _start(self) -> Process:
        alone = sys.platform == "linux" and len(list(Path("/proc/self/task").iterdir())) == 1
        return _Copy() if alone else super()._start()


class _Copy:
    """A copy of this process, with what ``subprocess.Popen`` has of a process."""

    def __init__(self) -> None:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()  # what is not written yet would be written twice
        (requests, ours), (answers, theirs) = os.pipe(), os.pipe()
        self._code: int | None = None
        with held():  # what a handler raises while the process is copied would be printed and forgotten
            self.pid = os.fork()
            if not self.pid:
                _become_kernel(requests, theirs, (ours, answers))
        os.close(requests)
        os.close(theirs)
        self.stdin: IO[bytes] | None = os.fdopen(ours, "wb")
        self.stdout: IO[bytes] | None = os.fdopen(answers, "rb")

    def poll(self) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def wait(self) -> int:
        if self._code is None:
            self._code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return self._code

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


def _become_kernel(requests: int, answers: int, others: tuple[int, int]) -> NoReturn:
    """Leave what this process was doing for good, and answer requests as ``shell.py`` does when it is run as a program."""
    try:
        gc.freeze()  # what is left of the other's work is never looked at again
        for descriptor in others:
            os.close(descriptor)  # or the end of requests would never be seen
        os.setsid()  # an interrupt on the terminal is for the other process to deal with
        for name in ("SIGTERM", "SIGHUP"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        os.dup2(requests, 0)
        os.dup2(answers, 1)
        from helpers.publish.cells import shell

        sys.argv[:] = [shell.__file__]
        shell.main()
    finally:
        os._exit(1)
