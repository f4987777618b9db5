"""Spectral norms and horizons of each sequence."""

from collections.abc import Iterable

import numpy as np

from gradlab.jacobians import jacobian_norms, lags
from gradlab.labelled import LabelledArray
from gradlab.measures.base import Measure
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
        spectral = norms.ln_spectral_norm.at(block="joint")
        found = horizon(every, spectral, norms.threshold)
        quartiles = np.quantile(found, [*_SHARES.values()], axis=-1, method="nearest")
        stored = lags(context.length)
        by_index = np.moveaxis(found, -1, 0)
        curves = np.moveaxis(spectral[list(stored)], -1, 0)
        numbers = range(1, len(by_index) + 1)

        def array(values: np.ndarray, unit: str, **coords: Iterable) -> LabelledArray:
            return context.labelled(values, by_sequence=False, unit=unit, **coords)

        return {
            "norms_by_sequence": array(curves, "nats", index=numbers, lag=stored),
            "horizon_by_sequence": array(by_index, "steps", index=numbers),
            "horizon_quartiles": array(quartiles, "steps", index=_SHARES),
        }


_SHARES = {"lower": 0.25, "median": 0.5, "upper": 0.75}
