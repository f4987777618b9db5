"""Products of many small matrices whose bits do not depend on how many there are.

A batch of one takes another kernel (gemm, or gemv for one column) than a larger one
and rounds differently; so a lone matrix is computed beside its copy. Kernels also
choose their code by alignment; so sides are filled up to multiples of 16, and
every matrix of a batch starts at a whole cache line.
"""

import torch
from torch import Tensor
from torch.nn.functional import pad


SIDE = 16


def filled(values: Tensor, axes: int) -> Tensor:
    """Fill the last ``axes`` axes up to multiples of 16, with zeros at the end."""
    missing = [-size % SIDE for size in values.shape[-axes:]]
    if not any(missing):
        return values
    return pad(values, [n for m in reversed(missing) for n in (0, m)])


def multiply(a: Tensor, b: Tensor, into: Tensor | None = None) -> Tensor:
    """Return a @ b for (N, m, k) and (N, k, n), written to ``into`` if given."""
    if a.shape[0] != 1:
        return torch.bmm(a, b) if into is None else torch.bmm(a, b, out=into)
    product = torch.bmm(a.expand(2, -1, -1), b.expand(2, -1, -1))[:1]
    return product if into is None else into.copy_(product)


def multiply_add_(into: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Add a @ b to ``into`` in place and return it."""
    if a.shape[0] != 1:
        return into.baddbmm_(a, b)
    pair = into.expand(2, -1, -1).contiguous()
    return into.copy_(pair.baddbmm_(a.expand(2, -1, -1), b.expand(2, -1, -1))[:1])


def gram(matrices: Tensor) -> Tensor:
    """Return A^T A or A A^T of (N, rows, columns), whichever is smaller."""
    rows, columns = matrices.shape[-2:]
    if rows < columns:
        return multiply(matrices, matrices.mT)
    return multiply(matrices.mT, matrices)
