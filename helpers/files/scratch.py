"""Temporary folders that leave nothing behind: removed at the end, and after a kill by the next run that comes by.

Each folder holds a file that its process keeps locked. The system lets go of the lock when the process ends, however it
ends; a folder whose lock nobody holds is nobody's.
"""

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = ".lock"
_OURS = "nianbao-"
"""How the names of all that stand in the system's folder for temporary files begin."""

_GRACE_SECONDS = 60
"""A folder so young may still be about to be locked."""

_LOCK_OFFSET = 1 << 30
"""Where Windows locks a byte: nobody can read a locked one, and who holds the lock may stand at the start."""

if sys.platform == "win32":
    import msvcrt

    def lock(descriptor: int) -> None:
        """Lock an open file until it is closed; raises OSError where another process has it."""
        os.lseek(descriptor, _LOCK_OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def lock(descriptor: int) -> None:
        """Lock an open file until it is closed; raises OSError where another process has it."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class HeldError(Exception):
    """A lock that another process has; ``holder`` is what that one wrote of itself, or empty."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


@contextmanager
def held(path: Path, holder: str) -> Iterator[None]:
    """Hold a lock file while the block runs; the system lets go of it for a process that is killed.

    Parameters
    ----------
    holder
        What the file says of this process, for people who are refused.

    Raises
    ------
    HeldError
        Another process holds it.
    OSError
        The file cannot be made.
    """
    with path.open("a+", encoding="utf-8") as stream:
        try:
            lock(stream.fileno())
        except (BlockingIOError, PermissionError):
            stream.seek(0)
            raise HeldError(stream.read().strip()) from None
        stream.truncate(0)
        stream.write(f"{holder}\n")
        stream.flush()
        try:
            yield
        finally:
            stream.truncate(0)


@contextmanager
def scratch(prefix: str, parent: Path | None = None) -> Iterator[Path]:
    """Return a folder of this process while the block runs; those of processes that were killed are removed first.

    Parameters
    ----------
    prefix
        How its name begins; only this project's folders may begin so, in the system's folder with ``nianbao-``.
    parent
        Where it is made; by default in the system's folder for temporary files. It need not be there, and is gone again where
        nothing else is in it then.

    Raises
    ------
    OSError
        It cannot be made.
    """
    common = Path(tempfile.gettempdir())
    place = common if parent is None else parent
    sweep(_OURS, common)  # of every kind: a preview's leftovers need no preview to be cleared
    if parent is not None:
        sweep(prefix.partition("-")[0] + "-", parent)
    made = [one for one in (place, *place.parents) if not one.exists()]
    folder, descriptor = None, -1
    try:
        place.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place)).absolute()
        descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        lock(descriptor)
        yield folder
    finally:
        if descriptor >= 0:
            os.close(descriptor)
        if folder:
            shutil.rmtree(folder, ignore_errors=True)
        for one in made:
            with suppress(OSError):  # something was put into it
                one.rmdir()


def sweep(prefix: str, place: Path) -> None:
    """Remove the folders of this kind that nobody holds any more."""
    for folder in place.glob(f"{prefix}*"):
        with suppress(OSError):
            state = folder.lstat()
            own = not hasattr(os, "getuid") or state.st_uid == os.getuid()
            if own and not folder.is_symlink() and _abandoned(folder, state.st_mtime):
                shutil.rmtree(folder, ignore_errors=True)


def _abandoned(folder: Path, changed: float) -> bool:
    try:
        descriptor = os.open(folder / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        return time.time() - changed > _GRACE_SECONDS
    try:
        lock(descriptor)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def end_with_parent() -> None:
    """End this process when the one that started it ends, even by a kill; for the start of a worker process."""
    from multiprocessing import connection, parent_process

    parent = parent_process()
    if parent is None:
        return

    def watch() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="end with parent").start()
