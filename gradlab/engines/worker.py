"""What runs inside a worker process; importing this module imports no torch."""

import ctypes
import gc
import io
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any, TextIO

from gradlab import catalog
from gradlab.errors import GradlabError


def serve(pipe: Connection, load: tuple[str, ...], prepare: str) -> None:
    """Answer calls until the pipe closes.

    Sends ``("ready", None)`` first, or ``("setup_failed", error)`` where this process
    can carry out no call; then :func:`answer` of each (name, arguments) received.
    """
    # Ctrl-C reaches the whole process group; the parent alone decides what it means
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout = sys.stderr = _Unread(sys.stderr)  # results alone go to stdout
    _exit_with_parent()
    _be_killed_with_parent()
    warnings.simplefilter("ignore")
    try:
        _prepare(load, prepare)
    except Exception as error:
        pipe.send(("setup_failed", portable(error)))
        return
    pipe.send(("ready", None))
    while True:
        try:
            name, arguments = pipe.recv()
        except (EOFError, OSError):
            return
        pipe.send(answer(name, arguments))


class _Unread(io.TextIOBase):
    """A stream that may lose its reader: a cell that prints does not fail of it."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with suppress(OSError):
            if self._stream is not None:
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            if self._stream is not None:
                self._stream.flush()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return super().fileno() if self._stream is None else self._stream.fileno()


def answer(name: str, arguments: tuple) -> tuple[str, Any]:
    """Return ``("value", result)`` or ``("error", exception)`` of a call."""
    try:
        return "value", resolve(name)(*arguments)
    except Exception as error:
        return "error", portable(error)


def resolve(name: str) -> Callable[..., Any]:
    """Return the function that ``"package.module:function"`` names; import its module.

    Calls travel by name, so that the process that makes them need not import torch.
    """
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def portable(error: Exception) -> Exception:
    """Return an error that can be pickled, with the place where it was raised."""
    if isinstance(error, GradlabError):
        return error
    last = traceback.extract_tb(error.__traceback__)[-1:]
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return RuntimeError("out of memory")
    where = f" ({os.path.basename(last[0].filename)}:{last[0].lineno})" if last else ""
    return RuntimeError(f"{type(error).__name__}: {error}{where}")


def _prepare(load: tuple[str, ...], prepare: str) -> None:
    # imports make a million objects and no garbage; collecting takes a tenth longer
    gc.disable()
    import torch

    if prepare:
        resolve(prepare)({})
    gc.freeze()
    gc.enable()
    # one thread a process: more would compete for the cores of the other workers, and
    # sums in another order would be other numbers
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    for file in load:
        catalog.load_file(file)


def _exit_with_parent() -> None:
    """Exit when the parent does: a killed parent cannot stop its workers."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="parent-guard").start()


def _be_killed_with_parent() -> None:
    """Have Linux kill this process with its parent.

    The thread of :func:`_exit_with_parent` does not run while a long call in C holds
    the interpreter's lock.
    """
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        set_death_signal = 1  # PR_SET_PDEATHSIG, see man 2 prctl
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL, 0, 0, 0)
