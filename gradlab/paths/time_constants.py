"""How long each unit of the carry keeps what it holds, by its gate alone."""

import numpy as np
import torch
from torch import Tensor

from gradlab.numerics.logscale import ln
from gradlab.paths.conveyed import without_conveyor
from gradlab.trajectory import Trajectory


_STRETCH = 256


def time_constants(trajectory: Trajectory) -> np.ndarray:
    """Return -1 / mean_t ln|d_t| of every unit in steps, (…M, B, n) float64.

    d is the conveyor: the forget gate (with peepholes what they add to it), the GRU's
    keep gate. After so many steps 1/e is left on the conveyor. inf where it does not
    decay, 0 where it is shut at one step at least, NaN where d is not a number.

    Raises:
        ConfigError: for a cell without a conveyor.
    """
    sizes = _conveyors(trajectory).detach().double().abs().cpu().numpy()
    # time last and contiguous: the order of adding then depends on the length alone
    logs = np.ascontiguousarray(np.moveaxis(ln(sizes), 0, -1))
    with np.errstate(invalid="ignore"):
        mean = logs.mean(axis=-1)
    with np.errstate(divide="ignore"):
        decaying = -1.0 / np.where(mean < 0, mean, -1.0)
    return np.where(mean < 0, decaying, np.where(np.isnan(mean), np.nan, np.inf))


def _conveyors(trajectory: Trajectory) -> Tensor:
    """Return d_1 .. d_T, (T, …M, B, n); built-in cells give a stretch at a time."""
    cell, last = trajectory.cell, trajectory.length
    with torch.no_grad():
        if cell.supports_ensembles:
            starts = range(0, last, _STRETCH)
            ends = (min(start + _STRETCH, last) for start in starts)
            stretches = map(trajectory.steps_between, starts, ends)
            found = [cell.conveyor(*steps) for steps in stretches]
        else:
            found = [cell.conveyor(*trajectory.step_at(t)) for t in range(1, last + 1)]
    diagonals = [diagonal for diagonal in found if diagonal is not None]
    if len(diagonals) < len(found):
        raise without_conveyor(cell)
    return torch.cat(diagonals) if cell.supports_ensembles else torch.stack(diagonals)
