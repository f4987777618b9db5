"""Norms by the number of passes through the recurrent weights."""

from dataclasses import dataclass

from gradlab.measures.base import Measure
from gradlab.paths import has_conveyor, recurrent_passes


@dataclass(frozen=True)
class RecurrentPassesMeasure(Measure):
    """ln |.|_F of the part of dc_T/dc_t (GRU: dh_T/dh_t) with k recurrent passes.

    ``index`` is k from 0, the conveyor alone, to ``max_passes``, then ``more`` (the
    rest) and ``total`` (the sum). Norms do not add up: parts can cancel. The carry
    (c of an LSTM, h of a GRU) and its conveyor are defined in :mod:`gradlab.jacobians`.
    """

    name = "recurrent_passes"
    symbol = "ln |[eps^k] dc_T/dc_t|_F"
    unit = "nats"
    question = "How often has what is left passed through the recurrent weights?"
    formula = "dc_T/dc_t = sum_k [eps^k] prod (A_t + eps B_t), A: by gates alone"
    reference = "Kanuparthi et al. 2019"
    axes = ("index", "lag")
    version = 2
    costly = True

    max_passes: int = 8

    def applies_to(self, cell):
        return has_conveyor(cell)

    def compute(self, context):
        found = recurrent_passes(context.trajectory, self.max_passes, spectral=False)
        return found.ln_frobenius_norm
