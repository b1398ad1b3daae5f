"""Extras: packages that a report does not need, and how to get those that a command does."""

import os
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class MissingExtraError(Exception):
    """An extra is not installed; the message names it and the command that installs it, in Chinese."""


def require(extra: str, purpose: str) -> None:
    """Refuse to go on where an extra is not installed.

    Parameters
    ----------
    extra
        Its name in ``pyproject.toml``.
    purpose
        What it is wanted for, in Chinese, as the subject of the sentence.

    Raises
    ------
    MissingExtraError
        A package of it is not there.
    """
    if packages := missing(extra):
        raise MissingExtraError(
            f"{purpose}要用附加组件 {extra}（{'、'.join(packages)}），现在没有。装一次即可：{command(extra)}"
        )


@cache
def missing(extra: str) -> tuple[str, ...]:
    """Return the packages of an extra that are not installed."""
    return tuple(name for name in _extras()[extra] if not _installed(name))


def command(extra: str) -> str:
    """Return the command that installs an extra, from whatever folder it is given."""
    import shlex
    import subprocess

    parts = [sys.executable, str(ROOT / "tools" / "set_up.py"), extra]
    return subprocess.list2cmdline(parts) if os.name == "nt" else shlex.join(parts)


@cache
def _extras() -> dict[str, list[str]]:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return dict(project["optional-dependencies"])


def _installed(name: str) -> bool:
    from importlib.metadata import PackageNotFoundError, version

    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
