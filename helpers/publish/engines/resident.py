"""A pandoc that stays: it reads a document once for all its formats, and is there for the next one.

It runs ``formats.lua``, is asked by a line and answers by one. Whatever is wrong with a request ends it, and the next request finds
another; so it is with one that dies, prints nonsense or does not answer. It ends with this process, whose end closes its input.
"""

from __future__ import annotations

import atexit
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from helpers.files.line_process import LineProcess

__all__ = ["ask"]

_SCRIPT = Path(__file__).with_name("formats.lua")

_PATIENCE = 300.0
"""Seconds until a pandoc that does not answer is ended: a report takes a tenth of one."""

_LIFETIME = 50_000_000
"""Characters of documents after which another takes over: some two hundred reports, or fewer with pictures."""

_FAREWELL = 5.0
"""Seconds that one has for its own end."""


class _Resident(LineProcess):
    """One running pandoc."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        program, *options = command
        self._environment = dict(environment)
        self._left = _LIFETIME
        # A file, since nobody reads a pipe meanwhile. Without a buffer: both processes have one position in it.
        self._errors = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 (closed with the process)
        super().__init__([program, "lua", str(_SCRIPT), *options], env=self._environment, stderr=self._errors)

    def serves(self, environment: Mapping[str, str]) -> bool:
        """Whether it takes requests in an environment."""
        return self.alive and self._environment == environment and self._left > 0

    def ask(self, request: Mapping[str, Any], size: int) -> tuple[bool, str]:
        """Ask, and return whether it failed, and what it wrote to its standard error, or else why it did."""
        self._left -= size
        self._errors.seek(0)
        self._errors.truncate()
        answer = self.answer(request, _PATIENCE)
        if answer == b"done\n":
            return False, self._said()
        code = self.end(_FAREWELL if answer == b"" else 0)
        if answer is None:
            return True, f"{_PATIENCE:.0f} 秒没有回答"
        if answer:
            return True, f"看不懂它的回答 {answer.decode(errors='replace').strip()!r}"
        return True, self._said() if code > 0 else "意外退出（内存不足，或被结束）"

    def _said(self) -> str:
        self._errors.seek(0)
        return self._errors.read().decode(errors="replace").strip()


_lock = threading.Lock()
_resident: _Resident | None = None


def ask(
    command: Sequence[str], environment: Mapping[str, str], request: Mapping[str, Any], size: int
) -> tuple[bool, str]:
    """Have one format written by this process's pandoc; return whether it failed, and what it wrote to its standard error.

    ``command`` is pandoc with the options of its runtime, ``environment`` its own but for what dates files. The request has
    ``folder``, where relative paths start, ``epoch``, which dates files, or None, ``metadata`` as JSON, ``context`` for the filters
    and ``defaults`` as pandoc has them; ``size`` is in characters of the document. Where it had to be ended, a sentence says so instead.
    """
    global _resident
    with _lock:
        if _resident is None or not _resident.serves(environment):
            _end()
            _resident = _Resident(command, environment)
        return _resident.ask(request, size)


def _end() -> None:
    if _resident is not None:
        _resident.end()


atexit.register(_end)
