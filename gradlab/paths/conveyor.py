"""The conveyor: the diagonal d_t by which a gate hands the carry on, unit by unit.

The carry is the last of a cell's states: c of an LSTM, h of a GRU.
"""

import numpy as np
import torch
from torch import Tensor

from gradlab.cells.base import Cell
from gradlab.errors import ConfigError
from gradlab.numerics.diagonal import ln_products
from gradlab.numerics.logscale import ln
from gradlab.trajectory import Trajectory


_STEPS_AT_ONCE = 256


def has_conveyor(cell: Cell) -> bool:
    """Return whether a cell defines a conveyor."""
    return type(cell).conveyor is not Cell.conveyor


def missing_conveyor(cell: Cell) -> ConfigError:
    """Return the error for a cell without a conveyor."""
    return ConfigError(
        got=f"{getattr(cell, 'name', type(cell).__name__)}, which has no conveyor",
        expected="a cell whose carry is kept by a gate",
        try_='build("lstm", ...)',
    )


def conveyors(trajectory: Trajectory) -> Tensor | None:
    """Return d_1 .. d_T, (T, …M, B, n); None for a cell without a conveyor.

    For the LSTM d is the forget gate (with what peepholes add to it), for the GRU the
    keep gate.
    """
    cell, last = trajectory.cell, trajectory.length
    with torch.no_grad():
        if cell.supports_ensembles:
            starts = range(0, last, _STEPS_AT_ONCE)
            ends = (min(start + _STEPS_AT_ONCE, last) for start in starts)
            spans = map(trajectory.steps_between, starts, ends)
            found = [cell.conveyor(*steps) for steps in spans]
        else:
            found = [cell.conveyor(*trajectory.step_at(t)) for t in range(1, last + 1)]
    diagonals = [diagonal for diagonal in found if diagonal is not None]
    if len(diagonals) < len(found):
        return None
    return torch.cat(diagonals) if cell.supports_ensembles else torch.stack(diagonals)


def ln_conveyor_products(trajectory: Trajectory) -> np.ndarray | None:
    """Return ln |d_T ... d_{t+1}| of every unit by lag, (T + 1, …M, B, n) float64.

    None for a cell without a conveyor.
    """
    diagonals = conveyors(trajectory)
    if diagonals is None:
        return None
    flat = ln_products(diagonals.flatten(1, -2))
    return flat.reshape(len(flat), *diagonals.shape[1:])


def time_constants(trajectory: Trajectory) -> np.ndarray:
    """Return -1 / mean_t ln |d_t| of every unit in steps, (…M, B, n) float64.

    After so many steps 1/e is left on the conveyor. inf where it does not decay, 0
    where d is 0 at one step at least, NaN where d is not a number.

    Raises:
        ConfigError: for a cell without a conveyor.

    Source: Tallec & Ollivier 2018.
    """
    diagonals = conveyors(trajectory)
    if diagonals is None:
        raise missing_conveyor(trajectory.cell)
    sizes = diagonals.detach().double().abs().cpu().numpy()
    # Time last and contiguous: the order of summing then depends on T alone.
    logs = np.ascontiguousarray(np.moveaxis(ln(sizes), 0, -1))
    with np.errstate(invalid="ignore"):
        mean = logs.mean(axis=-1)
    with np.errstate(divide="ignore"):
        decaying = -1.0 / np.where(mean < 0, mean, -1.0)
    return np.where(mean < 0, decaying, np.where(np.isnan(mean), np.nan, np.inf))
