"""Worker processes: spawned, one thread each, none left behind.

Own processes on pipes instead of a pool: when one dies, exactly its task is known, the
others go on, and a new one takes its place.
"""

import os
import sys
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from multiprocessing import connection as pipes
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from types import ModuleType
from typing import Any

from gradlab.errors import GradlabError
from gradlab.sweeps import worker
from gradlab.sweeps.engine import Answer


THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Without these two workers on two cores ran 50 to 490 times slower."""

STARTS = 3
"""How often in a row a worker may die before it is ready."""


class _Worker:
    """One process, the pipe to it, and what it is at."""

    def __init__(self, load: tuple[str, ...]) -> None:
        context = get_context("spawn")
        self.pipe, theirs = context.Pipe()
        with _one_thread(), _no_main():
            self.process: SpawnProcess = context.Process(
                target=worker.serve, args=(theirs, load), daemon=True
            )
            self.process.start()
        theirs.close()
        self.ready = False
        self.task: Any = None

    def give(self, call: Any, task: Any) -> None:
        self.task = task
        self.pipe.send(call)

    def end(self) -> None:
        self.pipe.close()
        if self.process.is_alive():
            self.process.terminate()
        self.process.join(2)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Crew:
    """Workers that take tasks; a context manager that leaves none behind.

    A task is any object; ``calls`` turns it into (name of a function of
    ``gradlab.sweeps.worker``, arguments).
    """

    def __init__(self, jobs: int, load: tuple[str, ...]) -> None:
        self._jobs = jobs
        self._load = load
        self._waiting: deque[tuple[Any, tuple[str, tuple]]] = deque()
        self._workers: list[_Worker] = []
        self._early_deaths = 0

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *error: object) -> None:
        """End every worker, busy or not."""
        for one in self._workers:
            one.end()
        self._workers.clear()

    def add(self, task: Any, name: str, *arguments: Any, first: bool = False) -> None:
        """Queue a task: a call of ``worker.NAME(*arguments)``."""
        queue = self._waiting.appendleft if first else self._waiting.append
        queue((task, (name, arguments)))

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

    def arrived(self) -> Iterator[Answer]:
        """Yield answers that are there already, without waiting for others."""
        for one in list(self._workers):
            if one.task is not None and one.pipe.poll():
                yield from self._hear(one)

    def _hire(self) -> None:
        while len(self._workers) < min(self._jobs, self.busy):
            self._workers.append(_Worker(self._load))

    def _heard(self) -> list[_Worker]:
        by_handle: dict[Any, _Worker] = {one.pipe: one for one in self._workers}
        by_handle |= {one.process.sentinel: one for one in self._workers}
        spoke = [by_handle[handle] for handle in pipes.wait(list(by_handle))]
        return list(dict.fromkeys(spoke))

    def _assign(self) -> None:
        for one in self._workers:
            if one.ready and one.task is None and self._waiting:
                task, call = self._waiting.popleft()
                try:
                    one.give(call, task)
                except (BrokenPipeError, ConnectionResetError):
                    # it died idle; its sentinel tells so next time
                    one.task = None
                    self._waiting.appendleft((task, call))
                    one.ready = False

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
            task, one.task = one.task, None
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
