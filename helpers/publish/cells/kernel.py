"""The Jupyter kernel that runs the cells: one a process of ours, kept warm, wiped between documents."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from helpers.files.scratch import scratch
from helpers.files.writing import write_text
from helpers.publish.qmd.errors import PublishError

__all__ = ["CellOutcome", "Kernel", "KernelProcess", "session", "warm_up"]

Message = dict[str, Any]

_STARTUP_SECONDS = 60
#: No file: nothing of a report is kept in the user's home, and none need be writable.
HISTORY = ":memory:"
#: Asked after a failure: does the exception word its own message, and which line of the cell raised it.
_FAILURE_QUESTIONS = {
    "worded": "hasattr(type(__import__('sys').last_value), '_render_traceback_')",
    "line": "next((n.lineno for n in __import__('traceback').extract_tb(__import__('sys').last_traceback)"
    " if 'ipykernel_' in n.filename or '<ipython-' in n.filename), getattr(__import__('sys').last_value, 'lineno', None))",
}


class KernelDiedError(Exception):
    """The kernel's process ended while a cell ran."""


class CellOutcome:
    """What one run of a cell gave.

    Attributes
    ----------
    outputs
        Messages of type ``stream``, ``display_data`` and ``execute_result``, in order; streams joined.
    error
        The content of the ``error`` message, or None; with ``worded`` and ``line`` added.
    """

    def __init__(self) -> None:
        self.outputs: list[Message] = []
        self.error: Message | None = None

    def add(self, kind: str, content: Message) -> None:
        """Take one message of the kernel.

        Parameters
        ----------
        kind
            Its type.
        content
            Its content.
        """
        if kind == "error":
            self.error = content
        elif kind == "stream":
            last = self.outputs[-1] if self.outputs else {}
            if last.get("type") == "stream" and last["name"] == content["name"]:
                last["text"] += content["text"]
            else:
                self.outputs.append({"type": kind, **content})
        elif kind in ("display_data", "execute_result"):
            self.outputs.append({"type": kind, **content})
        elif kind == "update_display_data":
            name = content.get("transient", {}).get("display_id")
            for output in self.outputs:
                if name and output.get("transient", {}).get("display_id") == name:
                    output.update(data=content["data"], metadata=content["metadata"])
        elif kind == "clear_output":
            self.outputs.clear()


class Kernel(ABC):
    """What runs cells with IPython, and answers as a Jupyter kernel does."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self._environment = dict(os.environ)

    @property
    @abstractmethod
    def alive(self) -> bool:
        """Whether it can run cells."""

    def prepare(self, folder: Path, figures: dict[str, Any], profile: str | None = None) -> None:
        """Wipe what the document before left and set up for the next.

        Parameters
        ----------
        folder
            The folder the cells run in.
        figures
            Size, resolution and formats of figures, as ``config.figure_size`` gives them.
        profile
            Name of the profile; cells find it where Quarto puts it, in ``QUARTO_PROFILE``.

        Raises
        ------
        PublishError
            Where the kernel does not start.
        """
        setup = resources.files(__package__).joinpath("kernel_setup.py").read_text(encoding="utf-8")
        # Where Quarto puts them: by the first, cells know that they are rendered.
        told = {"QUARTO_DOCUMENT_PATH": str(folder), "QUARTO_PROFILE": profile}
        arguments = ", ".join(repr(value) for value in (str(folder), {**self._changes(), **told}, figures))
        outcome, _ = self._execute(f"{setup}\nprepare({arguments})", silent=True, timeout=_STARTUP_SECONDS)
        if outcome.error:
            raise PublishError(f"Jupyter 内核没有准备好：{outcome.error['ename']}: {outcome.error['evalue']}")

    def _changes(self) -> dict[str, str | None]:
        """Return what changed in this process's environment since the kernel started; None for what is gone."""
        now, then = os.environ, self._environment
        return {name: now.get(name) for name in now.keys() | then.keys() if now.get(name) != then.get(name)}

    def run(self, code: str) -> CellOutcome:
        """Run the code of a cell.

        Parameters
        ----------
        code
            Python, magics included.

        Returns
        -------
        CellOutcome
            Its outputs and its error.

        Raises
        ------
        KernelDiedError
            Where the kernel's process ended.
        """
        outcome, _ = self._execute(code)
        if outcome.error:
            answers = self.evaluate(_FAILURE_QUESTIONS)
            for name, answer in answers.items():
                text = answer.get("data", {}).get("text/plain", "None")
                outcome.error[name] = json.loads(text.lower().replace("none", "null"))
        return outcome

    def evaluate(self, expressions: dict[str, str]) -> dict[str, Message]:
        """Evaluate expressions in the cells' namespace.

        Parameters
        ----------
        expressions
            Python, by any name.

        Returns
        -------
        dict of str to dict
            By the same names: ``status``, and ``data`` by media type or ``ename`` and ``evalue``.
        """
        _, reply = self._execute("", user_expressions=expressions)
        return dict(reply.get("user_expressions") or {})

    @abstractmethod
    def _execute(
        self,
        code: str,
        *,
        silent: bool = False,
        timeout: float | None = None,
        user_expressions: dict[str, str] | None = None,
    ) -> tuple[CellOutcome, Message]:
        """Run code, then evaluate expressions; return what came of it and the reply with their values."""

    @abstractmethod
    def close(self) -> None:
        """End it and whatever its cells started; never fails."""


