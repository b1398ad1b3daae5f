"""A sealed copy judged in a process of its own: what a stranger's signature draws may take for ever, or all memory."""

import json
import subprocess
import sys
from pathlib import Path

from helpers.archive.seals import ChangedError, Seals

__all__ = ["judge_apart"]

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 300
"""On the clock, of a machine that has other work as well; the process has a bound of its own on processor time."""


def judge_apart(data: bytes, length: int) -> Seals:
    """Judge as :func:`helpers.archive.sealed_copy.judge` does, bounded in time and memory.

    Raises
    ------
    ChangedError
        As there; also where the bounds were reached.
    """
    command = [sys.executable, "-m", "helpers.archive.judging_process", str(length)]
    try:
        done = subprocess.run(
            command, cwd=_ROOT, input=data, capture_output=True, timeout=_SECONDS, check=False
        )
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise ChangedError("后面附加的内容耗用的时间或内存过多，不能认定是电子签名") from None
    if "changed" in answer:
        raise ChangedError(answer["changed"])
    return Seals(**answer)
