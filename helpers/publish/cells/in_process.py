"""The cells of a document run in this process: nothing to start, no module loaded twice, no message to send."""

from __future__ import annotations

import base64
import os
from contextlib import redirect_stderr, redirect_stdout
from io import TextIOBase
from types import ModuleType
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from helpers.publish.cells.kernel import HISTORY, CellOutcome, Kernel, Message

__all__ = ["InProcessKernel"]


def _as_text(data: Message) -> Message:
    """Write pictures as a kernel's messages do."""
    return {
        media: base64.b64encode(value).decode() if isinstance(value, bytes) else value
        for media, value in data.items()
    }


class _Hook(DisplayHook):
    """Keeps the value of a cell's last expression."""

    shell: Any

    def start_displayhook(self) -> None:
        pass

    def write_output_prompt(self) -> None:
        pass

    def write_format_data(self, format_dict: Message, md_dict: Message | None = None) -> None:
        self.shell.outcome.add("execute_result", {"data": _as_text(format_dict), "metadata": md_dict or {}})

    def finish_displayhook(self) -> None:
        pass


class _Publisher(DisplayPublisher):
    """Keeps what a cell displays."""

    def publish(  # type: ignore[override]
        self,
        data: Message,
        metadata: Message | None = None,
        *,
        transient: Message | None = None,
        update: bool = False,
        **_: Any,
    ) -> None:
        content = {"data": _as_text(data), "metadata": metadata or {}, "transient": transient or {}}
        self.shell.outcome.add("update_display_data" if update else "display_data", content)

    def clear_output(self, wait: bool = False) -> None:  # noqa: ARG002 (IPython's own)
        self.shell.outcome.add("clear_output", {})


class _Stream(TextIOBase):
    """Keeps what a cell prints."""

    def __init__(self, name: str, outcome: CellOutcome) -> None:
        self._name, self._outcome = name, outcome

    def write(self, text: str) -> int:
        self._outcome.add("stream", {"name": self._name, "text": text})
        return len(text)


class _Shell(InteractiveShell):
    """IPython, keeping in ``outcome`` what a kernel would send."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)
    outcome = CellOutcome()

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.outcome.add("error", {"ename": etype.__name__, "evalue": str(evalue), "traceback": stb})


class InProcessKernel(Kernel):
    """IPython within this process; what ends it ends the process."""

    alive = True

    def __init__(self) -> None:
        os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")  # as in ipykernel
        super().__init__()
        config = Config({"HistoryManager": {"hist_file": HISTORY}})
        # A module of its own: IPython would take the place of this program's __main__.
        self._shell: Any = _Shell.instance(config=config, user_module=ModuleType("cells"))

    def _execute(
        self,
        code: str,
        *,
        silent: bool = False,
        timeout: float | None = None,  # noqa: ARG002 (nobody could interrupt it)
        user_expressions: dict[str, str] | None = None,
    ) -> tuple[CellOutcome, Message]:
        self._shell.outcome = outcome = CellOutcome()
        with redirect_stdout(_Stream("stdout", outcome)), redirect_stderr(_Stream("stderr", outcome)):
            self._shell.run_cell(code, store_history=not silent, silent=silent)
            values = {} if outcome.error else self._shell.user_expressions(user_expressions or {})
        return outcome, {"user_expressions": values}

    def close(self) -> None:
        """Nothing to end: the next document is run by the same shell, wiped."""
