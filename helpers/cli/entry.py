"""One command run and its exit code given, whatever happens on the way."""

import gc
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from helpers.cli.messages import fail, say
from helpers.files import interrupts
from helpers.files.extras import MissingExtraError

_LAST_MOMENT = 253_402_300_799
"""The end of the year 9999, in seconds."""


def main() -> NoReturn:
    """Run one command and exit."""
    gc.set_threshold(20_000, 20, 20)  # modules, the most of what a command makes, are never garbage
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A folder's name need not be UTF-8; written so, it is shown, and JSON that names it stays JSON.
            stream.reconfigure(errors="backslashreplace")
    interrupts.hear()
    try:
        code, message = _run()
        if message:
            say(message)
        if sys.stdout is not None:  # as it is where whoever started this closed it
            sys.stdout.flush()
    except OSError as error:
        code = 1 if isinstance(error, BrokenPipeError) else 2
        if code == 2:  # who closed a pipe wants no more
            with suppress(OSError):
                say(f"结果写不出去（{error.strerror or error}），没有写完整。")
        _forget_output()
    sys.exit(code)


def _run() -> tuple[int, str | None]:
    """Run the command; return its exit code, and why it failed where it has not said so itself."""
    try:
        _require_date()
        from helpers.cli.commands import cli  # here, so that an interrupt meanwhile is told as every other

        cli(prog_name=_name(), complete_var="_NIANBAO_COMPLETE", standalone_mode=False)
    except SystemExit as done:
        return (done.code, None) if isinstance(done.code, int) else (0, None)
    except (click.Abort, KeyboardInterrupt):
        return 1, "已中断，原有的文件没有改动。"
    except click.exceptions.NoArgsIsHelpError as error:
        return 2, error.message
    except click.UsageError as error:
        from helpers.cli import usage

        command = f"{error.ctx.info_name} " if error.ctx and error.ctx.parent else ""
        return 2, f"用法有误：{usage.explained(error)}。查看用法：{_name()} {command}--help"
    except MissingExtraError as error:
        return 2, str(error)
    except OSError as error:
        if error.filename is None:
            raise
        return 2, f"“{os.fsdecode(error.filename)}”不能读写（{error.strerror}），请检查路径、权限和磁盘空间。"
    except Exception as error:
        from helpers.report.findings import unforeseen

        return 2, str(unforeseen(error))
    return 0, None


def _name() -> str:
    """Return how this program was called: by its name, or as a module of the project."""
    return "nianbao" if Path(sys.argv[0]).stem == "nianbao" else "python -m helpers"


def _forget_output() -> None:
    """Let Python, which writes what is left when it ends, not stumble a second time over the same full disk or closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(nowhere, stream.fileno())


def _require_date() -> None:
    """Refuse a SOURCE_DATE_EPOCH that is no moment, before every tool stumbles over it in a way of its own."""
    given = os.environ.get("SOURCE_DATE_EPOCH", "")
    if given and not (given.isascii() and given.isdigit() and int(given[:20]) <= _LAST_MOMENT):
        fail(f"环境变量 SOURCE_DATE_EPOCH 写的是“{given[:40]}”，应是 1970 年以来的秒数。", 2)
