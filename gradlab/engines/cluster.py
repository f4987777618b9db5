"""Workers of a Dask cluster, on whatever machines they run.

This process stays the store's only writer. Dask's scheduler assigns calls to workers
and gives a lost worker's call to another; this module decides how many calls run at a
time, what a worker's death means, and when to give the scheduler up.
"""

import logging
import queue
import time
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import Any, Self

from gradlab.engines import remote
from gradlab.engines.engine import (
    CONNECT_TIMEOUT,
    EXIT_TIMEOUT,
    POLL_INTERVAL,
    RESUBMISSIONS,
    UNLIMITED,
    Answer,
    Call,
    Limits,
)
from gradlab.engines.interrupts import allow
from gradlab.engines.scheduler import connect, import_dask
from gradlab.errors import GradlabError


LOGGERS = ("distributed", "tornado", "asyncio")


class Cluster:
    """Answers calls on a Dask cluster; a context manager, connected while it is open.

    Args:
        scheduler: its address, or the file it wrote (``--scheduler-file``).
        load: the user's Python files (``--load``), which are sent to each worker and
            run there.
        files: name -> contents, sent to each worker and given to ``prepare``.
        prepare: name of the function each worker calls first.
        waiting: called once where there are no workers yet.
    """

    def __init__(
        self,
        scheduler: str,
        load: tuple[str, ...],
        files: Mapping[str, bytes],
        prepare: str = "",
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self._scheduler = scheduler
        self._payload = remote.WorkerPayload.pack(load, files, prepare)
        self._report_waiting = waiting
        self._waiting: deque[Call] = deque()
        self._suspects: deque[Call] = deque()
        self._submitted: dict[str, tuple[Any, Call]] = {}
        self._finished: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._threads: dict[str, int] = {}
        self._polled = -POLL_INTERVAL
        self._silent_since: float | None = None

    def __enter__(self) -> Self:
        """Connect.

        Raises:
            ConfigError: no address and no file; Dask is not installed.
            GradlabError: no scheduler answers there.
        """
        dask = import_dask()
        self._levels = _silence_loggers()  # the import sets levels of its own
        try:
            self._client = connect(dask, self._scheduler)
            self._upload_payload()
            self._poll()
        except BaseException:
            self._restore_loggers()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        """Cancel what runs, and disconnect."""
        with suppress(Exception, CancelledError):
            if self._client.status == "running" and self._submitted:
                futures = [future for future, _ in self._submitted.values()]
                self._client.cancel(futures, force=True)
        self._submitted.clear()
        with suppress(Exception, CancelledError):
            self._client.close(timeout=EXIT_TIMEOUT)
        self._restore_loggers()

    @property
    def threads(self) -> int:
        """Calls that the cluster can carry out at a time, at present."""
        return sum(self._threads.values())

    @property
    def memory(self) -> int | None:
        """Bytes of the worker with the highest limit; None where one has no limit."""
        with suppress(Exception):
            workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
            limits = [int(one.get("memory_limit") or 0) for one in workers]
            return max(limits) if limits and all(limits) else None
        return None

    def add(
        self, tag: Any, name: str, *arguments: Any, limits: Limits = UNLIMITED
    ) -> None:
        """Queue a call of ``name`` (:func:`worker.resolve`)."""
        self._waiting.append(Call(tag, name, arguments, limits))

    def answers(self) -> Generator[Answer]:
        """Yield answers as they come, until no call is left; calls may be added.

        Raises:
            GradlabError: the scheduler is gone, or workers cannot be set up.
        """
        while self._waiting or self._suspects or self._submitted:
            self._poll()
            self._submit()
            try:
                with allow():
                    future = self._finished.get(timeout=POLL_INTERVAL)
            except queue.Empty:
                continue
            yield from self._receive(future)

    def arrived(self) -> Iterator[Answer]:
        """Yield answers that are there already, without waiting for others."""
        while True:
            try:
                future = self._finished.get_nowait()
            except queue.Empty:
                return
            yield from self._receive(future)

    def _poll(self) -> None:
        """Update the number of threads; give up a scheduler that is silent for long.

        Raises:
            GradlabError: it is gone.
        """
        now = time.monotonic()
        if now < self._polled + POLL_INTERVAL:
            return
        self._polled = now
        if self._client.status == "running":
            with suppress(Exception, CancelledError):
                self._threads = dict(self._client.nthreads())
                self._silent_since = None
                if not self._threads:
                    self._report_waiting()
                    self._report_waiting = lambda: None
                return
        self._threads = {}
        self._silent_since = self._silent_since or now
        closed = self._client.status in ("closed", "closing")
        if closed or now - self._silent_since > CONNECT_TIMEOUT:
            raise GradlabError(
                got=f"{self._scheduler}, a Dask scheduler that is gone",
                expected="one that stays until the sweep is done",
                try_="the same command when it is back; what is done is kept",
            )

    def _submit(self) -> None:
        """Submit as many calls as there are threads.

        Not more: a worker that dies casts suspicion on the calls that are queued behind
        the one at fault. (It may do so all the same, where several calls go to the one
        worker that is left: see :meth:`_handle_failed_future`.)
        """
        if self._client.status != "running":
            return
        while len(self._submitted) < self.threads and (call := self._next()):
            if self._uploaded.status in ("cancelled", "lost", "error"):
                self._upload_payload()
            for _, other in self._submitted.values():
                other.in_company = True
            call.in_company = bool(self._submitted)
            function = call.name.rpartition(":")[2]
            future = self._client.submit(
                remote.perform,
                self._uploaded,
                call.name,
                call.arguments,
                call.limits.seconds,
                key=f"gradlab-{function}-{uuid.uuid4().hex}",
                pure=False,
            )
            self._submitted[future.key] = future, call
            future.add_done_callback(self._finished.put)

    def _next(self) -> Call | None:
        """Take the next call; a suspect last, and only where nothing else runs."""
        if any(call.alone for _, call in self._submitted.values()):
            return None
        if self._waiting:
            return self._waiting.popleft()
        if self._suspects and not self._submitted:
            return self._suspects.popleft()
        return None

    def _upload_payload(self) -> None:
        """Have the scheduler hold the payload; each worker fetches it once."""
        key = f"gradlab-files-{uuid.uuid4().hex}"
        self._uploaded = self._client.submit(
            _identity, self._payload, key=key, pure=False
        )

    def _receive(self, future: Any) -> Iterator[Answer]:
        """Turn a future that is done into an answer, or submit its call again."""
        if future.key not in self._submitted:
            return
        _, call = self._submitted[future.key]
        if future.status == "error":
            error = _error_of(future)
            del self._submitted[future.key]
            yield from self._handle_failed_future(future.key, call, error)
            return
        kind, value = "lost", None
        with suppress(Exception, CancelledError):
            if future.status == "finished":
                kind, value = future.result(timeout=CONNECT_TIMEOUT)
        del self._submitted[future.key]
        if kind == "lost":
            self._submit_again(call)
        elif kind == "setup_failed":
            raise _setup_error(value)
        elif kind == "late":
            self._end_process_of(future)
            yield call.timed_out()
        else:
            yield call.answer(kind, value)

    def _submit_again(self, call: Call) -> None:
        """Queue a call again that the scheduler lost, or its result.

        Raises:
            GradlabError: it was lost too often.
        """
        call.losses += 1
        if call.losses > RESUBMISSIONS:
            raise GradlabError(
                got=f"{self._scheduler}, which lost one task {call.losses} times",
                expected="a scheduler that keeps what it was given",
                try_="its log; then the same command, what is done is kept",
            )
        self._waiting.appendleft(call)

    def _handle_failed_future(
        self, key: str, call: Call, error: BaseException | None
    ) -> Iterator[Answer]:
        """Yield the answer of a call whose workers died, or submit it again.

        Dask gives a task up whose worker died four times while the task was assigned to
        it, running or queued behind another. So a call that other calls ran beside is
        only suspected: it is tried again with no other at the same time.

        Raises:
            GradlabError: workers cannot run the call at all, with what is installed.
        """
        from distributed import KilledWorker

        if error is None:
            self._submit_again(call)
        elif not isinstance(error, KilledWorker):
            raise _environment_error(error) from error
        elif str(error.task) != key:  # workers died that were to hold the payload
            self._upload_payload()
            self._submit_again(call)
        elif call.in_company:
            call.alone = True
            self._suspects.append(call)
        else:
            often = error.allowed_failures + 1
            cause = f"its worker died each of the {often} times it was tried"
            yield Answer(call.tag, death_cause=cause, certain=True)

    def _end_process_of(self, future: Any) -> None:
        """End the process whose call does not end: its thread cannot be stopped."""
        with suppress(Exception, CancelledError):
            holders = self._client.who_has([future])
            workers = [address for found in holders.values() for address in found]
            if workers:
                self._client.run(remote.exit_process, workers=workers, wait=False)

    def _restore_loggers(self) -> None:
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)


