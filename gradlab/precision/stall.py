"""Products that stop shrinking before they are zero.

k times the smallest number, multiplied by f in (1/2, 1) and rounded to nearest, is k
again once k (1 - f) <= 1/2. So f^n in float32 comes to rest at floor(1/2 / (1 - f))
times 2^-149 and never is zero: a first exact zero is no sign of underflow.
"""

import numpy as np
import torch

from gradlab.numerics.diagonal import ln_products
from gradlab.numerics.logscale import exp
from gradlab.precision.formats import Format
from gradlab.trajectory import Trajectory


def floor_of(factor: np.ndarray | float) -> np.ndarray:
    """Return at how many of the smallest numbers f^n comes to rest; 0 for f <= 1/2.

    Above 1/2 only, and below 1 (NaN from there on: nothing shrinks).

    >>> floor_of(np.array([0.5, 0.731059, 0.952574, 0.993307])).tolist()
    [0.0, 1.0, 10.0, 74.0]
    """
    factor = np.asarray(factor, dtype=np.float64)
    shrinking = np.where(factor < 1, factor, 0.0)
    rest = np.floor(0.5 / (1.0 - shrinking))
    return np.where(factor < 1, np.where(factor > 0.5, rest, 0.0), np.nan)


def ln_conveyors(trajectory: Trajectory) -> np.ndarray | None:
    """Return ln |d_T ... d_{t+1}| of every unit by lag, (T + 1, …M, B, n) float64.

    d is the conveyor's diagonal; None for a cell that has none.
    """
    cell = trajectory.cell
    with torch.no_grad():
        if cell.supports_ensembles:
            found = [cell.conveyor(*trajectory.all_steps())]
        else:
            steps = range(1, trajectory.length + 1)
            found = [cell.conveyor(*trajectory.step_at(t)) for t in steps]
    diagonals = [diagonal for diagonal in found if diagonal is not None]
    if len(diagonals) < len(found):
        return None
    whole = diagonals[0] if cell.supports_ensembles else torch.stack(diagonals)
    flat = ln_products(whole.flatten(1, -2))
    return flat.reshape(len(flat), *whole.shape[1:])


def stall_lags(ln_units: np.ndarray, form: Format) -> np.ndarray:
    """Return the lags (…) at which units (lags 0 .. T, …) come to rest in a format.

    From the exact products, ln |d_T ... d_{t+1}| by lag, each unit taken to shrink as
    its geometric mean over the run does; inf where it does not come to rest within T
    or never does (a mean of 1/2 and less, of 1 and more). Chains of constant f get
    there within half their time constant 1 / (1 - f) and two steps of it; in bfloat16
    the roundings on the way add up to 4 % of the lag.
    """
    length = len(ln_units) - 1
    rest = floor_of(exp(ln_units[-1] / length))
    resting = rest > 0
    ends = np.log(np.where(resting, rest, 1.0)) + form.ln_smallest
    below = (ln_units <= ends) & resting
    return np.where(below.any(axis=0), below.argmax(axis=0).astype(float), np.inf)
