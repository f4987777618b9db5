"""What runs inside a worker process; nothing here is imported with torch."""

import ctypes
import gc
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
from typing import Any

from gradlab import catalog
from gradlab.errors import GradlabError


def serve(pipe: Connection, load: tuple[str, ...], prepare: str) -> None:
    """Answer calls until the pipe closes.

    Says ``("ready", None)`` first, or ``("unfit", error)``; then for each call
    (name, arguments) ``("value", result)`` or ``("error", exception)``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _die_with_parent()
    _be_killed_with_parent()
    warnings.simplefilter("ignore")
    try:
        _prepare(load, prepare)
    except Exception as error:
        pipe.send(("unfit", portable(error)))
        return
    pipe.send(("ready", None))
    while True:
        try:
            name, arguments = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            answer = ("value", resolve(name)(*arguments))
        except Exception as error:
            answer = ("error", portable(error))
        pipe.send(answer)


def resolve(name: str) -> Callable[..., Any]:
    """Return the function that ``"package.module:function"`` names; import its module.

    Calls travel by name, so that whoever asks for them need not import torch.
    """
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found


def _prepare(load: tuple[str, ...], prepare: str) -> None:
    # imports make a million objects and no garbage: looking for it takes a tenth longer
    gc.disable()
    import torch

    if prepare:
        resolve(prepare)({})
    gc.freeze()
    gc.enable()
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    for file in load:
        catalog.load_file(file)


def _die_with_parent() -> None:
    """Leave no orphan: a killed parent cannot tell its workers to stop."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True, name="parent-guard").start()


def _be_killed_with_parent() -> None:
    """Ask Linux to kill this process with its parent, even amid a long call in C."""
    if sys.platform != "linux":
        return
    with suppress(OSError, AttributeError):
        set_death_signal = 1  # PR_SET_PDEATHSIG, see man 2 prctl
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL, 0, 0, 0)


def portable(error: Exception) -> Exception:
    """Return an error that survives the pipe."""
    if isinstance(error, GradlabError):
        return error
    last = traceback.extract_tb(error.__traceback__)[-1:]
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return RuntimeError("out of memory")
    where = f" ({os.path.basename(last[0].filename)}:{last[0].lineno})" if last else ""
    return RuntimeError(f"{type(error).__name__}: {error}{where}")
