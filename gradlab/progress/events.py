"""What a running sweep tells: plain data, for a screen or a log."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias


@dataclass(frozen=True)
class Started:
    """Before anything is computed.

    Attributes:
        name: of the sweep.
        folder: where the results go.
        total: distinct points asked for.
        done: of these, already there.
        grids: name -> (points, of these already there).
        jobs: worker processes.
        seconds: about how long the rest takes on so many; 0 when nothing is missing.
    """

    name: str
    folder: Path
    total: int
    done: int
    grids: Mapping[str, tuple[int, int]]
    jobs: int
    seconds: float


@dataclass(frozen=True)
class Unguarded:
    """The file system cannot lock: a second sweep there would not be kept out.

    Attributes:
        folder: where the results go.
    """

    folder: Path


@dataclass(frozen=True)
class Waiting:
    """A cluster has no worker yet; the sweep goes on with the first one.

    Attributes:
        scheduler: its address or file.
    """

    scheduler: str


@dataclass(frozen=True)
class Verified:
    """Closed forms were held against autograd.

    Attributes:
        text: in words, ``"3e-15"`` or ``"nothing to compare"``.
        error: the largest relative difference, NaN where nothing was compared.
        checks: kind -> relative difference.
    """

    text: str
    error: float
    checks: Mapping[str, float]


@dataclass(frozen=True)
class PointTold:
    """One point that came back.

    Attributes:
        key: of the point.
        params: its parameters.
        message: why it failed, empty where it did not.
        seconds: its share of the time; NaN where none is known.
    """

    key: str
    params: Mapping[str, Any]
    message: str = ""
    seconds: float = math.nan


@dataclass(frozen=True)
class PointsDone:
    """A group came back.

    Attributes:
        told: its points.
        total: distinct points asked for.
        done: in the store by now, failed ones included.
        grids: name -> (points, in the store by now).
        failed: so far, all in all.
        not_finite: so far.
        seconds_left: about.
    """

    told: tuple[PointTold, ...]
    total: int
    done: int
    grids: Mapping[str, tuple[int, int]]
    failed: int
    not_finite: int
    seconds_left: float


@dataclass(frozen=True)
class WorkerLost:
    """A worker process died; its points are tried again, one by one.

    Attributes:
        cause: in words.
        points: how many were with it.
    """

    cause: str
    points: int


@dataclass(frozen=True)
class LogLost:
    """The log cannot be written any more; the sweep goes on without it.

    Attributes:
        cause: the file, and what the system says.
    """

    cause: str


@dataclass(frozen=True)
class Stopped:
    """Interrupted; what is done is kept."""

    total: int
    done: int


@dataclass(frozen=True)
class Finished:
    """Nothing is left to compute.

    Attributes:
        total: distinct points asked for.
        computed: of these, in this run.
        failed: all in all.
        seconds: of this run.
    """

    total: int
    computed: int
    failed: int
    seconds: float


Event: TypeAlias = (
    Started
    | Unguarded
    | Waiting
    | Verified
    | PointsDone
    | WorkerLost
    | LogLost
    | Stopped
    | Finished
)
