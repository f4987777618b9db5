"""What measures of dL/dW_hh and of W_hh itself share."""

import numpy as np

from gradlab.cells.base import Cell


def has_recurrent_weight(cell: Cell) -> bool:
    """Say whether a cell has a parameter ``weight_hh``."""
    return "weight_hh" in dict(cell.named_parameters())


def recurrent_blocks(cell: Cell) -> dict[str, np.ndarray]:
    """Return the row blocks of ``weight_hh`` by gate, (…M, H, n) float64."""
    weight = cell.get_parameter("weight_hh").detach().double().cpu().numpy()
    return {name: weight[..., rows, :] for name, rows in cell.weight_blocks.items()}
