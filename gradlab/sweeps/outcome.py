"""What workers send back; the parent reads it without torch."""

import math
from dataclasses import dataclass

from gradlab.store.record import Record


@dataclass(frozen=True)
class Outcome:
    """What came of one point.

    Attributes:
        records: what could be measured.
        message: why it failed, empty where it did not.
        lacking: measures that failed; all others were taken where ``records`` are.
        seconds: its share of the time.
        not_finite: whether its numbers broke down, which is a result.
    """

    records: tuple[Record, ...] = ()
    message: str = ""
    lacking: tuple[str, ...] = ()
    seconds: float = 0.0
    not_finite: bool = False


@dataclass(frozen=True)
class Check:
    """One kind of cell, its closed forms held against autograd.

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
