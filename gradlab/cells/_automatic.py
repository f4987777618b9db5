"""Derivatives by torch.func, for cells without closed forms.

The sequences of a batch do not depend on each other, so one vector-Jacobian product
with the same unit vector in every sequence gives one row of every sequence's Jacobian.
"""

from collections.abc import Callable

import torch
from torch import Tensor


Function = Callable[..., tuple[Tensor, ...]]
"""Of tensors (…, B, n_j), to a tuple of tensors (…, B, n_k)."""


def jacobian(
    function: Function, arguments: tuple[Tensor, ...]
) -> list[tuple[Tensor, ...]]:
    """Return the derivative of the k-th output by the j-th argument as ``[k][j]``.

    Each is (…, B, n_k, n_j), detached.
    """
    outputs, vjp_of = torch.func.vjp(_depending(function), *arguments)[:2]
    return [_rows(vjp_of, outputs, k) for k in range(len(outputs))]


def vjp(
    function: Function, arguments: tuple[Tensor, ...], cotangents: tuple[Tensor, ...]
) -> tuple[Tensor, ...]:
    """Return cotangents @ Jacobian by argument, (…, B, K, n_j), detached.

    ``cotangents`` are K rows for each output, (…, B, K, n_k).
    """
    vjp_of = torch.func.vjp(_depending(function), *arguments)[1]
    of_rows = torch.func.vmap(vjp_of, in_dims=-2, out_dims=-2)
    return tuple(found.detach() for found in of_rows(tuple(cotangents)))


def _depending(function: Function) -> Function:
    """Return ``function`` with outputs that depend on every argument.

    In torch 2.13 ``vmap`` of the vjp of an output that depends on no argument ends the
    process; adding zero times the arguments makes its derivative zero.
    """

    def depending(*arguments: Tensor) -> tuple[Tensor, ...]:
        zero = sum(0 * argument.sum(-1, keepdim=True) for argument in arguments)
        return tuple(output + zero for output in function(*arguments))

    return depending


def _rows(vjp_of, outputs: tuple[Tensor, ...], k: int) -> tuple[Tensor, ...]:
    """Return the derivatives of the k-th output, a unit vector for each row."""
    *lead, width = outputs[k].shape
    unit = torch.eye(width, dtype=outputs[k].dtype, device=outputs[k].device)
    cotangents = tuple(
        unit.reshape(width, *(1,) * len(lead), width).expand(width, *lead, width)
        if j == k
        else output.new_zeros(()).expand(width, *output.shape)
        for j, output in enumerate(outputs)
    )
    found = torch.func.vmap(vjp_of, in_dims=0, out_dims=-2)(cotangents)
    return tuple(block.detach() for block in found)
