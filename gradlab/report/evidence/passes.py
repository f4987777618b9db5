"""Parts of the carried state's derivative by passes through the recurrent weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gradlab.report.evidence.networks import Network
from gradlab.report.story.rows import Row, Spread


MEASURE = "recurrent_passes"


@dataclass(frozen=True)
class Passes:
    """Networks whose parts were measured over the same length, at one lag.

    The lag is the one nearest to half the length: parts of many passes need some steps
    to come up, and at the end there may be more passes than are told apart.
    """

    rows: Sequence[Row]
    length: int
    lag: int

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Passes:
        """Return those among some networks, over the largest length that has any."""
        lengths = [n for r in rows for n in r.lengths if _lags(r, n)]
        length = max(lengths, default=0)
        there = [r for r in rows if _lags(r, length)]
        if not there:
            return cls((), length, 0)
        lag = min(_lags(there[0], length), key=lambda v: abs(2 * v - length))
        found = cls(there, length, lag)
        told = [r for r in there if lag in _lags(r, length) and found.told(r)]
        return cls(told, length, lag)

    def points(self, row: Row) -> list[Any]:
        """The points of a network that were measured, one a seed."""
        return [p for p in row.living(self.length) if p.record(MEASURE) is not None]

    def told(self, row: Row) -> bool:
        """Whether the whole has a size, in all seeds."""
        found = row.values(MEASURE, self.length, index="total", lag=self.lag)
        return len(found) == len(self.points(row)) and bool(np.isfinite(found).all())

    def size(self, row: Row, part: str) -> Spread:
        """Ln of a part's size over seeds."""
        return row.spread(MEASURE, self.length, index=part, lag=self.lag)

    def parts(self, row: Row) -> list[str]:
        """The numbers of passes told apart, and ``more``."""
        return [p for p in _coords(row, self.length)["index"] if p != "total"]

    def largest(self, row: Row) -> str:
        """The part of the largest size."""
        return max(self.parts(row), key=lambda part: self.size(row, part).mean)

    def count(self, row: Row) -> float:
        """How many passes the largest part made; inf for more than are told apart."""
        part = self.largest(row)
        return math.inf if part == "more" else int(part)

    def excess(self, row: Row) -> float:
        """Ln of the largest part over the whole: above 0 where parts cancel."""
        largest = self.size(row, self.largest(row)).mean
        return largest - self.size(row, "total").mean

    def networks(self, rows: Sequence[Row]) -> list[Network]:
        """Return rows as networks, to be named."""
        return [Network(row) for row in rows]


def _coords(row: Row, length: int):
    found = (p.record(MEASURE) for p in row.living(length))
    return next((record.coords for record in found if record is not None), {})


def _lags(row: Row, length: int) -> tuple[int, ...]:
    return _coords(row, length).get("lag", ())
