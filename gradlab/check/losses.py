"""Checks of a loss."""

import torch
from torch import Tensor

from gradlab.check.finding import Finding, distance, worst
from gradlab.losses.base import Loss, directions


_LENGTH, _BATCH, _WIDTH = 6, 3, 5


def shape(leaf: type[Loss]) -> Finding:
    """Check that a loss is (…M, B) and keeps the dtype."""
    hidden, direction = _states()
    alone = leaf()(hidden, direction)
    two = [torch.stack([h, 2 * h]) for h in hidden]
    pair = leaf()(two, torch.stack([direction, direction]))
    single = leaf()([h.float() for h in hidden], direction.float())
    got = tuple(alone.shape), tuple(pair.shape), alone.dtype, single.dtype
    expected = (_BATCH,), (2, _BATCH), torch.float64, torch.float32
    return Finding(got == expected, str(got), str(expected))


def sequences_independent(leaf: type[Loss]) -> Finding:
    """Check that a sequence's loss depends on that sequence alone."""
    hidden, direction = _states()
    whole = leaf()(hidden, direction)
    alone = leaf()([h[:1] for h in hidden], direction[:1])
    return worst([("", distance(alone, whole[:1]))])


def differentiable(leaf: type[Loss]) -> Finding:
    """Check that the last state gets a finite gradient that is not zero."""
    hidden, direction = _states()
    leaves = [h.requires_grad_() for h in hidden]
    (gradient,) = torch.autograd.grad(leaf()(leaves, direction).sum(), leaves[-1])
    size = gradient.norm().item()
    return Finding(0 < size < float("inf"), f"norm {size:.3g}", "finite, above 0")


def _states() -> tuple[list[Tensor], Tensor]:
    generator = torch.Generator().manual_seed(0)
    drawn = torch.randn(
        _LENGTH, _BATCH, _WIDTH, generator=generator, dtype=torch.float64
    )
    return list(drawn), torch.from_numpy(directions(0, _BATCH, _WIDTH))


CHECKS = {
    "there is one loss per sequence": shape,
    "sequences are independent": sequences_independent,
    "the last state gets a gradient": differentiable,
}
