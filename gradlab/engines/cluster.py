"""Workers of a Dask cluster, on whatever machines they run.

This process stays the store's only writer. Dask's scheduler knows which worker has
which task and gives a lost worker's task to another; here is decided how many are under
way, what a death means, and when the scheduler is to be given up.
"""

import logging
import queue
import time
import uuid
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradlab.engines import remote
from gradlab.engines.engine import FREE, Answer, Limits, overdue
from gradlab.engines.interrupts import allow
from gradlab.errors import ConfigError, GradlabError


CONNECTING = 10.0
"""Seconds to wait for a scheduler: at the start, and when it stops answering."""

LOOKING = 1.0
"""Seconds between two looks at who is there."""

AGAIN = 20
"""How often a task is given out again because the scheduler lost it."""

LOGGERS = ("distributed", "tornado", "asyncio")


@dataclass
class _Job:
    """One task, and how often the scheduler lost it."""

    task: Any
    name: str
    arguments: tuple
    limits: Limits
    lost: int = 0


class Cluster:
    """Takes tasks and answers them; a context manager, connected in between.

    Args:
        scheduler: its address, or the file it wrote (``--scheduler-file``).
        load: files of the user's that each worker loads; they are sent there.
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
        self._tell_waiting = waiting
        self._waiting: deque[_Job] = deque()
        self._sent: dict[str, tuple[Any, _Job]] = {}
        self._came: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._threads: dict[str, int] = {}
        self._looked = -LOOKING
        self._silent_since: float | None = None

    def __enter__(self) -> "Cluster":
        """Connect.

        Raises:
            ConfigError: no address and no file; Dask is not installed.
            GradlabError: nobody answers there.
        """
        dask = _dask()
        where = located(self._scheduler)
        self._levels = _hush()
        try:
            self._client = _connect(dask, where, self._scheduler)
            self._unpack_there()
            self._look()
        except BaseException:
            self._quiet_no_more()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        """Take back what is under way, and let go of the scheduler."""
        with suppress(Exception, CancelledError):
            if self._client.status == "running" and self._sent:
                futures = [future for future, _ in self._sent.values()]
                self._client.cancel(futures, force=True)
        self._sent.clear()
        with suppress(Exception, CancelledError):
            self._client.close(timeout=2)
        self._quiet_no_more()

    @property
    def threads(self) -> int:
        """How many tasks the cluster can do at a time, just now."""
        return sum(self._threads.values())

    @property
    def memory(self) -> int | None:
        """Bytes of the worker that may fill most; None where one may fill any."""
        with suppress(Exception):
            workers = self._client.scheduler_info(n_workers=-1)["workers"].values()
            limits = [int(one.get("memory_limit") or 0) for one in workers]
            return max(limits) if limits and all(limits) else None
        return None

    def add(self, task: Any, name: str, *arguments: Any, limits: Limits = FREE) -> None:
        """Queue a task: a call of ``name`` (:func:`worker.resolve`)."""
        self._waiting.append(_Job(task, name, arguments, limits))

    def answers(self) -> Generator[Answer]:
        """Yield answers as they come, until no task is left; tasks may be added.

        Raises:
            GradlabError: the scheduler is gone, or workers are unfit.
        """
        while self._waiting or self._sent:
            self._look()
            self._send()
            try:
                with allow():
                    future = self._came.get(timeout=LOOKING)
            except queue.Empty:
                continue
            yield from self._hear(future)

    def arrived(self) -> Iterator[Answer]:
        """Yield answers that are there already, without waiting for others."""
        while True:
            try:
                future = self._came.get_nowait()
            except queue.Empty:
                return
            yield from self._hear(future)

    def _look(self) -> None:
        """See who is there; give the scheduler up when it is silent for long.

        Raises:
            GradlabError: it is gone.
        """
        now = time.monotonic()
        if now < self._looked + LOOKING:
            return
        self._looked = now
        if self._client.status == "running":
            with suppress(Exception, CancelledError):
                self._threads = dict(self._client.nthreads())
                self._silent_since = None
                if not self._threads:
                    self._tell_waiting()
                    self._tell_waiting = lambda: None
                return
        self._threads = {}
        self._silent_since = self._silent_since or now
        over = self._client.status in ("closed", "closing")
        if over or now - self._silent_since > CONNECTING:
            raise GradlabError(
                got=f"{self._scheduler}, a Dask scheduler that is gone",
                expected="one that stays until the sweep is done",
                try_="the same command when it is back; what is done is kept",
            )

    def _send(self) -> None:
        """Give out as many tasks as there are threads.

        Not more: a worker that dies would cast suspicion on those queued behind the
        one at fault.
        """
        if self._client.status != "running":
            return
        while self._waiting and len(self._sent) < self.threads:
            if self._payload_there.status in ("cancelled", "lost"):
                self._unpack_there()
            job = self._waiting.popleft()
            future = self._client.submit(
                remote.perform,
                self._payload_there,
                job.name,
                job.arguments,
                job.limits.seconds,
                key=f"gradlab-{job.name.rpartition(':')[2]}-{uuid.uuid4().hex}",
                pure=False,
            )
            self._sent[future.key] = future, job
            future.add_done_callback(self._came.put)

    def _unpack_there(self) -> None:
        """Let the scheduler hold what calls need; workers fetch it once each."""
        self._payload_there = self._client.submit(
            _same, self._payload, key=f"gradlab-files-{uuid.uuid4().hex}", pure=False
        )

    def _hear(self, future: Any) -> Iterator[Answer]:
        """Answer a task whose future is done, one way or another."""
        if future.key not in self._sent:
            return
        _, job = self._sent[future.key]
        if future.status == "error":
            del self._sent[future.key]
            yield self._mourn(job, _error_of(future))
            return
        word, value = "", None
        with suppress(Exception, CancelledError):
            if future.status == "finished":
                word, value = future.result(timeout=CONNECTING)
        del self._sent[future.key]
        if not word:
            self._give_out_again(job)
        elif word == "unfit":
            raise self._unfit(value)
        elif word == "late":
            self._let_go(future)
            cause = overdue(job.limits.seconds or 0.0)
            yield Answer(job.task, death=cause, certain=True)
        elif word == "error":
            yield Answer(job.task, error=value)
        else:
            yield Answer(job.task, value=value)

    def _give_out_again(self, job: _Job) -> None:
        """Queue a task again that the scheduler, or its result, did not survive."""
        job.lost += 1
        if job.lost > AGAIN:
            raise GradlabError(
                got=f"{self._scheduler}, which lost one task {job.lost} times",
                expected="a scheduler that keeps what it was given",
                try_="its log; then the same command, what is done is kept",
            )
        self._waiting.appendleft(job)

    def _mourn(self, job: _Job, error: BaseException) -> Answer:
        """Answer for a task that Dask gave up.

        Raises:
            GradlabError: not the task is to blame, but what is installed there.
        """
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            often = error.allowed_failures + 1
            cause = f"its worker died each of the {often} times it was tried"
            return Answer(job.task, death=cause, certain=True)
        lines = str(error.__cause__ or error).strip().splitlines() or [""]
        raise GradlabError(
            got=f"a Dask cluster that cannot take a task ({type(error).__name__}: "
            f"{lines[0]})",
            expected="gradlab and one version of Dask on its scheduler and workers",
            try_="pip install 'gradlab[dask]' there",
        ) from error

    def _unfit(self, error: Any) -> GradlabError:
        """Return why workers cannot do any call of the sweep."""
        if isinstance(error, GradlabError):
            return error
        return GradlabError(
            got=f"a worker that cannot measure: {error}",
            expected="workers that can import torch and gradlab",
            try_='python -c "import torch, gradlab" there',
        )

    def _let_go(self, future: Any) -> None:
        """End the process in which a task does not end."""
        with suppress(Exception, CancelledError):
            holders = self._client.who_has([future])
            workers = [address for found in holders.values() for address in found]
            if workers:
                self._client.run(remote.leave, workers=workers, wait=False)

    def _quiet_no_more(self) -> None:
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)


def _same(payload: remote.WorkerPayload) -> remote.WorkerPayload:
    return payload


def _error_of(future: Any) -> BaseException:
    try:
        return future.exception(timeout=CONNECTING) or RuntimeError("no message")
    except (Exception, CancelledError) as error:
        return error


def _dask() -> Any:
    """Return the package that talks to a scheduler.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        import distributed
    except ImportError as error:
        raise ConfigError(
            got="--scheduler without the package distributed",
            expected="the extra dask",
            try_="pip install 'gradlab[dask]'",
        ) from error
    return distributed


