"""What counts as being in a folder: files to be read, and what is no regular file of it."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

IRREGULAR = "是指向文件夹以外的链接，或不是普通文件，或名字不是 UTF-8 编码，请换成文件本身、改名或删去"
"""What is wrong with what :func:`irregular` yields."""


MOST = 2_000
"""Files and folders that a report folder may hold; one has about a dozen."""


def files(folder: Path) -> Iterator[Path]:
    """Yield the regular files of a folder and of those in it; hidden ones, which programs leave behind, are none of it.

    A link counts where it leads to a file of the folder; see :func:`irregular` for all else.

    Raises
    ------
    OSError
        A folder cannot be read, or holds more than :data:`MOST`.
    """
    return (path for path, regular in _entries(folder, _refuse) if regular)


def irregular(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder and is no file of it: pipes, devices, links that lead elsewhere, names not in UTF-8.

    Raises
    ------
    OSError
        The folder holds more than :data:`MOST`.
    """
    return (path for path, regular in _entries(folder, None) if not regular)


def _entries(folder: Path, refuse: Callable[[OSError], None] | None) -> Iterator[tuple[Path, bool]]:
    """Yield the files of a folder, each with whether it is a regular one that lies in it."""
    root = folder.resolve()
    seen = 0
    for place, folders, names in os.walk(folder, onerror=refuse):
        seen += len(folders) + len(names)
        if seen > MOST:
            raise OSError(errno.EFBIG, f"里面的文件和文件夹超过 {MOST} 个", str(folder))
        links = [name for name in folders if Path(place, name).is_symlink()]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in links)
        for name in sorted([*names, *links]):
            if not name.startswith("."):
                path = Path(place, name)
                yield path, _is_own(path, path.relative_to(folder), root)


def _is_own(path: Path, name: Path, root: Path) -> bool:
    try:
        str(name).encode()  # a name that is not UTF-8 can stand in no manifest
        return path.is_file() and path.resolve().is_relative_to(root)
    except (OSError, RuntimeError, ValueError):  # links in a circle, names that no file can have
        return False


def beside(place: Path) -> list[Path]:
    """Return what lies in a place, sorted; nothing where that cannot be listed, though one folder in it may be readable."""
    try:
        return sorted(place.iterdir())
    except OSError:
        return []


def _refuse(error: OSError) -> None:
    raise error
