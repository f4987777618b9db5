"""What the rank-adaptive chain dropped, and how it was checked."""

from dataclasses import dataclass

import numpy as np

from gradlab.measures.base import Measure, Reading


INDEX = (
    "directions",
    "tolerance",
    "error_bound",
    "limit",
    "failure_probability",
    "repeated",
)


@dataclass(frozen=True)
class ChainCheck(Measure):
    """What was carried of the product, and a bound on what was not.

    ``directions``: rows carried at T. ``tolerance``: the share of the norm that may be
    dropped at a time. ``error_bound``: the largest bound met on the dropped part over
    the product, by six random cotangents carried exactly; half its square bounds the
    error of a ln norm. ``limit``: above which the dense chain is run; ``repeated``: 1
    where it was. ``failure_probability``: that an error above its bound goes unseen.
    A dense chain drops nothing: bound and probability are 0.
    """

    name = "chain_check"
    symbol = "|E|_2 / |P|_2"
    unit = "number"
    question = "What did the chain drop, and is that small?"
    formula = "10 sqrt(2 / pi) max_i |w_i (P - Q R)| / |P|_2"
    reference = "Halko, Martinsson & Tropp 2011, lemma 4.1"
    axes = ("index",)
    costly = True
    version = 2

    def compute(self, flow):
        check, points = flow.norms.check, flow.lead[:-1]
        if check is None:
            rows = float(sum(flow.cell.state_sizes))
            values = np.broadcast_to([rows, 0, 0, 0, 0, 0], (*points, len(INDEX)))
        else:
            one = np.ones(points)
            columns = (
                check.directions,
                check.tolerance * one,
                check.error_bound,
                check.limit * one,
                check.failure_probability * one,
                check.repeated,
            )
            values = np.stack([np.asarray(c, dtype=float) for c in columns], axis=-1)
        return Reading({"index": INDEX}, values, per_sequence=False)