def _identity(payload: remote.WorkerPayload) -> remote.WorkerPayload:
    return payload


def _error_of(future: Any) -> BaseException | None:
    """Return the error of a future that failed; None where it cannot be had in time."""
    try:
        return future.exception(timeout=CONNECT_TIMEOUT) or RuntimeError("no message")
    except (TimeoutError, CancelledError):
        return None
    except Exception as error:  # it cannot be unpickled here
        return error


def _environment_error(error: BaseException) -> GradlabError:
    """Return the error for a task that failed outside of the function it calls."""
    lines = str(error.__cause__ or error).strip().splitlines() or [""]
    return GradlabError(
        got=f"a Dask cluster that cannot take a task ({type(error).__name__}: "
        f"{lines[0]})",
        expected="gradlab and one version of Dask on its scheduler and workers",
        try_="pip install 'gradlab[dask]' there",
    )


def _setup_error(error: Any) -> GradlabError:
    """Return the error for workers that cannot be set up for the sweep."""
    if isinstance(error, GradlabError):
        return error
    return GradlabError(
        got=f"a worker that cannot measure: {error}",
        expected="workers that can import torch and gradlab",
        try_='python -c "import torch, gradlab" there',
    )


def _silence_loggers() -> dict[str, int]:
    """Silence Dask, whose troubles are reported here; return logger -> level before."""
    known = [*LOGGERS, *logging.root.manager.loggerDict]
    names = {name for name in known if name.partition(".")[0] in LOGGERS}
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return levels
