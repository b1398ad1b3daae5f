"""IPython as a kernel answers: outputs as messages, in order. Run as a program it is a kernel: a request a line, an answer a line.

It needs nothing of this project, so that cells find in a process of their own what their own environment gives, and no more.
"""

from __future__ import annotations

import base64
import gc
import json
import os
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import TextIOBase
from queue import SimpleQueue
from typing import IO, Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import List, Type
from traitlets.config import Config

__all__ = ["CONFIG", "Shell"]

Message = dict[str, Any]

_BACKEND = "module://matplotlib_inline.backend_inline"
"""What draws matplotlib's figures: the same as in Jupyter's kernels."""

CONFIG = Config({"HistoryManager": {"hist_file": ":memory:"}})
"""No file: nothing of a report is kept in the user's home, and none need be writable."""


def _as_text(data: Message) -> Message:
    """Write pictures as a kernel's messages do."""
    return {
        media: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for media, value in data.items()
    }


class _Hook(DisplayHook):
    """Tells the value of a cell's last expression."""

    shell: Any

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Message, md_dict: Message | None = None) -> None:
        self.shell.add("execute_result", {"data": _as_text(format_dict), "metadata": md_dict or {}})

    def finish_displayhook(self) -> None:
        pass


class _Publisher(DisplayPublisher):
    """Tells what a cell displays."""

    def publish(  # type: ignore[override]  # IPython's other parameters are taken by the last
        self,
        data: Message,
        metadata: Message | None = None,
        *,
        transient: Message | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        content = {"data": _as_text(data), "metadata": metadata or {}, "transient": transient or {}}
        if not update:
            self.shell.add("display_data", content)
            return
        for output in self.shell.outputs:
            if content["transient"].get("display_id") == output.get("transient", {}).get("display_id", ""):
                output.update(content)

    def clear_output(self, wait: bool = False) -> None:  # noqa: ARG002 (IPython's own)
        self.shell.take_captured()
        self.shell.outputs.clear()


class _Stream(TextIOBase):
    """Tells what a cell prints."""

    encoding = "utf-8"

    def __init__(self, name: str, add: Callable[[str, Message], None]) -> None:
        self._name, self._add = name, add

    def write(self, text: str) -> int:
        self._add("stream", {"name": self._name, "text": text})
        return len(text)


class _Captured:
    """What programs that a cell starts write to the process's own output, which the cell's Python does not see."""

    def __init__(self, name: str, descriptor: int) -> None:
        self.name = name
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (as long as the process)
        os.dup2(self._file.fileno(), descriptor)

    def taken(self) -> str:
        """Return what has come since it was last asked for."""
        if not os.fstat(self._file.fileno()).st_size:
            return ""
        self._file.seek(0)
        text = self._file.read().decode("utf-8", "replace")
        self._file.seek(0)
        self._file.truncate()
        return text


class Shell(InteractiveShell):
    """IPython, giving what a cell gives as a kernel does; ``captured`` is what else the process writes."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    captured: Any = List()
    outputs: Any = List()
    error: Message | None = None
    origin: tuple[list[str], list[Any]] | None = None
    modules = 0

    def execute(self, code: str, expressions: dict[str, str], silent: bool) -> dict[str, Any]:
        """Run code, then evaluate expressions in its namespace.

        Returns ``outputs``, with the ``type`` and content of a kernel's messages ``stream``, ``display_data`` and ``execute_result``, in
        order; ``error``, None or that message's content with the line of the cell that raised it and whether it is ``worded`` by itself;
        and ``values``, for each expression ``status``, and ``data`` by media type or ``ename`` and ``evalue``, none after an error.
        """
        with redirect_stdout(_Stream("stdout", self.add)), redirect_stderr(_Stream("stderr", self.add)):
            done: Any = self.run_cell(code, store_history=not silent, silent=silent)  # type: ignore[no-untyped-call]  # IPython's
            values = self.user_expressions(expressions) if done.success else {}  # type: ignore[no-untyped-call]  # IPython's
        self.take_captured()
        answer = {"outputs": self.outputs, "error": self.error, "values": values}
        self.outputs, self.error = [], None
        return answer

    def add(self, kind: str, content: Message) -> None:
        """Put an output behind those that are there; what follows in a stream is joined."""
        self.take_captured()
        self._join(kind, content)

    def take_captured(self) -> None:
        """Put what programs wrote behind the outputs that are there."""
        for one in self.captured:
            if text := one.taken():
                self._join("stream", {"name": one.name, "text": text})

    def _join(self, kind: str, content: Message) -> None:
        last = self.outputs[-1] if self.outputs else {}
        if kind == last.get("type") == "stream" and last["name"] == content["name"]:
            last["text"] += content["text"]
        else:
            self.outputs.append({"type": kind, **content})

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        frames = traceback.extract_tb(evalue.__traceback__)
        lines = (frame.lineno for frame in frames if "<ipython-" in frame.filename)
        said = {"ename": etype.__name__, "evalue": str(evalue), "traceback": stb}
        where = next(lines, getattr(evalue, "lineno", None))
        self.error = {**said, "worded": hasattr(etype, "_render_traceback_"), "line": where}

    def prepare_document(self, folder: str, environment: dict[str, str | None], figures: Message) -> None:
        """Give the next document a clean namespace, its folder, its environment and the size of its figures."""
        self.origin = self.origin or (list(sys.path), list(warnings.filters))
        self.reset(new_session=True)  # type: ignore[no-untyped-call]  # IPython's
        os.chdir(folder)
        os.environ.clear()
        os.environ["MPLBACKEND"] = _BACKEND
        os.environ.update({name: value for name, value in environment.items() if value is not None})
        sys.path[:], warnings.filters[:] = self.origin  # type: ignore[index]  # a list, which its stub calls a sequence
        self._size_figures(figures)
        if len(sys.modules) != self.modules:
            self.modules = len(sys.modules)
            gc.freeze()  # what is left are modules: the next wiping need not search them for garbage

    def _size_figures(self, figures: Message) -> None:
        size: Message = {
            "figure.figsize": (figures["width"], figures["height"]),
            "figure.dpi": figures["dpi"],
            "savefig.dpi": "figure",
        }
        backend = self.config.InlineBackend
        backend.figure_formats = set(figures["formats"])
        backend.rc = size
        if "matplotlib.pyplot" in sys.modules:
            import matplotlib.pyplot as plt
            from matplotlib_inline.backend_inline import set_matplotlib_formats

            plt.close("all")
            plt.rcdefaults()
            plt.switch_backend(os.environ["MPLBACKEND"])
            plt.rcParams.update(size)  # type: ignore[arg-type]  # its stub knows the keys as literals
            set_matplotlib_formats(*figures["formats"])  # type: ignore[no-untyped-call]  # IPython's


# A process of its own -------------------------------------------------------------------------------------------------


def _queued(source: IO[bytes]) -> SimpleQueue[bytes]:
    """Read requests, even while a cell runs: without more to come, this process ends with whatever its cells started."""
    requests: SimpleQueue[bytes] = SimpleQueue()

    def read() -> None:
        for line in source:
            requests.put(line)
        if hasattr(os, "killpg"):
            os.killpg(os.getpgid(0), signal.SIGKILL)
        os._exit(0)

    threading.Thread(target=read, daemon=True).start()
    return requests


def main() -> None:
    """Answer requests on the standard input until it ends; the cells have none, and their output is told with the rest."""
    requests = _queued(open(os.dup(0), "rb"))  # noqa: PTH123, SIM115 (as long as the process)
    answers = open(os.dup(1), "wb")  # noqa: PTH123, SIM115 (likewise)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.path[0] = ""  # the folder that cells run in, as in a kernel, and not that of this file
    captured = [_Captured("stdout", 1), _Captured("stderr", 2)]
    shell = Shell.instance(config=CONFIG)
    shell.captured = captured
    while True:
        answer = shell.execute(**json.loads(requests.get()))
        answers.write(json.dumps(answer, default=repr).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
