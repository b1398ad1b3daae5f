"""Files and folders written whole or not at all."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path

IRREGULAR = "是指向文件夹以外的链接，或不是普通文件，或名字不是 UTF-8 编码，请换成文件本身、改名或删去"
"""What is wrong with what :func:`irregular` yields."""


<<<<<<< HEAD
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


=======
>>>>>>> 5312457 (No file is longer than 400 lines: each piece answers one question)
def write_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; what stood there stays until the new one is complete.

    Raises
    ------
    OSError
        It cannot be written, or what stands there is no regular file.
    """
    path = path.absolute()
    try:
        if path.exists() and not path.is_file():
            raise FileExistsError(errno.EEXIST, "那里已有的不是普通文件", str(path))
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}-", dir=path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        new.chmod(0o666 & ~_umask())
        new.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        new.unlink(missing_ok=True)


@cache
def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def written_whole(folder: Path, *, replace: bool = False) -> Iterator[Path]:
    """Yield an empty folder to write into; it becomes ``folder`` when the block ends, and vanishes when it fails.

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
