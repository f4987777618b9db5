"""What runs inside a worker process; nothing here is imported with torch."""

import ctypes
import gc
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from gradlab.errors import ConfigError, GradlabError, VerificationError


if TYPE_CHECKING:
    from gradlab.sweeps.needs import Needs
    from gradlab.sweeps.outcome import Check, Outcome
    from gradlab.sweeps.points import Point


def serve(pipe: Connection, load: tuple[str, ...]) -> None:
    """Answer calls until the pipe closes.

    Says ``("ready", None)`` first, or ``("unfit", error)``; then for each call
    (name, arguments) ``("value", result)`` or ``("error", exception)``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    _die_with_parent()
    _be_killed_with_parent()
    warnings.simplefilter("ignore")
    try:
        _prepare(load)
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
            answer = ("value", CALLS[name](*arguments))
        except Exception as error:
            answer = ("error", portable(error))
        pipe.send(answer)


def measure(points: Sequence["Point"], needs: "Needs") -> list["Outcome"]:
    """Measure a group; a group that raises is tried member by member."""
    from gradlab.sweeps.point import measure_points

    return measure_points(points, needs)


def verify(kinds: Sequence[tuple[str, str | None]]) -> list["Check"]:
    """Hold closed forms against autograd, one kind of cell after the other.

    A cell that cannot take a step is left out: its points will say why they fail.

    Raises:
        VerificationError: a closed form and autograd disagree.
    """
    from gradlab.sweeps.verify import check

    checks = []
    for cell, activation in kinds:
        try:
            checks.append(check(cell, activation))
        except VerificationError:
            raise
        except Exception:
            continue
    return checks


def describe(measures: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return what measures say of themselves, by the name of each output."""
    from gradlab.sweeps.point import describe as about

    return about(measures)


def reach(device: str) -> str:
    """Return ``device`` where a tensor can be put on it.

    Raises:
        ConfigError: there is no such device here, or torch cannot use it.
    """
    import torch

    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ConfigError(
            got=f"device {device}: {str(error).splitlines()[0].rstrip('.')}",
            expected="a device that torch can use on this machine",
            try_="--device cpu",
        ) from error
    return device


CALLS: dict[str, Callable[..., Any]] = {
    "reach": reach,
    "measure": measure,
    "verify": verify,
    "describe": describe,
}


def _prepare(load: tuple[str, ...]) -> None:
    # imports make a million objects and no garbage: looking for it takes a tenth longer
    gc.disable()
    import torch

    # imported now: a limit of a point's time is not to pay for it
    import gradlab.sweeps.point  # noqa: F401
    from gradlab import catalog
    from gradlab.numerics.allocator import keep_freed_memory

    gc.freeze()
    gc.enable()
    keep_freed_memory()
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
