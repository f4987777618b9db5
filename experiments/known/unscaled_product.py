"""The conveyor's product as a user's float32 would have it."""

import numpy as np

from gradlab.measures.base import Measure
from gradlab.paths import has_conveyor


class UnscaledProduct(Measure):
    """The product of d_T ... d_{t+1} of the first unit, rounded at each step.

    In the trajectory's own dtype and without rescaling. ``underflow_lag``: the first
    lag at which it is below the smallest normal number; ``left_in_ulps``: what is left
    at lag T in units of the smallest number above 0. -1 where it does not underflow
    within T.
    """

    symbol = "n_tiny"
    unit = "steps"
    question = "When does a product of gates leave the range of a number format?"
    formula = "min {n : fl(d_T ... d_{T-n+1}) < tiny}"
    reference = "Goldberg 1991"
    outputs = ("underflow_lag", "left_in_ulps")

    def applies_to(self, cell):
        return has_conveyor(cell)

    def compute(self, context):
        trajectory, cell = context.trajectory, context.cell
        value, lag = None, np.full(context.batch_shape, -1.0)
        for t in range(trajectory.length, 0, -1):
            unit = cell.conveyor(*trajectory.step_at(t))[..., 0].detach().cpu().numpy()
            value = unit if value is None else value * unit
            below = np.abs(value) < np.finfo(value.dtype).tiny
            lag = np.where((lag < 0) & below, trajectory.length - t + 1.0, lag)
        least = float(np.finfo(value.dtype).smallest_subnormal)
        small = np.where(lag < 0, 0.0, value.astype(np.float64))
        ulps = np.where(lag < 0, -1.0, small / least)
        return {"underflow_lag": lag, "left_in_ulps": context.labelled(ulps, unit="1")}
