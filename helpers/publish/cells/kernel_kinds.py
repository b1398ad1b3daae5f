"""Where cells run: in a process of their own, in a copy of this one, or in this one itself."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from helpers.files.interrupts import held
from helpers.publish.cells.kernel import Kernel, KernelDiedError, Message
from helpers.publish.cells.line_process import LineProcess

__all__ = ["ForkedKernel", "InProcessKernel", "KernelProcess"]

_PROGRAM = Path(__file__).with_name("shell.py")


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
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # the other process waits for the end of one of them
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


class InProcessKernel(Kernel):
    """IPython within this process: nothing to start, no message to send; what ends it ends the process."""

    alive = True

    def __init__(self) -> None:
        from helpers.publish.cells.shell import CONFIG, Shell  # loads IPython

        # A module of its own: IPython would take the place of this program's __main__.
        self._shell = Shell.instance(config=CONFIG, user_module=ModuleType("cells"))

    def _ask(self, request: Message, timeout: float) -> Message:  # noqa: ARG002
        return self._shell.execute(**request)

    def end(self) -> None:
        """Nothing to end: the next document is run by the same shell, wiped."""
