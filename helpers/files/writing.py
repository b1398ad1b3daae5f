"""Files and folders written whole or not at all; nothing else in this project writes.

``durable`` means down to the disk, so that even a loss of power leaves the old or the new, and nothing between.
"""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO


@contextmanager
def written_file(path: Path, *, durable: bool = False) -> Iterator[IO[bytes]]:
    """Yield a stream to write into; it becomes the file when the block ends, and vanishes when it fails.

    What stood there stays until then, and its permissions after it.

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
            yield stream
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        new.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        new.replace(path)
        if durable:
            _flush(path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    finally:
        with suppress(OSError):
            new.unlink(missing_ok=True)


def write_file(path: Path, data: bytes, *, durable: bool = False) -> None:
    """Write bytes as a file; raises as :func:`written_file`."""
    with written_file(path, durable=durable) as stream:
        stream.write(data)


def write_text(path: Path, text: str, encoding: str = "utf-8", errors: str = "strict") -> None:
    """Write text as a file, its line breaks as they are; raises as :func:`written_file`, and UnicodeEncodeError."""
    write_file(path, text.encode(encoding, errors))


def write_new(path: Path, data: bytes) -> None:
    """Write a file where nothing stands yet, in a folder that nobody else looks into; raises OSError.

    It is whole and on the disk once :func:`flush` was asked for it and its folder.
    """
    with path.open("xb") as stream:
        stream.write(data)


def flush(paths: Sequence[Path]) -> None:
    """Write files, and folders' lists of names, down to the disk; side by side, so that the disk does many at once.

    Raises
    ------
    OSError
        One cannot be written.
    """
    for _ in _flushers().map(_flush, paths):
        pass


@cache
def _flushers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(16, thread_name_prefix="flush")


def move_file(path: Path, target: Path, *, durable: bool = False) -> None:
    """Put a finished file in the place of another on the same file system; raises OSError, and then both stay."""
    if durable:
        with path.open("r+b") as stream:
            os.fsync(stream.fileno())
    path.replace(target)
    if durable:
        _flush(target.parent)


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
        move_folder(new, folder, free_name(folder))
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def move_folder(new: Path, folder: Path, old: Path, *, durable: bool = False) -> None:
    """Put a finished folder in the place of another, which becomes ``old``; all three lie on one file system.

    ``durable`` is for one alone; for many, :func:`flush` is asked for them before, and for the place once after.

    Raises
    ------
    OSError
        It cannot be moved, or there is something else than a folder; what stood there stands there again.
    """
    if durable:
        _flush(new)
    standing = folder.exists()
    if standing:
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if standing:
            old.rename(folder)
        raise
    if durable:
        _flush(folder.parent)


def free_name(folder: Path) -> Path:
    """Return the name under which a folder is kept beside the one that takes its place: the first that is free."""
    names = (folder.with_name(f"{folder.name}.old{number if number > 1 else ''}") for number in count(1))
    return next(name for name in names if not name.exists())


def _flush(path: Path) -> None:
    """Write a file, or a folder's list of names, down to the disk."""
    if os.name != "posix" and path.is_dir():  # a system that cannot
        return
    descriptor = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@cache
def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
