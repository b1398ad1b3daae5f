"""Finished reports on disk: put there whole or not at all, and looked at again before they are trusted."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from platform import node
from typing import Any

from helpers.files.digests import digest, digest_of
from helpers.files.reading import SourceError
from helpers.files.scratch import HeldError, held
from helpers.files.writing import flush, move_folder, write_new
from helpers.finishing.manifest import NAME

RECORD = "record.json"
"""Beside the manifest: what the batch knows of the report, and the key of what it was made from."""

_STAGING = ".staging"
_LOCK = ".lock"


class InUseError(Exception):
    """Another run is at work in the same place; the message says which, in Chinese."""


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """Provide a place on the file system of ``out``, to one run at a time; what a killed run left there is removed.

    Its path is of this run alone: whoever finds it there sees the same disk.

    Raises
    ------
    InUseError
        Another run has it.
    OSError
        It cannot be made.
    """
    out.mkdir(parents=True, exist_ok=True)
    this_run = f"进程 {os.getpid()}，{node()}，{datetime.now():%Y-%m-%d %H:%M} 开始"
    try:
        with held(out / _LOCK, this_run):
            place = out / _STAGING
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            try:
                yield Path(tempfile.mkdtemp(prefix="run-", dir=place))
            finally:
                shutil.rmtree(place, ignore_errors=True)
    except HeldError as error:
        raise InUseError(
            f"{out} 正由另一次 batch 写入（{error.holder or '刚刚开始'}）；"
            "请等它结束，或先停掉它，或换一个输出文件夹，再重新运行"
        ) from None


def up_to_date(folder: Path, key: str) -> dict[str, Any] | None:
    """Return the record of a finished report made from the very same things, if every file of it is as it was made."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        digests = record["sha256"]
        if record["key"] != key or record["digest"] != _digest(record):
            return None
        same = all(digest(folder / name) == stated for name, stated in digests.items())
        return record if same else None
    except (SourceError, OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def older(folder: Path) -> list[str]:
    """Names of what an earlier run made of a report and still stands."""
    if folder.is_symlink() or not (folder / RECORD).is_file():
        return []
    return sorted(path.name for path in folder.iterdir() if path.name != RECORD)


@dataclass(frozen=True)
class Prepared:
    """A finished report that is written, but not yet in its place.

    Attributes
    ----------
    folder
        Its place.
    new
        Where it is written.
    names
        Its files.
    record
        What its record says.
    """

    folder: Path
    new: Path
    names: list[str]
    record: dict[str, Any]


@dataclass(frozen=True)
class Delivered:
    """The files of a finished report in a folder of the run's place: the folder's name, and the digests of the files by name."""

    name: str
    sha256: dict[str, str]


def deliver(stage: Path, files: Mapping[str, bytes]) -> Delivered:
    """Write the files of a finished report into the run's place.

    Raises
    ------
    OSError
        They cannot be written; nothing is left of them.
    """
    new = Path(tempfile.mkdtemp(dir=stage))
    try:
        new.chmod(0o755)
        for name, data in files.items():
            write_new(new / name, data)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise
    return Delivered(new.name, {name: digest_of([data]) for name, data in files.items()})


def sees(stage: str) -> bool:
    """Whether the place of a run is on a disk of this machine, and what this process writes there is the run's to move."""
    if not stage:
        return False
    try:
        owner = Path(stage).stat().st_uid
    except (OSError, ValueError):
        return False
    return not hasattr(os, "getuid") or owner == os.getuid()


def prepare(folder: Path, stage: Path, key: str, record: Mapping[str, Any], delivered: Delivered) -> Prepared:
    """Write the record beside the files of a finished report; :func:`settle` puts them in their place.

    Raises
    ------
    FileExistsError
        Something else stands in its place.
    OSError
        It cannot be written.
    """
    if os.path.lexists(folder) and not _may_replace(folder):
        raise FileExistsError(folder)
    full = {**record, "key": key, "sha256": delivered.sha256}
    full["digest"] = _digest(full)
    new = stage / delivered.name
    write_new(new / RECORD, _json(full))
    return Prepared(folder, new, [*delivered.sha256, RECORD], full)


def settle(reports: Sequence[Prepared]) -> None:
    """Put reports in their places, so that even a loss of power leaves each whole, as it was before, or gone.

    What goes down to the disk goes there for all of them at once.

    Raises
    ------
    OSError
        One cannot be written.
    """
    flush([path for one in reports for path in (*(one.new / name for name in one.names), one.new)])
    olds = [one.new.with_name(f"{one.new.name}-old") for one in reports]
    for one, old in zip(reports, olds, strict=True):
        move_folder(one.new, one.folder, old)
    flush(list({one.folder.parent for one in reports}))
    for old in olds:
        shutil.rmtree(old, ignore_errors=True)


def _may_replace(folder: Path) -> bool:
    """Return whether a folder is one of ours, or empty."""
    ours = any((folder / name).is_file() for name in (NAME, RECORD))
    return folder.is_dir() and not folder.is_symlink() and (ours or not any(folder.iterdir()))


def _digest(record: Mapping[str, Any]) -> str:
    return digest_of([_json({name: value for name, value in record.items() if name != "digest"})])


def _json(value: Any) -> bytes:
    # What UTF-8 cannot hold, half a surrogate pair, is written as JSON writes it.
    return (json.dumps(value, ensure_ascii=False) + "\n").encode(errors="backslashreplace")
