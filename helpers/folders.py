"""Folders written whole or not at all, and what counts as being in one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


def files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and of those in it; hidden ones, which programs leave behind, are none of it.

    Raises
    ------
    OSError
        A folder cannot be read.
    """
    for place, folders, names in os.walk(folder, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))


def beside(place: Path) -> list[Path]:
    """Return what lies in a place, sorted; nothing where that cannot be listed, though one folder in it may be readable."""
    try:
        return sorted(place.iterdir())
    except OSError:
        return []


def _refuse(error: OSError) -> None:
    raise error


@contextmanager
def written_whole(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """Give an empty folder to write into; it becomes ``folder`` when the block ends, and vanishes when it fails.

    Parameters
    ----------
    replace
        A folder that stands there already is kept beside the new one as ``NAME.old``, ``NAME.old2`` …

    Raises
    ------
    FileExistsError
        Something stands there already, and ``replace`` is false.
    """
    folder = folder.absolute()
    if folder.exists() and not replace:
        raise FileExistsError(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name[:40]}-", dir=folder.parent))
    try:
        new.chmod(0o755)
        yield new
        old = _free_name(folder) if folder.exists() else None
        if old:
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old:
                old.rename(folder)
            raise
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _free_name(folder: Path) -> Path:
    names = (folder.with_name(f"{folder.name}.old{number if number > 1 else ''}") for number in count(1))
    return next(name for name in names if not name.exists())
