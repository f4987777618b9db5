"""Norms of the rows of products, of each column block and of the whole row."""

import numpy as np
import torch
from torch import Tensor

from gradlab.numerics.logscale import normalized, vector_norms


# Norms below this, and above its inverse, come from squares that are normal floats.
_SAFE_NORM = {torch.float32: 2.0**45, torch.float64: 2.0**450}


def row_norms(block_row_norms: np.ndarray) -> np.ndarray:
    """Return the norms (…, rows) of whole rows from those of their blocks."""
    with np.errstate(invalid="ignore", over="ignore"):
        squares = np.einsum("...b,...b->...", block_row_norms, block_row_norms)
        return np.asarray(np.sqrt(squares))


def block_row_norms(columns: list[Tensor]) -> np.ndarray:
    """Return the norms of rows (S, N, rows, n) by column block, (S, N, rows, blocks).

    Rows whose squares come near the ends of the range, or underflow to 0, are scaled
    and their norms taken again.
    """
    limit = _SAFE_NORM[columns[0].dtype]
    blocks = []
    for column in columns:
        rows = column.reshape(-1, column.shape[-1])
        norms = vector_norms(rows).double().cpu().numpy()
        unsafe = ~((norms > 1 / limit) & (norms < limit))
        unsafe &= ~np.isnan(norms)
        if unsafe.any():
            index = torch.from_numpy(np.flatnonzero(unsafe)).to(rows.device)
            scaled, exponent = normalized(rows[index][:, None])
            again = vector_norms(scaled[:, 0]).double().cpu().numpy()
            norms[unsafe] = np.ldexp(again, exponent.cpu().numpy())
        blocks.append(norms.reshape(column.shape[:-1]))
    return np.stack(blocks, -1)
