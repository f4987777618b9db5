"""Norms by the number of passes through the recurrent weights."""

from dataclasses import dataclass

from gradlab.measures.base import Measure, Reading, sequences_first
from gradlab.paths import has_conveyor, recurrent_passes


@dataclass(frozen=True)
class RecurrentPassesMeasure(Measure):
    """ln |.|_F of the part of dc_T/dc_t (GRU: dh_T/dh_t) with k recurrent passes.

    ``index`` is k from 0, the conveyor alone, to ``most``, then ``more`` and the sum
    ``total``. Norms do not add up: parts can cancel.
    """

    name = "recurrent_passes"
    symbol = "ln |[eps^k] dc_T/dc_t|_F"
    unit = "nats"
    question = "How often has what is left passed through the recurrent weights?"
    formula = "dc_T/dc_t = sum_k [eps^k] prod (A_t + eps B_t), B: what starts in h"
    reference = "Kanuparthi et al. 2019"
    axes = ("index", "lag")
    version = 2
    costly = True

    most: int = 8

    def applies_to(self, cell):
        return has_conveyor(cell)

    def compute(self, flow):
        found = recurrent_passes(flow.trajectory, self.most, spectral=False)
        coords = {"index": found.parts, "lag": found.lags}
        return Reading(coords, sequences_first(found.frobenius, axes=2))
