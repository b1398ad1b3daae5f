"""Interrupts, heard wherever they come: what a handler raises at a bad moment Python prints and forgets, or a library dies of."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_asked = threading.Event()


def hear() -> None:
    """From now on, end as an interrupt on the terminal does: what was begun is taken back, and child processes end."""
    for number in _numbers():
        if signal.getsignal(number) != signal.SIG_IGN:  # as in a background job of a shell
            signal.signal(number, _interrupt)


def require_none() -> None:
    """Raise the interrupt that could not be raised when it came."""
    if _asked.is_set():
        raise KeyboardInterrupt


@contextmanager
def held() -> Iterator[None]:
    """Keep interrupts until the block ends: a library in C++ ends the process where one is raised while it loads."""
    if threading.current_thread() is not threading.main_thread():
        yield  # handlers run in the main thread alone
        return
    came: list[int] = []
    before = {number: signal.getsignal(number) for number in _numbers()}
    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def _numbers() -> list[signal.Signals]:
    return [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]


def _interrupt(_: int, frame: FrameType | None) -> None:
    _asked.set()
    while frame is not None:
        if frame.f_code.co_name == "__del__":
            return  # whoever works on is told by require_none()
        frame = frame.f_back
    raise KeyboardInterrupt
