"""The kernel that runs the cells: one a process of ours, kept warm, wiped between documents."""

from __future__ import annotations

import atexit
import contextlib
import math
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.publish.qmd.errors import PublishError

__all__ = ["CellOutcome", "Kernel", "KernelDiedError", "Message", "session", "warm_up"]

Message = dict[str, Any]

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


class Kernel(ABC):
    """What runs cells with IPython, and answers as a Jupyter kernel does."""

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Whether it can run cells."""

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

    @abstractmethod
    def _ask(self, request: Message, timeout: float) -> Message:
        """Have done what :meth:`Shell.execute` does, within so many seconds or however long."""

    @abstractmethod
    def end(self) -> object:
        """End it and whatever its cells started; never fails."""


_lock = threading.RLock()
_kernel: Kernel | None = None


def warm_up(kind: type[Kernel]) -> Kernel:
    """Start the kernel in the background of whatever comes next; a second call gives the same."""
    global _kernel
    with _lock:
        if _kernel is not None and not (_kernel.alive and isinstance(_kernel, kind)):
            _close()
        if _kernel is None:
            _kernel = kind()
        return _kernel


@contextlib.contextmanager
def session(
    kind: type[Kernel], folder: Path, figures: dict[str, Any], profile: str | None = None
) -> Iterator[Kernel]:
    """Provide the process's kernel, nobody else's until the block ends, and prepared as by :meth:`Kernel.prepare`.

    It is replaced where it died, is stuck or was interrupted.
    """
    with _lock:
        for _ in range(2):
            kernel = warm_up(kind)
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
