"""Kernels whose bits do not depend on the other members of a batch.

A sweep computes points together along a leading member axis. Three kinds of kernel then
give a member other last bits than it gets alone, and chaos amplifies a last bit:

* transcendental functions treat the elements left over after the last full vector by
  other code (float32 sigmoid differs by 1e-7), so here they see whole vectors only;
* matrix products choose their code by the alignment and shape of each operand, and by
  whether there is a batch axis, so here every one is a batched product of matrices
  whose sides are multiples of 16, each starting at a whole cache line. The gradient's
  products then are, too;
* a batch of one takes another kernel (gemm, or gemv for one column) than a larger one
  and rounds differently, so a single matrix is computed together with a copy of itself.

Plain ``+ - *`` and division are exact whatever the batch and need nothing.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import pad


_VECTOR = 64
ALIGNMENT = 16


def elementwise(function: Callable[..., Tensor], *tensors: Tensor) -> Tensor:
    """Apply an elementwise ``function`` to whole vectors of 64 elements only.

    ``tensors`` have one shape; so does the result.
    """
    first = tensors[0]
    if first.shape[-1:].numel() % _VECTOR == 0 and first.ndim:
        return function(*tensors)
    missing = -first.numel() % _VECTOR
    if not missing:
        return function(*(t.contiguous() for t in tensors))
    flat = (pad(t.reshape(-1), (0, missing)) for t in tensors)
    return function(*flat)[: first.numel()].reshape(first.shape)


def matmul(operand: Tensor, weight: Tensor) -> Tensor:
    """Return ``operand @ weight.mT``.

    Args:
        operand: (…, …M, B, n); axes before the weight's own are folded into the rows.
        weight: (…M, rows, n), at most one leading axis.

    Returns:
        (…, …M, B, rows).
    """
    rows, columns = weight.shape[-2:]
    if rows % ALIGNMENT or columns % ALIGNMENT:
        operand = pad(operand, (0, -columns % ALIGNMENT))
        weight = pad(weight, (0, -columns % ALIGNMENT, 0, -rows % ALIGNMENT))
    if weight.ndim == 2:
        weight = weight.unsqueeze(0)
        lead = operand.shape[:-1]
        product = torch.bmm(operand.reshape(1, -1, operand.shape[-1]), weight.mT)
        product = product.reshape(*lead, product.shape[-1])
    elif operand.ndim == 3:
        product = torch.bmm(operand.contiguous(), weight.mT)
    else:
        inner = operand.flatten(0, -4).movedim(0, 1)
        product = torch.bmm(inner.flatten(1, 2), weight.mT)
        product = product.unflatten(1, inner.shape[1:3]).movedim(1, 0)
        product = product.reshape(*operand.shape[:-1], product.shape[-1])
    return product[..., :rows] if rows % ALIGNMENT else product


def scale_rows(scale: Tensor, weight: Tensor, into: Tensor | None = None) -> Tensor:
    """Return D(scale) @ weight per sequence, written to ``into`` if given.

    ``scale`` (…, …M, B, rows) and ``weight`` (…M, rows, n) give (…, …M, B, rows, n).
    """
    return torch.mul(scale.unsqueeze(-1), weight.unsqueeze(-3), out=into)


def add_scaled_rows_(into: Tensor, scale: Tensor, weight: Tensor) -> Tensor:
    """Add D(scale) @ weight to ``into`` (…, …M, B, rows, n) in place and return it.

    In one pass, without the product in between: memory is what such sums cost. Each row
    is worked through by itself, so its bits are its own.
    """
    return into.addcmul_(scale.unsqueeze(-1), weight.unsqueeze(-3))


def left_multiply(weight: Tensor, blocks: Tensor) -> Tensor:
    """Return weight @ block per sequence.

    ``weight`` (…M, rows, k) and ``blocks`` (…, …M, B, k, n) give (…, …M, B, rows, n).
    """
    folded = blocks.mT.flatten(-3, -2)
    product = matmul(folded, weight)
    return product.unflatten(-2, (blocks.shape[-3], blocks.shape[-1])).mT


def pull_through(
    cotangents: Tensor, weight: Tensor, out: Tensor | None = None
) -> Tensor:
    """Return cotangents @ weight per sequence, written to ``out`` if given.

    ``cotangents`` (…, …M, B, K, rows), ``weight`` (…M, rows, n): (…, …M, B, K, n).
    """
    product = matmul(cotangents.flatten(-3, -2), weight.mT)
    product = product.unflatten(-2, cotangents.shape[-3:-1])
    return product if out is None else out.copy_(product)


def pad_to_multiple(values: Tensor, axes: int) -> Tensor:
    """Fill the last ``axes`` axes up to multiples of 16, with zeros at the end."""
    missing = [-size % ALIGNMENT for size in values.shape[-axes:]]
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
