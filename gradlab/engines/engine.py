"""What engines share: calls, answers, and every limit, timeout and number of retries.

An engine takes calls and answers them; it knows no points, no store and no screen.
``pool`` runs them in processes of this machine, ``cluster`` on a Dask cluster.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, Self


START_ATTEMPTS = 5
"""Workers that may die in a row before one of them is ready."""

EXIT_TIMEOUT = 2.0
"""Seconds for a worker process to end before it is killed."""

CONNECT_TIMEOUT = 10.0
"""Seconds to wait for a Dask scheduler, at the start and when it stops answering."""

POLL_INTERVAL = 1.0
"""Seconds between two requests of which workers a cluster has."""

RESUBMISSIONS = 20
"""Times a call is submitted again because a Dask scheduler lost it."""


MAX_DEATHS = 3
"""Deaths of workers that had one point alone until that point counts as failed.

A death in a group is only a suspicion. Not two: workers are also killed for other
reasons, such as lack of memory, and a large sweep would fail points at random.
"""


@dataclass(frozen=True)
class ExecutionOptions:
    """How a sweep is executed; no number depends on it.

    Attributes:
        jobs: worker processes of this machine.
        scheduler: address or scheduler file of a Dask cluster; this machine's own
            processes where it is None.
        timeout_per_point: seconds a point may take; no limit where it is None.
        memory: bytes all workers of this machine may fill together; most of what is
            free where it is None.
    """

    jobs: int = 1
    scheduler: str | None = None
    timeout_per_point: float | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Limits:
    """What one call may take.

    Attributes:
        seconds: after which its worker is killed; None: no limit.
        memory: bytes it fills, about; calls run at the same time only where they fit.
    """

    seconds: float | None = None
    memory: int = 0


UNLIMITED = Limits()


@dataclass
class Call:
    """One call of a function in a worker.

    Attributes:
        tag: whatever the caller knows the call by; stays in this process.
        name: ``"package.module:function"``.
        arguments: of the function.
        limits: of time and memory.
        losses: how often a scheduler lost it.
        in_company: whether another call ran at the same time on the cluster.
        alone: whether no other call is to run at the same time.
    """

    tag: Any
    name: str
    arguments: tuple
    limits: Limits = UNLIMITED
    losses: int = 0
    in_company: bool = False
    alone: bool = False

    def answer(self, kind: str, value: Any) -> "Answer":
        """Return the answer where a worker sent ``value`` or ``error``."""
        if kind == "error":
            return Answer(self.tag, error=value)
        return Answer(self.tag, value=value)

    def timed_out(self) -> "Answer":
        """Return the answer where the call exceeded its limit of time."""
        seconds = self.limits.seconds or 0.0
        cause = f"took longer than {seconds:g} s, the limit of --timeout-per-point"
        return Answer(self.tag, death_cause=cause, certain=True)


@dataclass(frozen=True)
class Answer:
    """The outcome of a call: a value, an error, or the cause of its worker's death.

    Attributes:
        tag: of the call.
        value: that the function returned.
        error: that it raised.
        death_cause: why the worker died; empty where it lives.
        certain: whether nothing but the call can be the cause: the engine killed the
            worker for its limit, or several workers died of this call.
    """

    tag: Any
    value: Any = None
    error: Exception | None = None
    death_cause: str = ""
    certain: bool = False


class Engine(Protocol):
    """Takes calls and answers them; a context manager that leaves nothing behind."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None:
        """End what is running."""

    def add(
        self, tag: Any, name: str, *arguments: Any, limits: Limits = UNLIMITED
    ) -> None:
        """Queue a call of the function ``package.module:function``."""

    def answers(self) -> Generator[Answer]:
        """Yield answers as they come, until no call is left; calls may be added.

        Raises:
            GradlabError: no call can be carried out any more.
        """

    def arrived(self) -> Iterator[Answer]:
        """Yield answers that are there already, without waiting for others."""
