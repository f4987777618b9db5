"""What workers return; torch-free, because the parent reads it."""

import math
from dataclasses import dataclass

from gradlab.store.record import Record


@dataclass(frozen=True)
class Outcome:
    """Result of one point.

    Attributes:
        records: of the measures that succeeded.
        message: why it failed, empty where it did not.
        lacking: measures that failed, where others succeeded.
        seconds: its share of the time.
        not_finite: whether its numbers became inf or NaN, which is a result.
    """

    records: tuple[Record, ...] = ()
    message: str = ""
    lacking: tuple[str, ...] = ()
    seconds: float = 0.0
    not_finite: bool = False


@dataclass(frozen=True)
class Check:
    """Comparison of the closed forms of one kind of cell with autograd.

    Attributes:
        kind: ``CELL, ACTIVATION``.
        error: |ours - autograd| / |autograd|, the largest over steps, of J_t and of
            ``vjp``; NaN where the cell has no closed form.
        compared: numbers that were compared.
        conveyor: |conveyor - autograd| / |conveyor|, autograd with h detached inside
            the gates; the largest over lags, NaN where there is none to hold so.
        conveyor_compared: numbers that were compared there.
    """

    kind: str
    error: float
    compared: int
    conveyor: float = math.nan
    conveyor_compared: int = 0
