"""What counts as being in a folder: files to be read, and what is no regular file of it."""

import errno
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

IRREGULAR = "是指向文件夹以外的链接，或不是普通文件，或名字不是 UTF-8 编码，请换成文件本身、改名或删去"
"""What is wrong with what :func:`irregular` yields."""


MOST = 2_000
"""Files and folders that a report folder may hold; one has about a dozen."""

MAX_DEPTH = 20
"""Folders in folders."""


def files(folder: Path) -> Iterator[Path]:
    """Yield the regular files of a folder and of those in it; hidden ones, which programs leave behind, are none of it.

    A link counts where it leads to a file of the folder; see :func:`irregular` for all else.

    Raises
    ------
    OSError
        A folder cannot be read, or holds too much.
    """
    return (path for path, regular in contents(folder) if regular)


def contents(folder: Path) -> Iterator[tuple[Path, bool]]:
    """Yield both, files and what is none, each with whether it is one; raises as :func:`files`."""
    return _entries(folder, strict=True)


def irregular(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder and is no file of it: pipes, devices, links that lead elsewhere, names not in UTF-8.

    Raises
    ------
    OSError
        The folder holds too much.
    """
    return (path for path, regular in _entries(folder, strict=False) if not regular)


def _entries(folder: Path, *, strict: bool) -> Iterator[tuple[Path, bool]]:
    """Yield the files of a folder, each with whether it is a regular one that lies in it; ``strict``: all can be read."""
    root = folder.resolve()
    waiting = [(folder, 0)]
    left = MOST
    while waiting:
        place, depth = waiting.pop()
        try:
            with os.scandir(place) as entries:
                found = sorted(islice(entries, left + 1), key=lambda entry: entry.name)
        except OSError:
            if strict:
                raise
            continue
        left -= len(found)
        if left < 0 or depth > MAX_DEPTH:
            reason = f"里面有 {MOST} 个以上文件，或文件夹套了 {MAX_DEPTH} 层以上"
            raise OSError(errno.EFBIG, reason, str(folder))
        shown = [entry for entry in found if not entry.name.startswith(".")]
        inner = [Path(entry.path) for entry in shown if entry.is_dir(follow_symlinks=False)]
        waiting += [(path, depth + 1) for path in reversed(inner)]
        for entry in shown:
            if not entry.is_dir(follow_symlinks=False):
                path = Path(entry.path)
                yield path, _is_own(entry, path.relative_to(folder), root)


def _is_own(entry: "os.DirEntry[str]", name: Path, root: Path) -> bool:
    try:
        str(name).encode()  # a name that is not UTF-8 can stand in no manifest
        if not entry.is_symlink():
            return entry.is_file(follow_symlinks=False)
        path = Path(entry.path)
        return path.is_file() and path.resolve().is_relative_to(root)
    except (OSError, RuntimeError, ValueError):  # links in a circle, names that no file can have
        return False


def beside(place: Path) -> list[Path]:
    """Return what lies in a place, sorted; nothing where that cannot be listed, though one folder in it may be readable."""
    try:
        return sorted(place.iterdir())
    except OSError:
        return []
