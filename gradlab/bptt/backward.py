"""Record the gradients of one ``loss.backward()`` by tensor hooks."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradlab import catalog
from gradlab.arguments import describe, instance
from gradlab.cells._automatic import frozen
from gradlab.cells._dtypes import refuse_autocast
from gradlab.cells.base import RecurrentProduct
from gradlab.errors import ConfigError, ShapeError
from gradlab.losses.base import Loss, directions
from gradlab.losses.last import Last
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class GradientFactors:
    """Factors of G_t = delta_t operand_t^T, step t's part of dL/dweight_hh[rows].

    Attributes:
        rows: the rows of ``weight_hh``.
        delta: (T, …M, B, rows), the gradient of the loss by ``weight_hh[rows] @
            operand``.
        operand: (T, …M, B, n), what the rows multiplied.
    """

    rows: slice
    delta: Tensor
    operand: Tensor


@dataclass(frozen=True)
class Backward:
    """The gradients of one backward pass, for every sequence.

    Attributes:
        graph: dL/ds_t along the graph, as ``retain_grad`` gives it; per state,
            (T + 1, …M, B, n).
        state: dL/ds_t with the other states of step t held fixed, as in J_t; same
            shapes. It differs from ``graph`` where one state is computed from
            another, as the LSTM's h_t from c_t.
        factors: of the weight gradients, one for each product with ``weight_hh``, in
            the cell's order; empty if the cell's steps do not list these products.
        loss: (…M, B), the losses, from whose sum the pass starts; None where they are
            not known by sequence.
    """

    graph: tuple[Tensor, ...]
    state: tuple[Tensor, ...]
    factors: tuple[GradientFactors, ...]
    loss: Tensor | None = None


class _GradientHook:
    """Record the gradient that reaches a tensor; zeros if none does."""

    def __init__(self, tensor: Tensor) -> None:
        self.like = tensor.detach()
        self._received: Tensor | None = None
        if tensor.requires_grad:
            tensor.register_hook(self._receive)

    def _receive(self, gradient: Tensor) -> None:
        self._received = gradient

    @property
    def gradient(self) -> Tensor:
        return torch.zeros_like(self.like) if self._received is None else self._received


def as_loss(given: Any) -> Loss:
    """Return a loss, or that of a name; the last state's if None."""
    if isinstance(given, str):
        given = catalog.get("losses", given)()
    return (
        Last() if given is None else instance("loss", given, Loss, try_='loss="last"')
    )


def as_direction(trajectory: Trajectory, given: Any) -> Tensor:
    """Return the loss's unit vectors v as a tensor like h; of seed 0 if None.

    Those of seed 0 are shared by the members of an ensemble. Given ones are divided by
    their lengths.

    Raises:
        ConfigError, ShapeError: for what is no tensor of h's shape, and for a vector
            without a direction: of zeros, or with numbers that are not finite.
    """
    hidden = trajectory.start[trajectory.cell.output_state]
    if given is None:
        drawn = directions(0, trajectory.batch_shape[-1], hidden.shape[-1])
        return torch.from_numpy(drawn).to(hidden).expand(*trajectory.batch_shape, -1)
    shape = tuple(hidden.shape)
    kind = (Tensor, np.ndarray)
    found = instance("direction", given, kind, try_=f"torch.ones{shape}")
    if tuple(found.shape) != shape:
        raise ShapeError(
            got=f"direction = {describe(given)}",
            expected=f"a tensor of shape {shape}",
            try_=f"torch.ones{shape}",
        )
    vectors = torch.as_tensor(found).detach().to(hidden.device).double()
    largest = vectors.abs().amax(-1, keepdim=True)
    if not (vectors.isfinite().all() and largest.all()):
        raise ConfigError(
            got="direction with a vector of zeros, or of numbers that are not finite",
            expected="vectors with a direction; they are divided by their lengths",
            try_=f"torch.ones{shape}",
        )
    scaled = vectors / largest  # squares of very small or large numbers leave the range
    unit = scaled / scaled.norm(dim=-1, keepdim=True)
    eps = torch.finfo(hidden.dtype).eps
    same = (vectors - unit).abs() <= eps  # a unit vector keeps its bits
    return torch.where(same.all(-1, keepdim=True), vectors, unit).to(hidden)


