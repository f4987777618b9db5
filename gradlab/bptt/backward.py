"""Hooks on a real ``loss.backward()``."""

from dataclasses import dataclass

import torch
from torch import Tensor

from gradlab.cells.base import Recurrent
from gradlab.losses.base import Loss
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class Backward:
    """What arrived where in one backward pass, each sequence for itself.

    Attributes:
        loss: (…M, B), the losses; the pass started from their sum.
        graph: dL/ds_t with everything computed from s_t following it, which is what
            ``retain_grad`` gives; per state, (T + 1, …M, B, n).
        state: dL/ds_t with the other states of that step held, the coordinate of the
            state Jacobian. It differs from ``graph`` where one state is computed from
            another, as the LSTM's h_t from c_t.
        uses: of ``weight_hh``, in the order of the cell's; ``product`` holds delta_t,
            the gradient that reached the product, (T, …M, B, rows). Empty where the
            cell does not name its uses.
    """

    loss: Tensor
    graph: tuple[Tensor, ...]
    state: tuple[Tensor, ...]
    uses: tuple[Recurrent, ...]


class _Hook:
    """Keeps the gradient that reaches a tensor; zeros where none does."""

    def __init__(self, tensor: Tensor) -> None:
        self.like = tensor.detach()
        self.caught: Tensor | None = None
        if tensor.requires_grad:
            tensor.register_hook(self._catch)

    def _catch(self, gradient: Tensor) -> None:
        self.caught = gradient

    @property
    def gradient(self) -> Tensor:
        return torch.zeros_like(self.like) if self.caught is None else self.caught


def backward(trajectory: Trajectory, loss: Loss, direction: Tensor) -> Backward:
    """Run the trajectory again with a graph and its loss backward, hooks in place.

    Args:
        trajectory: only its cell, inputs and first state are used.
        loss: of the sequences.
        direction: (…M, B, n), the loss's unit vectors.

    Parameters keep their ``.grad`` (none is written), and no random number is drawn.
    Gradients below the dtype's range are 0 here as they are in training.
    """
    with torch.enable_grad():
        inputs = trajectory.inputs.detach().clone().requires_grad_()
        start = tuple(s.detach().clone().requires_grad_() for s in trajectory.start)
        watched = _Watched(trajectory, inputs, start)
        losses = loss(watched.outputs, direction)
        total = losses.sum()
    if total.requires_grad:
        total.backward(inputs=[*start, inputs])
    return Backward(losses.detach(), *watched.gradients())


class _Watched:
    """A forward pass with a hook wherever a gradient is asked for.

    Between two steps every state goes through an alias: what arrives there came through
    the next step alone. The loss has an alias of its own of the state read out.
    """

    def __init__(
        self, trajectory: Trajectory, inputs: Tensor, start: tuple[Tensor, ...]
    ) -> None:
        cell, state = trajectory.cell, start
        self.output_state = cell.output_state
        self.outputs: list[Tensor] = []
        self.graph = [[_Hook(s) for s in start]]
        self.onward: list[list[_Hook]] = []
        self.to_loss: list[_Hook] = []
        self.recurrent: list[tuple[Recurrent, ...]] = []
        self.deltas: list[list[_Hook]] = []
        for x in inputs:
            step = cell.step(x, self._alias(state))
            state = step.state
            self.graph.append([_Hook(s) for s in state])
            output = state[cell.output_state].view_as(state[cell.output_state])
            self.outputs.append(output)
            self.to_loss.append(_Hook(output))
            self.recurrent.append(step.recurrent)
            self.deltas.append([_Hook(use.product) for use in step.recurrent])

    def gradients(self) -> tuple[tuple, tuple, tuple]:
        """Return graph and state gradients and the uses, time first."""
        graph = _by_state([[hook.gradient for hook in hooks] for hooks in self.graph])
        onward = [[hook.gradient for hook in hooks] for hooks in self.onward]
        onward.append([torch.zeros_like(hook.like) for hook in self.graph[-1]])
        for t, hook in enumerate(self.to_loss, start=1):
            onward[t][self.output_state] = onward[t][self.output_state] + hook.gradient
        uses = tuple(
            Recurrent(
                use.rows,
                torch.stack([uses[k].operand.detach() for uses in self.recurrent]),
                torch.stack([hooks[k].gradient for hooks in self.deltas]),
            )
            for k, use in enumerate(self.recurrent[0])
        )
        return graph, _by_state(onward), uses

    def _alias(self, state: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        aliases = tuple(s.view_as(s) for s in state)
        self.onward.append([_Hook(s) for s in aliases])
        return aliases


def _by_state(rows: list[list[Tensor]]) -> tuple[Tensor, ...]:
    return tuple(torch.stack(column) for column in zip(*rows, strict=True))
