"""The recurrent weights W_hh of a cell."""

from collections.abc import Callable

import numpy as np
import torch

from gradlab.cells.base import Cell
from gradlab.labelled import LabelledArray
from gradlab.measures._context import MeasureContext


def has_recurrent_weight(cell: Cell) -> bool:
    """Return whether a cell, or each of its layers, has a ``weight_hh``."""
    return len(cell.recurrent_parameters) == len(cell.layer_cells)


def recurrent_blocks(cell: Cell) -> dict[str, np.ndarray]:
    """Return the row blocks of ``weight_hh`` by gate, (…M, H, n) float64.

    With several layers names end in the layer's number: ``forget_gate.1``.
    """
    names = cell.recurrent_parameters
    weights = torch.cat([cell.get_parameter(name) for name in names], dim=-2)
    whole = weights.detach().double().cpu().numpy()
    return {name: whole[..., rows, :] for name, rows in cell.weight_blocks.items()}


def per_block(
    context: MeasureContext, function: Callable[[np.ndarray], np.ndarray]
) -> LabelledArray:
    """Return ``function`` of every gate's block of W_hh; NaN where not finite.

    ``function`` takes blocks (…M, H, n) and returns (…M).
    """
    blocks = recurrent_blocks(context.cell)
    values = []
    for block in blocks.values():
        finite = np.isfinite(block).all(axis=(-2, -1))
        of_finite = function(np.where(finite[..., None, None], block, 0.0))
        values.append(np.where(finite, of_finite, np.nan))
    return context.labelled(np.stack(values), by_sequence=False, block=blocks)
