"""What measures of dL/dW_hh and of W_hh itself share."""

import numpy as np
import torch

from gradlab.cells.base import Cell


def has_recurrent_weight(cell: Cell) -> bool:
    """Say whether a cell, or each of its layers, has a parameter ``weight_hh``."""
    return len(cell.recurrent_parameters) == len(cell.layer_cells)


def recurrent_blocks(cell: Cell) -> dict[str, np.ndarray]:
    """Return the row blocks of ``weight_hh`` by gate, (…M, H, n) float64.

    Those of layers have the layer's number in their name: ``forget_gate.1``.
    """
    names = cell.recurrent_parameters
    weights = torch.cat([cell.get_parameter(name) for name in names], dim=-2)
    whole = weights.detach().double().cpu().numpy()
    return {name: whole[..., rows, :] for name, rows in cell.weight_blocks.items()}
