"""The functions that workers call, by name, and what these return.

The functions are in :mod:`gradlab.runs.measure`, which imports torch; this module
does not, so that the parent can name them and read what they return without it.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from gradlab.labelled import LabelledArray


PREPARE_WORKER = "gradlab.runs.measure:prepare_worker"
CHECK_DEVICE = "gradlab.numerics.device:check_device"
METADATA = "gradlab.runs.measure:record_metadata"
VERIFY = "gradlab.runs.measure:verify"
MEASURE = "gradlab.runs.measure:measure"
TIME_GROUP = "gradlab.runs.measure:time_group"


@dataclass(frozen=True)
class Outcome:
    """Result of one point.

    Attributes:
        records: measure -> what it gave, of those that succeeded.
        message: why it failed, empty where it did not.
        lacking: measures that failed, where others succeeded.
        seconds: its share of the time.
        not_finite: whether its numbers became inf or NaN, which is a result.
        state: of a training that was stopped to keep where it stands; empty where the
            point is done.
        updates: that this training has behind it.
    """

    records: Mapping[str, tuple[LabelledArray, ...]] = field(default_factory=dict)
    message: str = ""
    lacking: tuple[str, ...] = ()
    seconds: float = 0.0
    not_finite: bool = False
    state: bytes = b""
    updates: int = 0


@dataclass(frozen=True)
class Check:
    """Comparison of the closed forms of one kind of cell with autograd.

    Attributes:
        kind: ``CELL, ACTIVATION``.
        error: |ours - autograd| / |autograd|, the largest over steps, of J_t and of
            ``vjp``; NaN where the cell has no closed form.
        compared: numbers that were compared.
        conveyor: |conveyor - autograd| / |conveyor|, autograd with h detached inside
            the gates; the largest over lags, NaN where the cell has no conveyor.
        conveyor_compared: numbers that were compared there.
    """

    kind: str
    error: float
    compared: int
    conveyor: float = math.nan
    conveyor_compared: int = 0
