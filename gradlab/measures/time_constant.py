"""Time constants of the conveyor."""

from dataclasses import dataclass

import numpy as np

from gradlab.measures.base import Measure
from gradlab.paths import has_conveyor, time_constants


@dataclass(frozen=True)
class TimeConstant(Measure):
    """Time constants of the carry's units along the conveyor.

    The carry is the last state (c of an LSTM, h of a GRU), the conveyor the diagonal by
    which a gate hands it on from step to step.

    ``time_constant`` is the median over units and that of the slowest unit, inf where
    it does not decay; ``time_constant_share`` the share of units from each power of two
    (and 0) up to the next, ``lasting`` that of units that do not decay.
    """

    name = "time_constant"
    symbol = "tau"
    unit = "steps"
    question = "How long does each unit keep what it holds, by its gate alone?"
    formula = "-1 / mean_t ln |d_t|"
    reference = "Tallec & Ollivier 2018"
    axes = ("index",)
    outputs = ("time_constant", "time_constant_share")

    bins: int = 18

    def applies_to(self, cell):
        return has_conveyor(cell)

    def compute(self, context):
        found = time_constants(context.trajectory)
        usual = np.stack([_median(found), found.max(axis=-1)])
        edges = (0, *(2**k for k in range(self.bins)))
        shares = np.stack(self._shares(found))
        return {
            "time_constant": context.labelled(usual, index=("median", "slowest")),
            "time_constant_share": context.labelled(
                shares, unit="share", index=(*edges, "lasting")
            ),
        }

    def _shares(self, found: np.ndarray) -> list[np.ndarray]:
        """Return the share of units in each bin, the last one open, and of inf."""
        ends = [*(2.0**k for k in range(self.bins)), np.inf]
        starts = [0.0, *ends[:-1]]
        bins = [(found >= a) & (found < b) for a, b in zip(starts, ends, strict=True)]
        return [units.mean(axis=-1) for units in (*bins, found == np.inf)]


def _median(found: np.ndarray) -> np.ndarray:
    """Return the lower median over units, which stays finite next to inf."""
    return np.sort(found, axis=-1)[..., (found.shape[-1] - 1) // 2]
