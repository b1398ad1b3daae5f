"""The cells of a document run in this process: nothing to start, no module loaded twice, no message to send."""

from __future__ import annotations

from types import ModuleType

from helpers.publish.cells.kernel import CellOutcome, Kernel, Message
from helpers.publish.cells.shell import Shell

__all__ = ["InProcessKernel"]


class InProcessKernel(Kernel):
    """IPython within this process; what ends it ends the process."""

    alive = True

    def __init__(self) -> None:
        super().__init__()
        # A module of its own: IPython would take the place of this program's __main__.
        self._shell = Shell(lambda kind, content: self._outcome.add(kind, content), ModuleType("cells"))

    def _execute(
        self,
        code: str,
        *,
        silent: bool = False,
        timeout: float | None = None,  # noqa: ARG002 (nobody could interrupt it)
        expressions: dict[str, str] | None = None,
    ) -> tuple[CellOutcome, dict[str, Message]]:
        self._outcome = CellOutcome()
        values = self._shell.execute(code, expressions or {}, silent)
        return self._outcome, values

    def close(self) -> None:
        """Nothing to end: the next document is run by the same shell, wiped."""
