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
