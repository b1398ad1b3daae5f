"""A process of ours that stays: it is asked by a line of JSON, answers by a line, and is ended when nobody waits for it any more."""

from __future__ import annotations

import contextlib
import json
import math
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from queue import Empty, SimpleQueue
from typing import Any

from helpers.files.scratch import scratch

__all__ = ["LineProcess"]


class LineProcess:
    """A running command and the pipes to it, begun with ``options`` of ``subprocess.Popen``.

    It ends with this process, whose end closes its input. To a process that is forked from this one it is another's: dead, and let be.
    With an environment of its own it also has a folder of its own for temporary files, so that it leaves none however it ends.
    """

    def __init__(self, command: Sequence[str], env: Mapping[str, str] | None = None, **options: Any) -> None:
        self._owner = os.getpid()
        self._folder = contextlib.ExitStack()
        if env is not None:
            folder = str(self._folder.enter_context(scratch("nianbao-process-")))
            env = {**env, **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), folder)}
        self._process = subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options
        )
        self._answers: SimpleQueue[bytes] = SimpleQueue()
        threading.Thread(target=self._receive, daemon=True).start()

    def _receive(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._answers.put(line)
        self._answers.put(b"")

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return self._owner == os.getpid() and self._process.poll() is None

    def answer(self, request: Mapping[str, Any], seconds: float = math.inf) -> bytes | None:
        """Return the line that it answers, an empty one where it ended, or None where it does not answer within some seconds."""
        assert self._process.stdin is not None
        until = time.monotonic() + seconds
        try:
            with contextlib.suppress(OSError):  # it is gone
                self._process.stdin.write(json.dumps(request).encode() + b"\n")
                self._process.stdin.flush()
            while True:
                # That it ended is asked for besides: what it started may keep the pipe open.
                alive = self.alive
                with contextlib.suppress(Empty):
                    return self._answers.get(timeout=1)
                if not alive:
                    return b""
                if time.monotonic() > until:
                    return None
        except BaseException:  # an interrupt: nobody waits for its answer
            self.end()
            raise

    def end(self, patience: float = 0) -> int:
        """Return its exit code once it has ended, by itself within some seconds or else at once."""
        if self._owner != os.getpid():
            return 0
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
        finally:
            with contextlib.suppress(OSError):  # what it was not able to read
                self._process.stdin and self._process.stdin.close()
            self._folder.close()
