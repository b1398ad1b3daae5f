"""What people read on stderr while a command runs and when it fails."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import click


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
    """Show what is being done: a spinner on a terminal, nothing in a pipe."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("正在生成报告……") as status:
        yield status.update
