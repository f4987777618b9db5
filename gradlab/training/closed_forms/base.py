"""Backpropagation through time of many networks of one shape, by closed forms.

Autograd records an operation of a few microseconds, and the networks of a sweep are
small: what training costs is the number of calls. Here a step is one product of
matrices and a few elementwise calls for all networks together, derivatives of gates are
computed for all steps at once, and each weight's gradient is one product at the end.

Bits do not depend on the other members (:mod:`gradlab.numerics.batch_invariant` says
what would break that): transcendental functions run over rows of one gate or over
buffers padded to whole vectors, products are batched, their batch is never one, and
networks are padded to a multiple of 8 units, whose weights are zero: some processors
multiply a matrix that does not start at a whole vector by other code.

Shapes: T steps, M members, B sequences, H units, I features, G rows of ``weight_hh``.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import embedding, pad

from gradlab.numerics.batch_invariant import linear


WHOLE = 64
"""A multiple of every vector width, in elements."""

UNITS = 8
"""Networks have a multiple of so many units, padded if need be."""


class ClosedForm(ABC):
    """The recurrent part of M networks, M > 1: forward, and back.

    Args:
        parameters: by name, (M, …).
        gradients: tensors of the same shapes, which :meth:`backward` writes.
        activation: of the cell, where it can be chosen.
    """

    def __init__(
        self,
        parameters: Mapping[str, Tensor],
        gradients: Mapping[str, Tensor],
        activation: Any,
    ) -> None:
        self.activation = activation
        self._inputs = torch.empty(0)
        self._given, self._wanted = parameters, gradients
        self._width = parameters["weight_hh"].shape[-1]
        self._missing = -self._width % UNITS
        self.parameters = self._padded(parameters)
        self.gradients = self._padded(gradients)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return h_1 .. h_T, (T, M, B, H); keep what :meth:`backward` needs.

        Args:
            inputs: (T, M, B) symbols, read one-hot; or (T, M, B, I).
        """
        self._inputs = inputs
        for name, own in self._own(self.parameters).items():
            own.copy_(self._by_gate(self._given[name]))
        hidden = self._run(self._input_term(inputs))
        return hidden[..., : self._width].contiguous() if self._missing else hidden

    def backward(self, steps: Sequence[int], gradient: Tensor) -> None:
        """Write the gradients of the parameters.

        Args:
            steps: places in 0 .. T - 1 of the states that have a gradient.
            gradient: of the loss by these states, (len(steps), M, B, H).
        """
        gradient = pad(gradient, (0, self._missing)) if self._missing else gradient
        by_step = dict(zip(steps, gradient, strict=True))
        to_input, to_product, operand = self._run_back(by_step)
        self._write("hh", to_product, operand)
        if self._inputs.ndim == 3:
            self._write_look_up(to_input)
        else:
            self._write("ih", to_input, self._inputs)
        for name, own in self._own(self.gradients).items():
            self._by_gate(self._wanted[name]).copy_(own)

    def _padded(self, tensors: Mapping[str, Tensor]) -> Mapping[str, Tensor]:
        """Return tensors with as many units more as are missing, of zeros."""
        if not self._missing:
            return tensors
        padded = {}
        for name, values in tensors.items():
            members, rows, *columns = values.shape
            if name == "weight_hh":
                columns = [columns[0] + self._missing]
            gates = rows // self._width
            padded[name] = values.new_zeros(
                members, rows + gates * self._missing, *columns
            )
        return padded

    def _own(self, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the part without padding, (M, gates, H, …); nothing without any."""
        if not self._missing:
            return {}
        width = self._width
        return {
            name: values.unflatten(1, (-1, width + self._missing))[
                (slice(None), slice(None), slice(width))
                + (name == "weight_hh") * (slice(width),)
            ]
            for name, values in tensors.items()
        }

    def _by_gate(self, values: Tensor) -> Tensor:
        """Return (M, gates H, …) as (M, gates, H, …)."""
        return values.unflatten(1, (-1, self._width))

    @abstractmethod
    def _run(self, input_term: Tensor) -> Tensor:
        """Return h_1 .. h_T; ``input_term`` is weight_ih x + bias_ih, (T, M, B, G)."""

    @abstractmethod
    def _run_back(self, by_step: Mapping[int, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Return the gradients by the two products, and what weight_hh multiplied.

        They are (T, M, B, G) by weight_ih x + bias_ih, the same by weight_hh h +
        bias_hh, and h_0 .. h_{T-1}.
        """

    def _input_term(self, inputs: Tensor) -> Tensor:
        weight, bias = self.parameters["weight_ih"], self.parameters.get("bias_ih")
        if inputs.ndim == 3:
            rows = weight.mT.flatten(0, 1)  # of every member's symbols
            term = embedding(self._rows(inputs), rows)
        else:
            term = linear(inputs, weight)
        return term if bias is None else term + bias.unsqueeze(-2)

    def _rows(self, symbols: Tensor) -> Tensor:
        """Return symbols (T, M, B) as rows of all members' look-up tables."""
        members, features = self.parameters["weight_ih"].shape[::2]
        first = torch.arange(members, device=symbols.device) * features
        return symbols + first[:, None]

    def _write_look_up(self, to_input: Tensor) -> None:
        weight = self.gradients["weight_ih"]
        members, rows, features = weight.shape
        table = to_input.new_zeros(members * features, rows)
        table.index_add_(0, self._rows(self._inputs).flatten(), to_input.flatten(0, -2))
        weight.copy_(table.unflatten(0, (members, features)).mT)
        if "bias_ih" in self.gradients:
            of_member = _by_member(to_input)
            ones = of_member.new_ones(*of_member.shape[:2], 1)
            self.gradients["bias_ih"].copy_(torch.bmm(of_member.mT, ones)[..., 0])

    def _write(self, which: str, gradient: Tensor, operand: Tensor) -> None:
        """Write the gradient of a weight and its bias: one sum over steps and batch."""
        of_member, by = _by_member(gradient), _by_member(operand)
        by = torch.cat([by, by.new_ones(*by.shape[:2], 1)], -1)
        product = torch.bmm(of_member.mT, by)
        self.gradients[f"weight_{which}"].copy_(product[..., :-1])
        if f"bias_{which}" in self.gradients:
            self.gradients[f"bias_{which}"].copy_(product[..., -1])


def _by_member(values: Tensor) -> Tensor:
    """Return (T, M, B, n) as (M, T B, n)."""
    return values.transpose(0, 1).flatten(1, 2)


def whole_vectors(like: Tensor, steps: int, *shape: int) -> tuple[Tensor, Tensor]:
    """Return ``steps`` buffers of whole vectors, and their view (steps, *shape)."""
    size = torch.Size(shape).numel()
    flat = like.new_zeros(steps, size + -size % WHOLE)
    return flat, flat[:, :size].unflatten(1, shape)