def backward(trajectory: Trajectory, loss: Loss, direction: Tensor) -> Backward:
    """Rerun the cell with an autograd graph and back-propagate the loss.

    Does not write the parameters' ``.grad`` and draws no random numbers. Gradients
    below the dtype's range are 0, as they are in training.

    Args:
        trajectory: its cell, inputs and s_0 are used.
        loss: of the sequences.
        direction: (…M, B, n), the loss's unit vectors.
    """
    refuse_autocast()
    with frozen(trajectory.cell), torch.enable_grad():
        inputs = trajectory.inputs.detach().clone().requires_grad_()
        start = tuple(s.detach().clone().requires_grad_() for s in trajectory.start)
        run = _HookedRun(trajectory, inputs, start)
        losses = loss(run.outputs, direction)
        total = losses.sum()
        if total.requires_grad:
            total.backward()
    return Backward(*run.gradients(), losses.detach())


class _HookedRun:
    """A forward pass with hooks on states, their aliases and the products.

    Between two steps every state is replaced by an alias (``view_as``): the gradient
    that reaches the alias came through the next step only, so it is dL/ds_t with the
    other states of step t held. The loss reads an alias of the output state, whose
    gradient is added to that.
    """

    def __init__(
        self, trajectory: Trajectory, inputs: Tensor, start: tuple[Tensor, ...]
    ) -> None:
        cell, state = trajectory.cell, start
        self.output_state = cell.output_state
        self.outputs: list[Tensor] = []
        self.graph = [[_GradientHook(s) for s in start]]
        self.from_next_step: list[list[_GradientHook]] = []
        self.from_loss: list[_GradientHook] = []
        self.recurrent: list[tuple[RecurrentProduct, ...]] = []
        self.deltas: list[list[_GradientHook]] = []
        for x in inputs:
            step = cell.step(x, self._alias(state))
            state = step.state
            self.graph.append([_GradientHook(s) for s in state])
            output = state[cell.output_state].view_as(state[cell.output_state])
            self.outputs.append(output)
            self.from_loss.append(_GradientHook(output))
            self.recurrent.append(step.recurrent)
            self.deltas.append([_GradientHook(r.product) for r in step.recurrent])

    def gradients(self) -> tuple[tuple, tuple, tuple]:
        """Return ``graph``, ``state`` and ``factors`` of :class:`Backward`."""
        graph = _by_state([[hook.gradient for hook in hooks] for hooks in self.graph])
        from_next = [[hook.gradient for hook in hooks] for hooks in self.from_next_step]
        from_next.append([torch.zeros_like(hook.like) for hook in self.graph[-1]])
        for t, hook in enumerate(self.from_loss, start=1):
            gradients = from_next[t]
            gradients[self.output_state] = gradients[self.output_state] + hook.gradient
        factors = tuple(
            GradientFactors(
                product.rows,
                torch.stack([hooks[k].gradient for hooks in self.deltas]),
                torch.stack([step[k].operand.detach() for step in self.recurrent]),
            )
            for k, product in enumerate(self.recurrent[0])
        )
        return graph, _by_state(from_next), factors

    def _alias(self, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        aliases = tuple(s.view_as(s) for s in state)
        self.from_next_step.append([_GradientHook(s) for s in aliases])
        return aliases


def _by_state(rows: list[list[Tensor]]) -> tuple[Tensor, ...]:
    """Stack rows of one tensor per state along time, state by state."""
    return tuple(torch.stack(column) for column in zip(*rows, strict=True))
