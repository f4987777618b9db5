"""What a run reports, as plain data: for a screen, a log or a program.

Events carry what happened, not how far the run is:
:class:`gradlab.progress.state.State` counts them, for everyone alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Started:
    """Before anything is computed.

    Attributes:
        name: of the run.
        folder: where the results go.
        total: distinct points requested.
        done: of these, already there, failed ones included.
        failed: of these, failed in an earlier run.
        grids: name -> (points, of these already there).
        jobs: worker processes.
        work: core-seconds the rest takes, about; 0 where unknown, as before
            :class:`Timed`.
    """

    name: str
    folder: Path
    total: int
    done: int = 0
    failed: int = 0
    grids: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    jobs: int = 1
    work: float = 0.0


@dataclass(frozen=True)
class Writer:
    """Who computes a run that is watched from another process.

    Attributes:
        name: the process and its machine; empty where nobody writes.
    """

    name: str


@dataclass(frozen=True)
class LockUnavailable:
    """The file system has no locks: nothing keeps a second run out.

    Attributes:
        folder: where the results go.
    """

    folder: Path


@dataclass(frozen=True)
class Waiting:
    """A cluster has no worker yet; the run starts with the first one.

    Attributes:
        scheduler: its address or file.
    """

    scheduler: str


@dataclass(frozen=True)
class Verified:
    """Closed forms were compared with autograd.

    Attributes:
        text: ``"3e-15"`` or ``"nothing to compare"``.
        error: the largest relative difference, NaN where nothing was compared.
        checks: kind -> relative difference.
    """

    text: str
    error: float
    checks: Mapping[str, float]


@dataclass(frozen=True)
class Timed:
    """One small group was timed, ahead of the rest.

    Attributes:
        work: core-seconds the rest takes, about.
    """

    work: float


@dataclass(frozen=True)
class PointDone:
    """One point, computed or failed.

    Attributes:
        key: of the point.
        grids: names of the grids it belongs to.
        params: its parameters.
        message: why it failed, empty where it did not.
        seconds: its share of the computing time; None where unknown.
        not_finite: whether its numbers became inf or NaN, which is a result.
        failed_before: whether it is among the failed points counted so far.
    """

    key: str
    grids: tuple[str, ...]
    params: Mapping[str, Any]
    message: str = ""
    seconds: float | None = None
    not_finite: bool = False
    failed_before: bool = False


@dataclass(frozen=True)
class PointsDone:
    """Points that came back together.

    Attributes:
        points: in order.
        work: core-seconds that were expected of them.
    """

    points: tuple[PointDone, ...]
    work: float = 0.0


@dataclass(frozen=True)
class WorkerLost:
    """A worker process died; its points are tried again, one by one.

    Attributes:
        cause: of its death.
        points: how many were with it.
    """

    cause: str
    points: int


@dataclass(frozen=True)
class LogLost:
    """The log cannot be written any more; the run goes on without it.

    Attributes:
        cause: the file, and the system's message.
    """

    cause: str


@dataclass(frozen=True)
class Stopped:
    """Interrupted; what is done is kept."""


@dataclass(frozen=True)
class Finished:
    """Nothing is left to compute."""


Event: TypeAlias = (
    Started
    | Writer
    | LockUnavailable
    | Waiting
    | Verified
    | Timed
    | PointsDone
    | WorkerLost
    | LogLost
    | Stopped
    | Finished
)

NAMES: Mapping[type, str] = {
    Started: "started",
    Writer: "writer",
    LockUnavailable: "no lock",
    Waiting: "waiting",
    Verified: "verified",
    Timed: "timed",
    PointDone: "point",
    PointsDone: "progress",
    WorkerLost: "lost",
    LogLost: "log lost",
    Stopped: "stopped",
    Finished: "finished",
}
"""Event -> its name in a log."""


def to_dict(event: Event | PointDone) -> dict[str, Any]:
    """Return the name and the fields of an event, but for the points it is about."""
    fields = {"event": NAMES[type(event)], **vars(event)}
    if isinstance(event, PointsDone):
        del fields["points"]  # each is a line of its own
    return fields
