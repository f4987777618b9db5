"""Lags at which number formats fail."""

import numpy as np

from gradlab.measures._context import MeasureContext
from gradlab.measures.base import Measure
from gradlab.paths import ln_conveyor_products
from gradlab.precision import (
    FORMATS,
    Format,
    norm_underflow_lags,
    overflow_lags,
    stall_lags,
    underflow_lags,
)


KINDS = ("underflow", "norm_underflow", "overflow", "stalled")


class FinitePrecision(Measure):
    """Lags at which products of this network would leave the range of a format.

    By format (``block``) and by ``index``, from ln |J_T ... J_{t+1}|_F, the geometric
    mean over the point's sequences. gradlab's own products are rescaled and do not.

    * ``underflow``: below the smallest normal number;
    * ``norm_underflow``: a norm computed from squares in that format is exactly zero;
    * ``overflow``: above the largest number, hence infinite;
    * ``stalled``: the first unit of the conveyor stalls at a denormal number that
      rounding to nearest returns for ever; NaN without a conveyor.

    inf where it does not happen within T.
    """

    name = "finite_precision"
    symbol = "tau_format"
    unit = "steps"
    question = "At which lag would a number format lose the gradient?"
    formula = "min {T - t : |J_{T:t}|_F < tiny}, by format"
    reference = "IEEE 754, round to nearest; Goldberg 1991"
    axes = ("block", "index")

    def compute(self, context):
        norms = context.norms.ln_frobenius_norm_every_lag
        curves = norms.sel(block="joint").over_sequences().values
        stalls = _stalls(context)
        values = [
            [
                underflow_lags(curves, form),
                norm_underflow_lags(curves, form),
                overflow_lags(curves, form),
                stalls[form],
            ]
            for form in FORMATS
        ]
        names = tuple(form.name for form in FORMATS)
        return context.labelled(
            np.array(values, dtype=float), by_sequence=False, block=names, index=KINDS
        )


def _stalls(context: MeasureContext) -> dict[Format, np.ndarray]:
    """Return by format the first lag (…M) at which some unit stalls."""
    units = ln_conveyor_products(context.trajectory)
    if units is None:
        return dict.fromkeys(FORMATS, np.full(context.batch_shape[:-1], np.nan))
    return {form: stall_lags(units, form).min(axis=(-2, -1)) for form in FORMATS}
