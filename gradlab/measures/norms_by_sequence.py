"""Spectral norms and horizons of each sequence."""

import numpy as np

from gradlab.jacobians import jacobian_norms, lags
from gradlab.measures.base import Measure, Reading, sequences_first
from gradlab.statistics import horizon


class NormsBySequence(Measure):
    """ln |J_{T:t}|_2 and the horizon of each sequence, not their mean.

    Sequences are counted from 1 in ``index``. ``norms_by_sequence`` holds the joint
    block at the stored lags, ``horizon_by_sequence`` the first lag at which a
    sequence's norm is below 1/1000 (inf: at none), ``horizon_quartiles`` their
    quartiles, each rounded to the nearest horizon that occurs; the median need not be
    the horizon of the mean. For the horizons the norm is computed at every lag.
    """

    name = "norms_by_sequence"
    symbol = "ln |J_{T:t}|_2"
    unit = "nats, horizons in steps"
    question = "Does every sequence lose the past at the same lag?"
    formula = "ln sigma_max(J_T ... J_{t+1}) of each sequence"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("index", "lag")
    outputs = ("norms_by_sequence", "horizon_by_sequence", "horizon_quartiles")
    costly = True
    low_memory = True

    def compute(self, context):
        every = range(context.length + 1)
        norms = jacobian_norms(context.trajectory, "joint", every)
        spectral = norms.spectral["joint"]
        found = horizon(every, spectral, norms.threshold)
        quartiles = np.quantile(found, [*_SHARES.values()], axis=-1, method="nearest")
        stored = lags(context.length)
        curves = sequences_first(spectral[list(stored)])
        index = {"index": tuple(range(1, context.batch_shape[-1] + 1))}
        return {
            "norms_by_sequence": Reading(
                {**index, "lag": stored}, curves, per_sequence=False
            ),
            "horizon_by_sequence": Reading(index, found, per_sequence=False),
            "horizon_quartiles": Reading(
                {"index": tuple(_SHARES)},
                np.moveaxis(quartiles, 0, -1),
                per_sequence=False,
            ),
        }


_SHARES = {"lower": 0.25, "median": 0.5, "upper": 0.75}
