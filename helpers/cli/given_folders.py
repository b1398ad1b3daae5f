"""Folders that commands are given: what counts as one, and what lies in it."""

from pathlib import Path

import click

from helpers.cli.messages import fail

ROOT = Path(__file__).resolve().parents[2]

PATH = click.Path(path_type=Path, readable=False)
"""Any path: whether it can be read, and what to do where it cannot, says whoever reads it."""


def files_in(folder: Path) -> list[Path]:
    """Return the files of a report folder."""
    from helpers.files.listing import files

    return list(files(folder))


def require_folder(folder: Path) -> None:
    """Refuse what is no report folder, or has a name that no other program can be told."""
    from helpers.report.findings import printable

    if not folder.is_dir():
        fail(f"找不到报告文件夹 {folder}，请核对路径。", 2)
    if printable(str(folder.resolve())) != str(folder.resolve()):
        fail(f"文件夹 {folder} 的名字里有看不见的字符，或不是 UTF-8 编码，请改名。", 2)


def require_sound(folder: Path, profile: str | None, force: bool) -> None:
    """Refuse a report that the document would refuse, before anything is started for it."""
    from helpers.checks import check
    from helpers.report.folder import InvalidReport
    from helpers.review.review_page import PROFILE

    try:
        check(folder).release(force or PROFILE in (profile or "").split(","))
    except InvalidReport as error:
        fail(str(error), 1)
