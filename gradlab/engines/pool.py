"""Worker processes: spawned, one thread each, none left behind.

Own processes on pipes instead of a pool: when one dies, exactly its task is known, the
others go on, and a new one takes its place.
"""

import math
import os
import sys
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from multiprocessing import connection as pipes
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from types import ModuleType
from typing import Any

from gradlab.engines import worker
from gradlab.engines.engine import FREE, Answer, Limits, overdue
from gradlab.engines.interrupts import allow
from gradlab.engines.machine import WORKER
from gradlab.errors import GradlabError


THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Without these two workers on two cores ran 50 to 490 times slower."""

STARTS = 5
"""How often in a row a worker may die before it is ready."""


class _Worker:
    """One process, the pipe to it, and what it is at."""

    def __init__(self, load: tuple[str, ...], prepare: str) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        with _one_thread(), _no_main():
            self.process: SpawnProcess = context.Process(
                target=worker.serve, args=(theirs, load, prepare), daemon=True
            )
            self.process.start()
        theirs.close()
        self.ready = False
        self.task: Any = None
        self.limits = FREE
        self.deadline = math.inf

    def give(self, call: Any, task: Any, limits: Limits) -> None:
        self.task, self.limits = task, limits
        if limits.seconds is not None:
            self.deadline = time.monotonic() + limits.seconds
        self.pipe.send(call)

    def rest(self) -> Any:
        """Forget its task, and return it."""
        task, self.task = self.task, None
        self.limits, self.deadline = FREE, math.inf
        return task

    def kill(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.join()

    def stop(self) -> None:
        """Ask it to end; :meth:`end` waits for it."""
        self.pipe.close()
        if self.process.is_alive():
            self.process.terminate()

    def end(self) -> None:
        self.stop()
        self.process.join(2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class ProcessPool:
    """Workers that take tasks; a context manager that leaves none behind.

    Args:
        jobs: how many, at most.
        load: files of the user's that each of them loads.
        memory: bytes all of them may fill together; no bound where it is None. A
            task that alone exceeds it runs, but beside no other.
        prepare: name of the function each worker calls first.
    """

    def __init__(
        self,
        jobs: int,
        load: tuple[str, ...],
        memory: int | None = None,
        prepare: str = "",
    ) -> None:
        self._memory = math.inf if memory is None else memory
        self._jobs = max(1, min(jobs, int(min(self._memory, 1e15) // WORKER)))
        self._load = load
        self._prepare = prepare
        self._waiting: deque[tuple[Any, tuple[str, tuple], Limits]] = deque()
        self._workers: list[_Worker] = []
        self._early_deaths = 0

    def __enter__(self) -> "ProcessPool":
        return self

    def __exit__(self, *error: object) -> None:
        """End every worker, busy or not."""
        for one in self._workers:
            one.stop()
        for one in self._workers:
            one.end()
        self._workers.clear()

    def add(self, task: Any, name: str, *arguments: Any, limits: Limits = FREE) -> None:
        """Queue a task: a call of ``name`` (:func:`worker.resolve`)."""
        self._waiting.append((task, (name, arguments), limits))

    @property
    def busy(self) -> int:
        """Tasks that are waiting or under way."""
        return len(self._waiting) + sum(w.task is not None for w in self._workers)

    def answers(self) -> Generator[Answer]:
        """Yield answers as they come, until no task is left; tasks may be added.

        Raises:
            GradlabError: workers that do not get ready, e.g. for want of memory.
        """
        while self.busy:
            self._hire()
            self._assign()
            for one in self._heard():
                yield from self._hear(one)
            yield from self._end_late()

    def arrived(self) -> Iterator[Answer]:
        """Yield answers that are there already, without waiting for others."""
        for one in list(self._workers):
            if one.task is not None and one.pipe.poll():
                yield from self._hear(one)

    def _hire(self) -> None:
        while len(self._workers) < min(self._jobs, self.busy):
            self._workers.append(_Worker(self._load, self._prepare))

    def _heard(self) -> list[_Worker]:
        by_handle: dict[Any, _Worker] = {one.pipe: one for one in self._workers}
        by_handle |= {one.process.sentinel: one for one in self._workers}
        nearest = min(one.deadline for one in self._workers)
        patience = None
        if nearest < math.inf:
            patience = max(0.0, nearest - time.monotonic())
        with allow():
            heard = pipes.wait(list(by_handle), patience)
        spoke = [by_handle[handle] for handle in heard]
        return list(dict.fromkeys(spoke))

    def _assign(self) -> None:
        for one in self._workers:
            if one.ready and one.task is None and (found := self._next()) is not None:
                task, call, limits = found
                try:
                    one.give(call, task, limits)
                except (BrokenPipeError, ConnectionResetError):
                    # it died idle; its sentinel tells so next time
                    one.rest()
                    self._waiting.appendleft(found)
                    one.ready = False

    def _next(self) -> tuple[Any, tuple[str, tuple], Limits] | None:
        """Take the first task that fits beside those under way."""
        busy = [one.limits.memory for one in self._workers if one.task is not None]
        left = self._memory - WORKER * len(self._workers) - sum(busy)
        for place, waiting in enumerate(self._waiting):
            if waiting[2].memory <= left or not busy:
                del self._waiting[place]
                return waiting
        return None

    def _end_late(self) -> Iterator[Answer]:
        """Kill the workers whose task took longer than it may."""
        now = time.monotonic()
        for one in [w for w in self._workers if w.deadline <= now]:
            if one.pipe.poll():  # just in time
                continue
            seconds, task = one.limits.seconds or 0.0, one.rest()
            self._workers.remove(one)
            one.kill()
            yield Answer(task, death=overdue(seconds), certain=True)

    def _hear(self, one: _Worker) -> Iterator[Answer]:
        try:
            heard = one.pipe.recv() if one.pipe.poll() else ("gone", None)
        except (EOFError, OSError):
            heard = ("gone", None)
        word: str = heard[0]
        value: Any = heard[1]
        if word == "gone":
            yield from self._bury(one)
        elif word == "ready":
            one.ready, self._early_deaths = True, 0
        elif word == "unfit":
            raise value
        else:
            task = one.rest()
            failed = word == "error"
            yield Answer(task, error=value) if failed else Answer(task, value=value)

    def _bury(self, one: _Worker) -> Iterator[Answer]:
        one.process.join(2)
        cause = _cause(one.process.exitcode)
        one.end()
        self._workers.remove(one)
        if one.task is not None:
            yield Answer(one.task, death=cause)
        elif not one.ready:
            self._early_deaths += 1
            if self._early_deaths >= STARTS:
                raise GradlabError(
                    got=f"workers that die while they start ({cause})",
                    expected="Python processes that can import torch",
                    try_='--jobs 1, or: python -c "import torch"',
                )


def _cause(code: int | None) -> str:
    """Return why a process ended, in words."""
    if code is None or code >= 0:
        return f"its worker process ended with exit code {code}"
    known = {
        -9: "killed, most likely for want of memory",
        -11: "a segmentation fault",
        -6: "an abort",
        -15: "terminated",
    }
    return f"its worker process ended by signal {-code}, {known.get(code, 'unnamed')}"


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes started meanwhile use one thread each."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _no_main() -> Iterator[None]:
    """Keep spawn from running the caller's main module again in the worker.

    A script that calls gradlab.sweep() without a main guard would start itself anew;
    and a worker does not need the command line's imports.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
