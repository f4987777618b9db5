"""The recurrent part of networks that are trained: three ways to go forward and back.

Many small networks take closed forms, all of them at once; a wide one PyTorch's own
module, whose kernels then are faster; any other cell its steps and autograd. Which one
depends on a network's own kind and size, never on how many there are.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from gradlab import cells
from gradlab.cells import to_torch
from gradlab.cells.base import Cell
from gradlab.training.closed_forms import ClosedForm, closed_form_of


WIDE = 1024
"""Units times sequences of a batch from which PyTorch's module takes less time.

One update of a network by closed forms and by ``nn.LSTM``, one thread, float32, 50
steps: 0.23 and 1.5 ms at 8 units and 2 sequences, 1.2 and 2.1 at 64 and 2; at 64 and 50
(100 steps) 32 and 20 (``make ratios``).
"""


class Recurrence(Protocol):
    """M networks of one shape, run over a batch and back."""

    def forward(self, inputs: Tensor) -> Tensor:
        """Return h_1 .. h_T, (T, M, B, H), without a graph.

        Args:
            inputs: (T, M, B) symbols, read one-hot; or (T, M, B, I).
        """

    def backward(self, steps: Sequence[int], gradient: Tensor) -> None:
        """Write the gradients of the parameters, after :meth:`forward`.

        Args:
            steps: places in 0 .. T - 1 of the states that have a gradient.
            gradient: of the loss by these states, (len(steps), M, B, H).
        """


def form_for(cell: Cell, batch: int) -> type[ClosedForm] | None:
    """Return the closed form by which networks are trained; None for another way."""
    return closed_form_of(cell) if cell.hidden_size * batch < WIDE else None


def recurrence_of(
    cell: Cell,
    parameters: Mapping[str, Tensor],
    gradients: Mapping[str, Tensor],
    batch: int,
) -> Recurrence:
    """Return the way networks are trained.

    Args:
        cell: any one of them.
        parameters: of all of them, (M, …) by name.
        gradients: of the same shapes.
        batch: sequences of an update.
    """
    form = form_for(cell, batch)
    if form is not None:
        return form(parameters, gradients, getattr(cell, "activation", None))
    if closed_form_of(cell) is not None and has_module(cell):
        return ByModules(cell, parameters, gradients)
    return BySteps(cell, parameters, gradients)


def has_module(cell: Cell) -> bool:
    """Return whether PyTorch has a module for an RNN's activation; else True."""
    activation = getattr(cell, "activation", None)
    return activation is None or activation.name in ("tanh", "relu")


class ByModules:
    """PyTorch's module for each network, one after the other."""

    def __init__(
        self,
        cell: Cell,
        parameters: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
    ) -> None:
        self._features = cell.input_size
        self._gradients = gradients
        members = len(next(iter(parameters.values())))
        self._modules = [to_torch(cell) for _ in range(members)]
        for place, module in enumerate(self._modules):
            for name in parameters:  # the module's parameters are rows of the matrix
                row = nn.Parameter(parameters[name][place])
                setattr(module, f"{name}_l0", row)
        self._hidden: list[Tensor] = []

    def forward(self, inputs: Tensor) -> Tensor:
        """Return h_1 .. h_T, as :class:`Recurrence` says."""
        dense = as_numbers(inputs, self._features, next(self._modules[0].parameters()))
        with torch.enable_grad():
            self._hidden = [
                module(of_member.transpose(0, 1))[0].transpose(0, 1)
                for module, of_member in zip(
                    self._modules, dense.unbind(1), strict=True
                )
            ]
        return torch.stack([hidden.detach() for hidden in self._hidden], 1)

    def backward(self, steps: Sequence[int], gradient: Tensor) -> None:
        """Write the gradients of the parameters."""
        for place, (module, hidden) in enumerate(
            zip(self._modules, self._hidden, strict=True)
        ):
            weights = [getattr(module, f"{name}_l0") for name in self._gradients]
            found = _gradients(hidden, steps, gradient[:, place], weights)
            for name, value in zip(self._gradients, found, strict=True):
                self._gradients[name][place] = value


class BySteps:
    """A cell's own steps and autograd; an ensemble where the cell supports that."""

    def __init__(
        self,
        cell: Cell,
        parameters: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
    ) -> None:
        self._features = cell.input_size
        self._gradients = gradients
        self._together = cell.supports_ensembles
        members = len(next(iter(parameters.values())))
        if self._together:
            self._cells = [cells.ensemble([cell] * members)]
        else:
            self._cells = [copy.deepcopy(cell) for _ in range(members)]
        for place, one in enumerate(self._cells):
            for name, value in parameters.items():
                rows = value if self._together else value[place]
                cells.set_parameter(one, name, nn.Parameter(rows))
        self._hidden: list[Tensor] = []

    def forward(self, inputs: Tensor) -> Tensor:
        """Return h_1 .. h_T, as :class:`Recurrence` says."""
        dense = as_numbers(inputs, self._features, next(self._cells[0].parameters()))
        of_cells = [dense] if self._together else dense.unbind(1)
        with torch.enable_grad():
            self._hidden = [
                _run(cell, part)
                for cell, part in zip(self._cells, of_cells, strict=True)
            ]
        found = [hidden.detach() for hidden in self._hidden]
        return found[0] if self._together else torch.stack(found, 1)

    def backward(self, steps: Sequence[int], gradient: Tensor) -> None:
        """Write the gradients of the parameters."""
        parts = [gradient] if self._together else gradient.unbind(1)
        for place, (cell, hidden, part) in enumerate(
            zip(self._cells, self._hidden, parts, strict=True)
        ):
            named = dict(cell.named_parameters())
            found = _gradients(hidden, steps, part, list(named.values()))
            for name, value in zip(named, found, strict=True):
                target = self._gradients[name]
                (target if self._together else target[place]).copy_(value)


def _gradients(
    hidden: Tensor, steps: Sequence[int], by_hidden: Tensor, weights: Sequence[Tensor]
) -> Sequence[Tensor]:
    """Return the gradients by ``weights``, given those by some of the states."""
    with torch.enable_grad():
        chosen = hidden[list(steps)]
    return torch.autograd.grad(chosen, weights, by_hidden, materialize_grads=True)


def _run(cell: Cell, inputs: Tensor) -> Tensor:
    """Return the output states of a cell's steps, (T, …, B, n)."""
    state = cell.initial_state(*inputs.shape[1:-1])
    outputs = []
    for x in inputs.unbind(0):
        state = cell.step(x, state).state
        outputs.append(state[cell.output_state])
    return torch.stack(outputs)


def as_numbers(inputs: Tensor, features: int, like: Tensor) -> Tensor:
    """Return inputs as numbers, (T, M, B, I): symbols one-hot."""
    if inputs.is_floating_point():
        return inputs
    return one_hot(inputs, features).to(like)
