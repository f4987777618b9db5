"""What every step contributes to the loss's gradient by each parameter.

dL/dW = sum over t of G_t, with G_t = (ds_t/dW)^T dL/ds_t: the derivative of one step
by its parameters, s_{t-1} held, and the gradient that reached s_t in a real backward
pass. Any cell and any parameter, by autograd through one step at a time, so that no
graph of many steps is held.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from gradlab.cells.base import Cell, Step
from gradlab.trajectory import Trajectory


Gradients = dict[str, Tensor]


class StepGradients:
    """The G_t of a trajectory, step by step.

    Args:
        trajectory: its cell, inputs and states are used.
        by_state: dL/ds_t with the other states of step t held fixed, (T + 1, …M, B, n)
            per state (:attr:`gradlab.bptt.backward.Backward.state`).
        names: of parameters; all by default.
    """

    def __init__(
        self,
        trajectory: Trajectory,
        by_state: tuple[Tensor, ...],
        names: tuple[str, ...] | None = None,
    ) -> None:
        self.trajectory, self.cell = trajectory, trajectory.cell
        parameters = dict(self.cell.named_parameters())
        self.names = tuple(parameters) if names is None else names
        self._parameters = {name: p.detach() for name, p in parameters.items()}
        self._by_state = by_state
        self._stepper = _CallableStep(self.cell)

    def __iter__(self) -> Iterator[Gradients]:
        """Yield G_1 .. G_T as :meth:`at` returns them."""
        for t in range(1, self.trajectory.length + 1):
            yield self.at(t)

    def at(self, t: int) -> Gradients:
        """Return G_t by name, (N, *shape) each, N counting all sequences."""
        together = self.cell.supports_ensembles
        return self._together(t) if together else self._singly(t)

    def _together(self, t: int) -> Gradients:
        """Take the step with each sequence as a member that has weights of its own."""
        inputs, before, _ = self.trajectory.step_at(t)
        return self._gradients(
            _rows(inputs),
            tuple(map(_rows, before)),
            tuple(_rows(gradient[t]) for gradient in self._by_state),
            {name: self._for_each_sequence(p) for name, p in self._parameters.items()},
        )

    def _singly(self, t: int) -> Gradients:
        inputs, before, _ = self.trajectory.step_at(t)
        found = [
            self._gradients(
                inputs[b : b + 1],
                tuple(state[b : b + 1] for state in before),
                tuple(gradient[t, b : b + 1] for gradient in self._by_state),
                self._parameters,
            )
            for b in range(len(inputs))
        ]
        return {name: torch.stack([of[name] for of in found]) for name in self.names}

    def _for_each_sequence(self, parameter: Tensor) -> Tensor:
        """Return a parameter, (…M, *shape), once for each sequence, (N, *shape)."""
        *members, sequences = self.trajectory.batch_shape
        if members:
            return parameter.repeat_interleave(sequences, 0)
        return parameter.expand(sequences, *parameter.shape)

    def _gradients(
        self,
        inputs: Tensor,
        before: tuple[Tensor, ...],
        reached: tuple[Tensor, ...],
        parameters: Gradients,
    ) -> Gradients:
        """Return the gradients by parameters of one step."""
        every = {
            name: p.detach().requires_grad_(name in self.names)
            for name, p in parameters.items()
        }
        leaves = {name: every[name] for name in self.names}
        with torch.enable_grad():
            named = {f"cell.{name}": leaf for name, leaf in every.items()}
            step = torch.func.functional_call(self._stepper, named, (inputs, before))
        used = [
            (state, gradient)
            for state, gradient in zip(step.state, reached, strict=True)
            if state.requires_grad
        ]
        found: tuple[Tensor | None, ...] = (None,) * len(leaves)
        if used:
            states, gradients = zip(*used, strict=True)
            found = torch.autograd.grad(
                states, list(leaves.values()), gradients, allow_unused=True
            )
        return {
            name: torch.zeros_like(leaf) if one is None else one
            for (name, leaf), one in zip(leaves.items(), found, strict=True)
        }


class _CallableStep(nn.Module):
    """A cell's step as ``forward``, for ``functional_call``."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, inputs: Tensor, state: tuple[Tensor, ...]) -> Step:
        return self.cell.step(inputs, state)


def _rows(values: Tensor) -> Tensor:
    """Return (…M, B, n) as (N, 1, n)."""
    return values.reshape(-1, 1, values.shape[-1])
