"""The gates of a trajectory, as the gate measures look at them."""

import numpy as np

from gradlab.cells.base import Cell
from gradlab.measures._flow import Flow


def has_gates(cell: Cell) -> bool:
    """Say whether a cell has gates besides a candidate."""
    return any(name != "candidate" for name in cell.gate_names)


def gate_values(flow: Flow) -> dict[str, np.ndarray]:
    """Return every gate's values over steps and units, (…M, B, T * H) float64.

    The candidate is no gate. ``keep_gate`` is the one that keeps the carry in every
    convention: for a GRU whose update gate replaces, one less that gate.
    """
    trajectory = flow.trajectory
    values = {
        name: _by_sequence(gate.detach().cpu().numpy())
        for name, gate in trajectory.gates.items()
        if name != "candidate"
    }
    keep = flow.cell.keep_gate
    if keep is not None and keep[0] in values:
        name, sign = keep
        values["keep_gate"] = values[name] if sign > 0 else 1.0 - values[name]
    return values


def _by_sequence(gate: np.ndarray) -> np.ndarray:
    wide = np.moveaxis(gate.astype(np.float64), 0, -2)
    return np.ascontiguousarray(wide.reshape(*wide.shape[:-2], -1))
