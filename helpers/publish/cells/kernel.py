"""The kernel that runs the cells: in a process of its own, in a copy of this one or in this one; kept warm, wiped between documents."""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from helpers.files.interrupts import held
from helpers.files.line_process import LineProcess
from helpers.publish.qmd.errors import PublishError

__all__ = ["CellOutcome", "Kernel", "KernelDiedError", "session", "start_kernel"]

Message = dict[str, Any]

_PROGRAM = Path(__file__).with_name("shell.py")
_STARTUP_SECONDS = 60


class KernelDiedError(Exception):
    """The kernel's process ended while a cell ran."""


@dataclass
class CellOutcome:
    """What one run of a cell gave."""

    #: As :meth:`Shell.execute` gives them.
    outputs: list[Message] = field(default_factory=list)
    error: Message | None = None
    #: Markdown of the outputs as pandoc is to read it, by itself: every format asks.
    judged: dict[str, str] = field(default_factory=dict)


class Kernel:
    """IPython within this process: nothing to start, no message to send; what ends it ends the process."""

    def __init__(self) -> None:
        from helpers.publish.cells.shell import CONFIG, Shell  # loads IPython

        # A module of its own: IPython would take the place of this program's __main__.
        self._shell = Shell.instance(config=CONFIG, user_module=ModuleType("cells"))

    @property
    def alive(self) -> bool:
        """Whether it can run cells."""
        return True

    def prepare(self, folder: Path, figures: dict[str, Any], profile: str | None = None) -> None:
        """Wipe what the document before left and set up for the next, whose cells run in ``folder``.

        ``figures`` are as ``figure_size`` gives them; the profile's name is found where Quarto puts it, in ``QUARTO_PROFILE``. Raises
        PublishError where the kernel does not start.
        """
        # Where Quarto puts them: by the first, cells know that they are rendered.
        told = {"QUARTO_DOCUMENT_PATH": str(folder), "QUARTO_PROFILE": profile}
        arguments = ", ".join(repr(value) for value in (str(folder), {**os.environ, **told}, figures))
        code = f"get_ipython().prepare_document({arguments})"
        outcome = self.run(code, silent=True, timeout=_STARTUP_SECONDS)
        if outcome.error:
            raise PublishError(f"内核没有准备好：{outcome.error['ename']}: {outcome.error['evalue']}")

    def run(self, code: str, *, silent: bool = False, timeout: float = math.inf) -> CellOutcome:
        """Run the code of a cell, Python with magics; raises KernelDiedError where the kernel's process ended, or is late."""
        answer = self._ask({"code": code, "expressions": {}, "silent": silent}, timeout)
        return CellOutcome(answer["outputs"], answer["error"])

    def evaluate(self, expressions: list[str]) -> list[Message]:
        """Evaluate expressions in the cells' namespace; of each ``status``, and ``data`` by media type or ``ename`` and ``evalue``."""
        named = {str(number): text for number, text in enumerate(expressions)}
        answer = self._ask({"code": "", "expressions": named, "silent": False}, math.inf)
        return list(answer["values"].values())

    def _ask(self, request: Message, timeout: float) -> Message:  # noqa: ARG002 (what runs here cannot be late)
        """Have done what :meth:`Shell.execute` does, within so many seconds or however long."""
        return self._shell.execute(**request)

    def end(self) -> object:
        """End whatever runs elsewhere; here nothing does: the next document is run by the same shell, wiped."""


class KernelProcess(LineProcess, Kernel):
    """A running ``shell.py``: whatever cells do to it, the process that renders is untouched."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            [sys.executable, str(_PROGRAM)],
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt on the terminal is for this process to deal with
            **options,
        )

    def _ask(self, request: Message, timeout: float) -> Message:
        answer = self.answer(request, timeout)
        if not answer:
            raise KernelDiedError
        told: Message = json.loads(answer)
        return told

    def end(self, patience: float = 0) -> int:
        """End it and whatever its cells started."""
        if self._owner == os.getpid() and hasattr(os, "killpg"):
            with contextlib.suppress(OSError):
                os.killpg(self._process.pid, signal.SIGKILL)
        return super().end(patience)


class ForkedKernel(KernelProcess):
    """A copy of this process that goes on as ``shell.py``, with nothing loaded twice; where that is not safe, a :class:`KernelProcess`.

    It is where the system is Linux and there is one thread: a lock that another one holds would stay locked in the copy.
    """

    def __init__(self) -> None:
        if sys.platform != "linux" or len(list(Path("/proc/self/task").iterdir())) > 1:
            super().__init__()
            return
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()  # what is not written yet would be written twice
        with held():  # what a handler raises while the process is copied would be printed and forgotten
            super().__init__(preexec_fn=_become_kernel, restore_signals=False)


def _become_kernel() -> NoReturn:
    """Answer requests as ``shell.py`` does, in the copy of this process that would have become another program."""
    try:
        # The other process waits for the end of one of them. Up to the highest number there can be, it might take a minute.
        for descriptor in {int(one.name) for one in Path("/proc/self/fd").iterdir()} - {0, 1, 2}:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        gc.enable()  # which subprocess disables
        gc.freeze()  # what is left of the other's work is never looked at again
        for name in ("SIGTERM", "SIGHUP"):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        from helpers.publish.cells import shell

        sys.argv[:] = [shell.__file__]
        shell.main()
    finally:
        os._exit(1)


_lock = threading.RLock()
_kernel: Kernel | None = None


def _started(kind: type[Kernel]) -> Kernel:
    """Return the kernel that boots or runs, or start one."""
    global _kernel
    with _lock:
        if _kernel is not None and not (_kernel.alive and type(_kernel) is kind):
            _close()
        if _kernel is None:
            _kernel = kind()
        return _kernel


def start_kernel(in_process: bool, forked: bool) -> type[Kernel]:
    """Start what runs the cells, so that it boots beside whatever comes next; return what was started, for :func:`session`.

    They run in this process, or in a copy of it (before anything here starts a thread), or in a process of their own.
    """
    kind = Kernel if in_process else ForkedKernel if forked else KernelProcess
    _started(kind)
    return kind


@contextlib.contextmanager
def session(
    kind: type[Kernel], folder: Path, figures: dict[str, Any], profile: str | None = None
) -> Iterator[Kernel]:
    """Provide the process's kernel, nobody else's until the block ends, and prepared as by :meth:`Kernel.prepare`.

    It is replaced where it died, is stuck or was interrupted.
    """
    with _lock:
        for _ in range(2):
            kernel = _started(kind)
            with contextlib.suppress(KernelDiedError):
                kernel.prepare(folder, figures, profile)
                break
            _close()
        else:
            raise PublishError("内核没有启动；请检查 Python 包 ipython 是否装好")
        try:
            yield kernel
        except PublishError:
            raise
        except BaseException:  # also an interrupt: the kernel may still be busy with a cell
            _close()
            raise


def _close() -> None:
    global _kernel
    kernel, _kernel = _kernel, None
    if kernel:
        kernel.end()


atexit.register(_close)
