"""One file read in a process of its own, so that nothing it does can harm this one or last for ever."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

from helpers.intake.matching.model import Imported, IntakeError, Unread
from helpers.intake.readers.limits import MAX_BYTES, MAX_SECONDS

_ROOT = Path(__file__).resolve().parents[2]


def read(path: Path) -> Imported:
    """Read a published report.

    Parameters
    ----------
    path
        An HTML, MHTML, DOCX, PDF, XLSX or text file; its kind is told by its content.

    Raises
    ------
    IntakeError
        It is no annual report, encrypted, a scan without text, only a link to an attachment, damaged, too large, or
        takes too long; the message says in Chinese what to do.
    """
    if not path.is_file():
        raise IntakeError(
            "找不到这个文件，请核对路径" if not path.exists() else "这不是文件，请指定要导入的文件"
        )
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise IntakeError(
            f"文件有 {size / 1e6:.0f} MB，超过 {MAX_BYTES // 1_000_000} MB 的上限，不像一份年度报告，没有打开"
        )
    command = [sys.executable, "-m", "helpers.intake.child_process", str(path.resolve())]
    try:
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, timeout=MAX_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise IntakeError(f"读了 {MAX_SECONDS} 秒还没有读完，文件可能有问题，没有导入") from None
    try:
        answer = json.loads(done.stdout, parse_float=Decimal)
    except ValueError:
        raise IntakeError("读取文件时耗用过多或出错中止，文件可能有问题，没有导入") from None
    if "error" in answer:
        raise IntakeError(answer["error"])
    return _imported(answer)


def _imported(answer: dict[str, Any]) -> Imported:
    return Imported(**answer | {"unread": [Unread(**entry) for entry in answer["unread"]]})
