"""Defer SIGINT until the current result is committed.

Python raises KeyboardInterrupt wherever it happens to be: while an answer is read from
a pipe, or between a point's row and its count. Deferred, it raises only where nothing
can be lost: during a wait, and at an explicit check.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class DeferredSigint:
    """State of a deferred SIGINT.

    Attributes:
        received: whether it came.
        allowed: whether it may raise at once.
    """

    def __init__(self) -> None:
        self.received = self.allowed = False

    def check(self) -> None:
        """Raise KeyboardInterrupt if SIGINT came meanwhile."""
        if self.received:
            raise KeyboardInterrupt

    def handle(self, number: int, frame: FrameType | None) -> None:
        """Note the first SIGINT; raise at a second one, for a user who insists."""
        at_once = self.allowed or self.received
        self.received = True
        if at_once:
            raise KeyboardInterrupt


_current = DeferredSigint()


@contextmanager
def defer_sigint() -> Iterator[DeferredSigint]:
    """Raise KeyboardInterrupt only at ``check()``, within :func:`allow`, or at the end.

    Does nothing where the caller handles SIGINT itself, and in threads other than the
    main one, which never receive it.
    """
    global _current
    default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not (default and _in_main_thread()):
        yield DeferredSigint()
        return
    _current = DeferredSigint()
    signal.signal(signal.SIGINT, _current.handle)
    try:
        yield _current
    finally:
        state, _current = _current, DeferredSigint()
        signal.signal(signal.SIGINT, signal.default_int_handler)
    state.check()


@contextmanager
def allow() -> Iterator[None]:
    """Let SIGINT raise at once, for waits."""
    state = _current if _in_main_thread() else DeferredSigint()
    state.allowed = True
    try:
        state.check()
        yield
    finally:
        state.allowed = False


def _in_main_thread() -> bool:
    return threading.current_thread() is threading.main_thread()