def _hush() -> dict[str, int]:
    """Silence what is said in a sentence here; return logger -> its level before."""
    known = [*LOGGERS, *logging.root.manager.loggerDict]
    names = {name for name in known if name.partition(".")[0] in LOGGERS}
    levels = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return levels


def _connect(dask: Any, where: Mapping[str, str], scheduler: str) -> Any:
    """Return a client of a scheduler.

    Raises:
        ConfigError: an address that can be none.
        GradlabError: nobody answers there.
    """
    try:
        return dask.Client(
            **where,
            timeout=CONNECTING,
            set_as_default=False,
            name="gradlab",
            direct_to_workers=False,
        )
    except ValueError as error:
        raise _no_scheduler(scheduler) from error
    except (OSError, TimeoutError) as error:
        raise GradlabError(
            got=f"{scheduler}, where no Dask scheduler answers",
            expected=f"one that does within {CONNECTING:g} s",
            try_="dask scheduler, and the address that it prints",
        ) from error


def located(scheduler: str) -> dict[str, str]:
    """Return how a client is told where a scheduler is.

    Raises:
        ConfigError: neither an address nor a file that a scheduler wrote.
    """
    if "://" in scheduler:
        return {"address": scheduler}
    file = Path(scheduler).expanduser()
    if file.is_file():
        import json

        try:
            json.loads(file.read_text(encoding="utf-8"))["address"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _no_scheduler(scheduler) from error
        return {"scheduler_file": str(file)}
    host, _, port = scheduler.rpartition(":")
    if host and port.isdigit():
        return {"address": f"tcp://{scheduler}"}
    raise _no_scheduler(scheduler)


def _no_scheduler(scheduler: str) -> ConfigError:
    return ConfigError(
        got=f"--scheduler {scheduler}, neither an address nor a scheduler's file",
        expected="tcp://HOST:PORT, or a file of dask scheduler --scheduler-file",
        try_="--scheduler tcp://localhost:8786",
    )
