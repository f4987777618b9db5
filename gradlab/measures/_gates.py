"""Gate values of a trajectory."""

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from gradlab.cells.base import Cell
from gradlab.measures._context import MeasureContext


def has_gates(cell: Cell) -> bool:
    """Return whether a cell has gates other than a candidate."""
    gates = (name for layer in cell.layer_cells for name in layer.gate_names)
    return not all(map(_is_candidate, gates))


def _is_candidate(name: str) -> bool:
    """Return whether a gate's name is that of new content, of any state."""
    return name.endswith("candidate")


def gate_values(context: MeasureContext) -> dict[str, np.ndarray]:
    """Return the values of every gate over steps and units, (…M, B, T * H) float64.

    Without candidates. ``keep_gate`` is the gate that keeps the carry (the last
    state) in any convention: for a GRU whose update gate replaces the past, 1 minus
    that gate. With several layers names end in the layer's number: ``keep_gate.1``.
    """
    layers = context.cell.layer_cells
    if len(layers) == 1:
        return _gates(layers[0], context.trajectory.gates)
    trajectory = context.trajectory
    return {
        f"{name}.{number}": values
        for number, layer in enumerate(layers, start=1)
        for name, values in _gates(layer, trajectory.layer(number).gates).items()
    }


def _gates(cell: Cell, gates: Mapping[str, Tensor]) -> dict[str, np.ndarray]:
    values = {
        name: _by_sequence(gate.detach().cpu().numpy())
        for name, gate in gates.items()
        if not _is_candidate(name)
    }
    keep = cell.keep_gate
    if keep is not None and keep[0] in values:
        name, sign = keep
        values["keep_gate"] = values[name] if sign > 0 else 1.0 - values[name]
    return values


def _by_sequence(gate: np.ndarray) -> np.ndarray:
    wide = np.moveaxis(gate.astype(np.float64), 0, -2)
    return np.ascontiguousarray(wide.reshape(*wide.shape[:-2], -1))
