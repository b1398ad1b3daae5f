"""What people read on stderr while a command runs and when it fails."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

from helpers.files.interrupts import require_none


def say(message: str) -> None:
    """Tell people something: a terminal shows it and obeys nothing in it."""
    from helpers.report.findings import printable

    click.echo(printable(message), err=True)


def fail(message: str, code: int) -> NoReturn:
    """Say what is wrong and exit with a code."""
    say(message)
    sys.exit(code)


@contextmanager
def shown_progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done: a spinner on a terminal from the first step on, nothing in a pipe."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: require_none()
        return
    from rich.console import Console

    status = Console(stderr=True).status("")

    def show(step: str) -> None:
        require_none()
        status.update(step)
        status.start()

    try:
        yield show
    finally:
        status.stop()


PASSWORD = "NIANBAO_PASSWORD"
"""Environment variable of a password: on a command line every user of the machine could read it."""


def password(file: Path | None) -> str:
    """Return a password from a file, else from the environment, else from whoever sits at the terminal."""
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            fail(f"密码文件 {file} 不是 UTF-8 编码的文本，请另存。", 2)
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if not sys.stdin or not sys.stdin.isatty():
        fail(f"要用密码：用 --password-file 给出密码所在的文件，或设环境变量 {PASSWORD}。", 2)
    return str(click.prompt("密码", hide_input=True, err=True))
