"""The output layer, the loss of a task, and the loss's gradient in closed form."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import log_softmax

from gradlab.losses.base import Loss
from gradlab.numerics.batch_invariant import linear
from gradlab.seeding import stream
from gradlab.tasks.base import Batch, Task


WEIGHT, BIAS = "head.weight", "head.bias"


def draw_head(seed: int, hidden: int, outputs: int) -> dict[str, Tensor]:
    """Return an output layer's parameters, drawn as ``torch.nn.Linear`` draws them.

    ``head.weight`` (D, H) and ``head.bias`` (D), U(-1/sqrt H, 1/sqrt H), float64.
    """
    bound = 1 / math.sqrt(hidden)
    shapes = {WEIGHT: (outputs, hidden), BIAS: (outputs,)}
    return {
        name: torch.from_numpy(stream(seed, name).uniform(-bound, bound, shape))
        for name, shape in shapes.items()
    }


@dataclass(frozen=True)
class Sequences:
    """The sequences of one update, of M networks.

    Attributes:
        inputs: (T, M, B) symbols, or (T, M, B, I) numbers.
        steps: places of the steps that any sequence has scored, S of them.
        targets: (S, M, B) classes, or (S, M, B, D) numbers.
        weights: (S, M, B), of each term of the loss: it is their weighted sum.
    """

    inputs: Tensor
    steps: list[int]
    targets: Tensor
    weights: Tensor

    def member(self, place: int) -> "Sequences":
        """Return the sequences of one network, without the axis of members."""
        parts = (self.inputs, self.targets, self.weights)
        inputs, targets, weights = (part[:, place] for part in parts)
        return Sequences(inputs, self.steps, targets, weights)


def sequences_of(batches: Sequence[Batch], task: Task, like: Tensor) -> Sequences:
    """Return batches, one a network, as tensors with the dtype and device of ``like``.

    The loss is the mean over sequences of the mean, or the sum, over scored steps.
    Steps after the last scored one are left out.
    """
    scored = np.stack([batch.scored for batch in batches])  # (M, B, T)
    steps = np.flatnonzero(scored.any(axis=(0, 1)))
    last = int(steps[-1]) + 1

    def by_time(arrays: Sequence[np.ndarray], at: np.ndarray) -> Tensor:
        stacked = np.moveaxis(np.stack(arrays)[:, :, at], 2, 0)
        tensor = torch.from_numpy(np.ascontiguousarray(stacked)).to(like.device)
        return tensor.to(like.dtype) if tensor.is_floating_point() else tensor.long()

    targets = [_where_scored(batch) for batch in batches]
    terms = scored.sum(axis=-1, keepdims=True) if not task.summed else 1
    weights = scored / (terms * scored.shape[1])
    return Sequences(
        by_time([batch.inputs for batch in batches], np.arange(last)),
        steps.tolist(),
        by_time(targets, steps),
        by_time(list(weights), steps),
    )


def _where_scored(batch: Batch) -> np.ndarray:
    """Return targets with zeros where they mean nothing."""
    scored = batch.scored
    extra = batch.targets.ndim - scored.ndim
    return np.where(scored.reshape(*scored.shape, *(1,) * extra), batch.targets, 0)


def outputs_of(hidden: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Return the output layer's logits or numbers, (S, M, B, D) of (S, M, B, H)."""
    return linear(hidden, weight) + bias.unsqueeze(-2)


def terms_of(outputs: Tensor, targets: Tensor, classes: bool) -> Tensor:
    """Return the loss of each output, (…): cross-entropy, or mean squared error."""
    if classes:
        return -log_softmax(outputs, -1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return (outputs - targets).square().mean(-1)


def slopes_of(outputs: Tensor, targets: Tensor, classes: bool) -> Tensor:
    """Return the gradient of :func:`terms_of` by the outputs.

    softmax(outputs) less 1 at the right class; or 2 (outputs - targets) / D.
    """
    if classes:
        slopes = log_softmax(outputs, -1).exp()
        ones = torch.ones_like(targets, dtype=slopes.dtype).unsqueeze(-1)
        return slopes.scatter_add(-1, targets.unsqueeze(-1), -ones)
    return (outputs - targets) * (2 / outputs.shape[-1])


class TaskLoss(Loss):
    """A task's loss as a function of the hidden states, through the output layer.

    Of each sequence the loss that training averages over the batch. Not a leaf: the
    weights of its output layer belong to one network, or to an ensemble.

    Args:
        sequences: of the trajectory.
        weight: (…M, D, n) of the output layer.
        bias: (…M, D).
        classes: whether targets are classes.
    """

    name = "task"

    def __init__(
        self, sequences: Sequences, weight: Tensor, bias: Tensor, classes: bool
    ) -> None:
        self.sequences, self.weight, self.bias = sequences, weight, bias
        self.classes = classes

    def __call__(self, hidden: Sequence[Tensor], direction: Tensor) -> Tensor:
        """Return the losses (…M, B); ``direction`` is not used."""
        of = self.sequences
        states = torch.stack([hidden[step] for step in of.steps])
        outputs = outputs_of(states, self.weight, self.bias)
        batch = of.weights.shape[-1]
        terms = terms_of(outputs, of.targets, self.classes) * of.weights
        return terms.sum(0) * batch
