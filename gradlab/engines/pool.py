"""Worker processes of this machine: spawned, one thread each, none left behind.

Own processes on pipes instead of concurrent.futures: when one dies, exactly its call is
known, the others go on, and a new process takes its place.
"""

import math
import os
import signal
import sys
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from multiprocessing import connection as pipes
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from types import ModuleType
from typing import Any, Self

from gradlab.engines import worker
from gradlab.engines.engine import (
    EXIT_TIMEOUT,
    START_ATTEMPTS,
    UNLIMITED,
    Answer,
    Call,
    Limits,
)
from gradlab.engines.interrupts import allow
from gradlab.engines.lived_time import TICK, LivedTime
from gradlab.engines.machine import WORKER_MEMORY
from gradlab.errors import GradlabError


THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Without these two workers on two cores ran 50 to 490 times slower."""


class _Worker:
    """One process, the pipe to it, and the call it runs."""

    def __init__(self, load: tuple[str, ...], prepare: str) -> None:
        # spawned, not forked: a fork copies locks that other threads hold, and torch's
        # pool of threads does not survive it
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        with _one_thread(), _no_main():
            self.process: SpawnProcess = context.Process(
                target=worker.serve, args=(theirs, load, prepare), daemon=True
            )
            self.process.start()
        theirs.close()
        self.ready = False
        self.call: Call | None = None
        self.deadline = math.inf

    def start(self, call: Call, now: float) -> None:
        self.call = call
        if call.limits.seconds is not None:
            self.deadline = now + call.limits.seconds
        self.pipe.send((call.name, call.arguments))

    def clear(self) -> Call | None:
        """Return its call and be free for another."""
        call, self.call = self.call, None
        self.deadline = math.inf
        return call

    def terminate(self) -> None:
        self.pipe.close()
        if self.process.is_alive():
            self.process.terminate()

    def join(self) -> None:
        """Wait for the end of a terminated process; kill it when that takes long."""
        self.process.join(EXIT_TIMEOUT)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class ProcessPool:
    """Answers calls in worker processes; a context manager that leaves none behind.

    Args:
        jobs: processes, at most.
        load: the user's Python files (``--load``) that each of them runs.
        memory: bytes all of them may fill together; no bound where it is None. A call
            that alone exceeds it runs, but with no other at the same time.
        prepare: name of the function each worker calls before any other.
    """

    def __init__(
        self,
        jobs: int,
        load: tuple[str, ...],
        memory: int | None = None,
        prepare: str = "",
    ) -> None:
        self._memory = math.inf if memory is None else memory
        self._jobs = max(1, min(jobs, int(min(self._memory, 1e15) // WORKER_MEMORY)))
        self._load = load
        self._prepare = prepare
        self._waiting: deque[Call] = deque()
        self._workers: list[_Worker] = []
        self._failed_starts = 0
        self._time = LivedTime()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        """End every worker, busy or not."""
        for one in self._workers:
            one.terminate()
        for one in self._workers:
            one.join()
        self._workers.clear()

    def add(
        self, tag: Any, name: str, *arguments: Any, limits: Limits = UNLIMITED
    ) -> None:
        """Queue a call of ``name`` (:func:`worker.resolve`)."""
        self._waiting.append(Call(tag, name, arguments, limits))

    @property
    def unanswered(self) -> int:
        """Number of calls that wait or run."""
        return len(self._waiting) + sum(w.call is not None for w in self._workers)

    def answers(self) -> Generator[Answer]:
        """Yield answers as they come, until no call is left; calls may be added.

        Raises:
            GradlabError: workers do not get ready, e.g. for want of memory.
        """
        while self.unanswered:
            self._spawn()
            self._assign()
            for one in self._wait():
                yield from self._receive(one)
            yield from self._kill_overdue()

    def arrived(self) -> Iterator[Answer]:
        """Yield answers that are there already, without waiting for others."""
        for one in list(self._workers):
            if one.call is not None and one.pipe.poll():
                yield from self._receive(one)

    def _spawn(self) -> None:
        """Start as many workers as there is work for."""
        while len(self._workers) < min(self._jobs, self.unanswered):
            self._workers.append(_Worker(self._load, self._prepare))

    def _assign(self) -> None:
        """Give waiting calls to idle workers."""
        for one in self._workers:
            if one.ready and one.call is None and (call := self._next()) is not None:
                try:
                    one.start(call, self._time.now())
                except (BrokenPipeError, ConnectionResetError):
                    # it died while idle; the next wait returns its sentinel
                    one.clear()
                    self._waiting.appendleft(call)
                    one.ready = False

    def _next(self) -> Call | None:
        """Take the first waiting call that fits into the memory left."""
        busy = [w.call.limits.memory for w in self._workers if w.call is not None]
        left = self._memory - WORKER_MEMORY * len(self._workers) - sum(busy)
        for place, call in enumerate(self._waiting):
            if call.limits.memory <= left or not busy:
                del self._waiting[place]
                return call
        return None

    def _wait(self) -> list[_Worker]:
        """Return the workers that sent something or ended; wait for the first one.

        Waits no longer than a tick of the clock where a limit is running.
        """
        by_handle: dict[Any, _Worker] = {one.pipe: one for one in self._workers}
        by_handle |= {one.process.sentinel: one for one in self._workers}
        deadline = min(one.deadline for one in self._workers)
        timeout = None
        if deadline < math.inf:
            timeout = min(TICK, max(0.0, deadline - self._time.now()))
        with allow():
            handles = pipes.wait(list(by_handle), timeout)
        return list(dict.fromkeys(by_handle[handle] for handle in handles))

    def _receive(self, one: _Worker) -> Iterator[Answer]:
        """Read what a worker sent; yield the answer if it is one.

        Raises:
            Exception: whatever the setup of a worker raised.
        """
        message: str
        value: Any
        try:
            message, value = one.pipe.recv() if one.pipe.poll() else ("ended", None)
        except (EOFError, OSError):
            message, value = "ended", None
        if message == "ended":
            yield from self._reap(one)
        elif message == "ready":
            one.ready, self._failed_starts = True, 0
        elif message == "setup_failed":
            raise value
        elif (call := one.clear()) is not None:
            yield call.answer(message, value)

    def _kill_overdue(self) -> Iterator[Answer]:
        """Kill the workers whose call exceeded its limit of time."""
        now = self._time.now()
        for one in [w for w in self._workers if w.deadline <= now]:
            if one.pipe.poll():  # just in time
                continue
            call = one.clear()
            self._workers.remove(one)
            one.pipe.close()
            one.process.kill()
            one.process.join()
            if call is not None:
                yield call.timed_out()

    def _reap(self, one: _Worker) -> Iterator[Answer]:
        """Remove a dead worker; yield the cause as the answer to its call.

        Raises:
            GradlabError: too many died in a row, without a call and none ready between.
        """
        one.process.join(EXIT_TIMEOUT)
        cause = _cause(one.process.exitcode)
        one.terminate()
        one.join()
        self._workers.remove(one)
        if one.call is not None:
            yield Answer(one.call.tag, death_cause=cause)
        elif not one.ready:
            self._failed_starts += 1
            if self._failed_starts >= START_ATTEMPTS:
                raise GradlabError(
                    got=f"workers that die while they start ({cause})",
                    expected="Python processes that can import torch",
                    try_='--jobs 1, or: python -c "import torch"',
                )


def _cause(code: int | None) -> str:
    """Return why a process ended, from its exit code; minus the signal if it is one."""
    if code is None or code >= 0:
        return f"its worker process ended with exit code {code}"
    name = (signal.strsignal(-code) or "unnamed").lower()
    likely = ", most likely for want of memory" if -code == signal.SIGKILL else ""
    return f"its worker process ended by signal {-code}, {name}{likely}"


@contextmanager
def _one_thread() -> Iterator[None]:
    """Limit processes started within to one thread each."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, "1"))
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
