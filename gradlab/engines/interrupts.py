"""Ctrl-C between two answers, never amid one: nothing computed is lost by it.

Python raises KeyboardInterrupt wherever it happens to be: while an answer is read from
a pipe, or between a point's row and its count. While it is put off, it raises where
nothing can be lost: where one waits, and where one says so.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class PutOff:
    """Ctrl-C, put off.

    Attributes:
        pressed: whether it was.
        allow: whether it may raise at once.
    """

    def __init__(self) -> None:
        self.pressed = self.allow = False

    def check(self) -> None:
        """Raise KeyboardInterrupt if it was pressed meanwhile."""
        if self.pressed:
            raise KeyboardInterrupt

    def press(self, number: int, frame: FrameType | None) -> None:
        """Note the first press; a second one means it."""
        at_once = self.allow or self.pressed
        self.pressed = True
        if at_once:
            raise KeyboardInterrupt


_now = PutOff()


@contextmanager
def defer_sigint() -> Iterator[PutOff]:
    """Let Ctrl-C raise only at ``check()``, within :func:`allow`, or at the end.

    Where it means something else than KeyboardInterrupt, and in threads, to which it
    does not come, it is let be.
    """
    global _now
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not (ours and _comes_here()):
        yield PutOff()
        return
    _now = PutOff()
    signal.signal(signal.SIGINT, _now.press)
    try:
        yield _now
    finally:
        state, _now = _now, PutOff()
        signal.signal(signal.SIGINT, signal.default_int_handler)
    state.check()


@contextmanager
def allow() -> Iterator[None]:
    """Let Ctrl-C raise at once, as where one waits."""
    state = _now if _comes_here() else PutOff()
    state.allow = True
    try:
        state.check()
        yield
    finally:
        state.allow = False


def _comes_here() -> bool:
    """Say whether this is the thread that Ctrl-C comes to."""
    return threading.current_thread() is threading.main_thread()
