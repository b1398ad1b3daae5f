"""Where cells run: in a process of their own, in a copy of this one, or in this one itself."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, SimpleQueue
from types import ModuleType
from typing import IO, NoReturn

from helpers.files.interrupts import held
from helpers.publish.cells.kernel import Kernel, KernelDiedError, Message, Tell

__all__ = ["ForkedKernel", "InProcessKernel", "KernelProcess"]

_PROGRAM = Path(__file__).with_name("shell.py")


class KernelProcess(Kernel):
    """A running ``shell.py``, and the pipes to it: whatever cells do to it, the process that renders is untouched.

    It ends when this process is gone, since nothing can come through its pipe any more.
    """

    def __init__(self) -> None:
        super().__init__()
        self._process = self._start()
        self._answers: SimpleQueue[bytes] = SimpleQueue()
        threading.Thread(target=self._receive, daemon=True).start()

    def _start(self) -> subprocess.Popen[bytes] | _Copy:
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

    def _ask(self, request: Message, tell: Tell, timeout: float | None) -> dict[str, Message]:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise KernelDiedError from None
        answer = json.loads(self._answer(None if timeout is None else time.monotonic() + timeout))
        for kind, content in answer["messages"]:
            tell(kind, content)
        values: dict[str, Message] = answer["values"]
        return values

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


class ForkedKernel(KernelProcess):
    """A copy of this process that goes on as ``shell.py``, with nothing loaded twice; where that is not safe, a :class:`KernelProcess`.

    It is where the system is Linux and there is one thread: a lock that another one holds would stay locked in the copy.
    """

    def _start(self) -> subprocess.Popen[bytes] | _Copy:
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
        self.stdin: IO[bytes] = os.fdopen(ours, "wb")
        self.stdout: IO[bytes] = os.fdopen(answers, "rb")

    def _ended(self, options: int) -> int | None:
        if self._code is None:
            pid, status = os.waitpid(self.pid, options)
            self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def poll(self) -> int | None:
        return self._ended(os.WNOHANG)

    def wait(self) -> int | None:
        return self._ended(0)

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


class InProcessKernel(Kernel):
    """IPython within this process: nothing to start, no message to send; what ends it ends the process."""

    alive = True

    def __init__(self) -> None:
        super().__init__()
        from helpers.publish.cells.shell import Shell  # loads IPython

        # A module of its own: IPython would take the place of this program's __main__.
        self._shell = Shell(lambda _kind, _content: None, ModuleType("cells"))

    def _ask(self, request: Message, tell: Tell, timeout: float | None) -> dict[str, Message]:  # noqa: ARG002
        self._shell.tell = tell
        return self._shell.execute(**request)

    def close(self) -> None:
        """Nothing to end: the next document is run by the same shell, wiped."""
