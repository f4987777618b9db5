"""Kernels whose bits do not depend on the other members of a batch.

A sweep computes points together along a leading member axis. Three kinds of kernel then
give a member other last bits than it gets alone, and chaos amplifies a last bit:

* transcendental functions treat the elements left over after the last full vector by
  other code (float32 sigmoid differs by 1e-7), so :func:`elementwise` passes them whole
  vectors only;
* matrix products choose their code by the alignment and shape of each operand, and by
  whether there is a batch axis, so here every one is a batched product of matrices
  whose sides are multiples of 16, each starting at a whole cache line. The products of
  the backward pass then are, too;
* a batch of one takes another kernel (gemm, or gemv for one column) than a larger one
  and rounds differently, so :func:`bmm` computes a single matrix with a copy of itself.

Plain ``+ - *`` and division are exact whatever the batch and need nothing.

Products with a weight, which all sequences of a member share, are :func:`linear`,
:func:`left_multiply` and :func:`right_multiply`; they pad what is no multiple of 16.
:func:`bmm` and :func:`baddbmm_` are torch's, for matrices padded by
:func:`pad_to_multiple`. Shapes: …T leading axes such as time, …M the member axis or
none, B sequences.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import pad


ALIGNMENT = 16
"""Matrix sides are multiples of this: 16 floats of 4 bytes are a cache line."""

_VECTOR = 64
"""A multiple of every vector width, in elements."""


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


def linear(operand: Tensor, weight: Tensor) -> Tensor:
    """Return ``operand @ weight.mT``, as ``torch.nn.functional.linear``.

    Args:
        operand: (…T, …M, B, n); …T is folded into the rows of one product.
        weight: (…M, rows, n), at most one leading axis.

    Returns:
        (…T, …M, B, rows).
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


def left_multiply(weight: Tensor, blocks: Tensor) -> Tensor:
    """Return weight @ block for the block of every sequence.

    ``weight`` (…M, rows, k), ``blocks`` (…T, …M, B, k, n): (…T, …M, B, rows, n).
    """
    product = linear(blocks.mT.flatten(-3, -2), weight)
    return product.unflatten(-2, (blocks.shape[-3], blocks.shape[-1])).mT


def right_multiply(blocks: Tensor, weight: Tensor, out: Tensor | None = None) -> Tensor:
    """Return block @ weight for the block of every sequence, in ``out`` if given.

    ``blocks`` (…T, …M, B, k, rows), ``weight`` (…M, rows, n): (…T, …M, B, k, n).
    """
    product = linear(blocks.flatten(-3, -2), weight.mT)
    product = product.unflatten(-2, blocks.shape[-3:-1])
    return product if out is None else out.copy_(product)


def scale_rows(scale: Tensor, weight: Tensor, out: Tensor | None = None) -> Tensor:
    """Return D(scale) @ weight for every sequence, in ``out`` if given.

    ``scale`` (…T, …M, B, rows), ``weight`` (…M, rows, n): (…T, …M, B, rows, n).
    """
    return torch.mul(scale.unsqueeze(-1), weight.unsqueeze(-3), out=out)


def add_scaled_rows_(out: Tensor, scale: Tensor, weight: Tensor) -> Tensor:
    """Add :func:`scale_rows` of ``scale`` and ``weight`` to ``out``, in place.

    In one pass over ``out``, whose memory traffic is what such sums cost.
    """
    return out.addcmul_(scale.unsqueeze(-1), weight.unsqueeze(-3))


def pad_to_multiple(values: Tensor, axes: int) -> Tensor:
    """Pad the last ``axes`` axes with zeros to multiples of 16."""
    missing = [-size % ALIGNMENT for size in values.shape[-axes:]]
    if not any(missing):
        return values
    return pad(values, [n for m in reversed(missing) for n in (0, m)])


def bmm(a: Tensor, b: Tensor, out: Tensor | None = None) -> Tensor:
    """Return a @ b for (N, m, k) and (N, k, n), in ``out`` if given."""
    if a.shape[0] != 1:
        return torch.bmm(a, b) if out is None else torch.bmm(a, b, out=out)
    product = torch.bmm(a.expand(2, -1, -1), b.expand(2, -1, -1))[:1]
    return product if out is None else out.copy_(product)


def baddbmm_(out: Tensor, a: Tensor, b: Tensor) -> Tensor:
    """Add a @ b for (N, m, k) and (N, k, n) to ``out``, in place."""
    if a.shape[0] != 1:
        return out.baddbmm_(a, b)
    pair = out.expand(2, -1, -1).contiguous()
    return out.copy_(pair.baddbmm_(a.expand(2, -1, -1), b.expand(2, -1, -1))[:1])


def gram(matrices: Tensor) -> Tensor:
    """Return A^T A or A A^T of (N, rows, columns), whichever is smaller."""
    rows, columns = matrices.shape[-2:]
    if rows < columns:
        return bmm(matrices, matrices.mT)
    return bmm(matrices.mT, matrices)