class KernelProcess(Kernel):
    """A running ``ipykernel`` of this Python, and the channels to it.

    Started by hand, not by ``jupyter_client.KernelManager``, so that the process boots while that package is imported.
    """

    def __init__(self) -> None:
        super().__init__()
        self._client: Any = None
        self._scratch = contextlib.ExitStack()
        self._folder = self._scratch.enter_context(scratch("nianbao-kernel-"))
        self._connection = _connection(self._folder)
        file = self._folder / "kernel.json"
        write_text(file, json.dumps(self._connection))
        quiet = [f"--HistoryManager.hist_file={HISTORY}", "--IPKernelApp.log_level=50"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ipykernel_launcher", "-f", str(file), *quiet],
            env={**os.environ, "JPY_PARENT_PID": str(self.owner)},  # it ends when this process is gone
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # an interrupt on the terminal is for this process to deal with
        )

    def _connect(self) -> None:
        if self._client is not None:
            return
        try:
            from jupyter_client.blocking.client import BlockingKernelClient
        except ImportError as error:
            raise PublishError(f"缺少 Python 包 jupyter-client：{error}") from None
        client = BlockingKernelClient()
        client.load_connection_info(self._connection)  # type: ignore[arg-type]
        client.start_channels(hb=False)  # a dead process is noticed without a heartbeat
        deadline = time.monotonic() + _STARTUP_SECONDS
        while time.monotonic() < deadline and self.alive:
            client.kernel_info()
            with contextlib.suppress(queue.Empty):
                client.get_shell_msg(timeout=1)
                client.get_iopub_msg(timeout=0.2)  # the channel of outputs is connected too
                self._client = client
                return
        client.stop_channels()
        raise PublishError("Jupyter 内核没有启动；请检查 Python 包 ipykernel 是否装好")

    def _execute(
        self,
        code: str,
        *,
        silent: bool = False,
        timeout: float | None = None,
        user_expressions: dict[str, str] | None = None,
    ) -> tuple[CellOutcome, Message]:
        self._connect()
        message = self._client.execute(
            code,
            silent=silent,
            store_history=not silent,
            user_expressions=user_expressions,
            allow_stdin=False,
        )
        outcome = CellOutcome()
        until = None if timeout is None else time.monotonic() + timeout
        for kind, content in self._messages(self._client.get_iopub_msg, message, until):
            if kind == "status" and content["execution_state"] == "idle":
                break
            outcome.add(kind, content)
        reply = next(content for _, content in self._messages(self._client.get_shell_msg, message, until))
        if silent and reply["status"] == "error":
            outcome.error = reply
        return outcome, reply

    def _messages(self, receive: Any, parent: str, until: float | None) -> Iterator[tuple[str, Message]]:
        """Yield the messages that answer one request; notice a dead kernel within a second."""
        while True:
            try:
                message = receive(timeout=1)
            except queue.Empty:
                if not self.alive:
                    raise KernelDiedError from None
                if until is not None and time.monotonic() > until:
                    raise KernelDiedError from None
                continue
            if message["parent_header"].get("msg_id") == parent:
                yield message["header"]["msg_type"], message["content"]

    @property
    def alive(self) -> bool:
        """Whether the kernel's process runs and belongs to this one (not to a parent it was forked from)."""
        return self.owner == os.getpid() and self._process.poll() is None

    def close(self) -> None:
        """End the kernel's process and whatever its cells started; never fails."""
        with contextlib.suppress(Exception):
            if self._client is not None:
                self._client.stop_channels()
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL) if hasattr(os, "killpg") else self._process.kill()
        self._process.wait()
        self._scratch.close()


_LONGEST_FOLDER = 90
"""The system takes names of sockets up to 103 bytes, on the strictest; ours add ``/kernel-1``."""


def _connection(folder: Path) -> Message:
    """Describe how to reach a kernel: sockets in a folder only this user can enter, or ports where there are no such."""
    names = ("shell_port", "iopub_port", "stdin_port", "control_port", "hb_port")
    secret = {"key": secrets.token_hex(16), "signature_scheme": "hmac-sha256"}
    if os.name == "posix" and len(os.fsencode(folder)) < _LONGEST_FOLDER:
        ports = dict(zip(names, range(1, 6), strict=True))
        return {"transport": "ipc", "ip": str(folder / "kernel"), **ports, **secret}
    with contextlib.ExitStack() as stack:
        free = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in names]
        ports = {name: place.getsockname()[1] for name, place in zip(names, free, strict=True)}
    return {"transport": "tcp", "ip": "127.0.0.1", **ports, **secret}


_lock = threading.RLock()
_kernel: Kernel | None = None
#: Kernels of a parent process this one was forked from: not ours to close, and their sockets must not be collected.
_inherited: list[Kernel] = []


def warm_up(kind: type[Kernel]) -> Kernel:
    """Start the kernel in the background of whatever comes next; a second call gives the same.

    Parameters
    ----------
    kind
        :class:`OuterKernel`, or one that runs in this process.
    """
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
    """Provide the process's kernel, wiped and set up; replaced where it died, is stuck or was interrupted.

    Parameters
    ----------
    kind
        As for :func:`warm_up`.
    folder
        The folder the cells run in.
    figures, profile
        As for :meth:`Kernel.prepare`.

    Yields
    ------
    Kernel
        Nobody else's until the block ends.
    """
    with _lock:
        kernel = warm_up(kind)
        try:
            kernel.prepare(folder, figures, profile)
        except KernelDiedError:
            _close()
            kernel = warm_up(kind)
            try:
                kernel.prepare(folder, figures, profile)
            except KernelDiedError:
                raise PublishError("Jupyter 内核没有启动：进程意外退出") from None
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
    if kernel and kernel.owner == os.getpid():
        kernel.close()
    elif kernel:
        _inherited.append(kernel)


atexit.register(_close)
