"""What carries out a sweep: the contract of engines, and with what they work.

An engine takes tasks and answers them; it knows no points, no store and no screen.
``crew`` is the one of this machine, ``cluster`` that of a Dask scheduler.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, Self


@dataclass(frozen=True)
class ExecutionOptions:
    """With what a sweep is carried out; no number depends on it.

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
    """What one task may take.

    Attributes:
        seconds: after which its worker is killed; None: as long as it likes.
        memory: bytes it fills, about; what runs beside it has to fit.
    """

    seconds: float | None = None
    memory: int = 0


FREE = Limits()
"""No limits."""


@dataclass(frozen=True)
class Answer:
    """What became of a task: a value, an error, or the cause of its worker's death.

    ``certain`` where nothing but the task can be to blame: the engine killed the worker
    because the task took too long, or has seen others die of it.
    """

    task: Any
    value: Any = None
    error: Exception | None = None
    death: str = ""
    certain: bool = False


def overdue(seconds: float) -> str:
    """Return the cause of a death at a limit, in words."""
    return f"took longer than {seconds:g} s, the limit of --timeout-per-point"


class Engine(Protocol):
    """Takes tasks and answers them; a context manager that leaves nothing behind."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *error: object) -> None:
        """End what is under way."""

    def add(self, task: Any, name: str, *arguments: Any, limits: Limits = FREE) -> None:
        """Queue a task: a call of the function ``package.module:function``."""

    def answers(self) -> Generator[Answer]:
        """Yield answers as they come, until no task is left; tasks may be added.

        Raises:
            GradlabError: no task can be carried out any more.
        """

    def arrived(self) -> Iterator[Answer]:
        """Yield answers that are there already, without waiting for others."""
