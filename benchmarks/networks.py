"""A network as a user of PyTorch writes it: weights, and one step in plain torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gradlab.cells.base import Cell


State = tuple[Tensor, ...]


@dataclass(frozen=True)
class Network:
    """An RNN, GRU or LSTM in PyTorch's conventions.

    Attributes:
        kind: ``rnn``, ``gru`` or ``lstm``.
        weight_ih, weight_hh, bias_ih, bias_hh: as in ``torch.nn.LSTMCell``.
        phi: the RNN's activation; of candidate and output in the gated cells.
    """

    kind: str
    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor
    bias_hh: Tensor
    phi: Callable[[Tensor], Tensor] = torch.tanh

    @classmethod
    def of(cls, cell: Cell, phi: Callable[[Tensor], Tensor] = torch.tanh) -> Network:
        """Take the weights of one of gradlab's cells."""
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return cls(cell.name, *(cell.get_parameter(n).detach() for n in names), phi)

    @property
    def hidden(self) -> int:
        return self.weight_hh.shape[-1]

    def double(self) -> Network:
        weights = (self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
        return Network(self.kind, *(w.double() for w in weights), self.phi)

    def start(self, sequences: int) -> State:
        """Return s_0 = 0, one (B, H) per state."""
        count = 2 if self.kind == "lstm" else 1
        return tuple(
            self.weight_hh.new_zeros(sequences, self.hidden) for _ in range(count)
        )

    def driven(self, inputs: Tensor) -> Tensor:
        """Return what the inputs (T, B, I) bring to the gates, of all steps at once."""
        driven = inputs @ self.weight_ih.mT + self.bias_ih
        return driven if self.kind == "gru" else driven + self.bias_hh

    def step(self, driven: Tensor, state: State) -> State:
        """Advance one step; leading axes are free, so that vmap can take them away."""
        return getattr(self, f"_{self.kind}")(driven, *state)

    def _rnn(self, driven: Tensor, h: Tensor) -> State:
        return (self.phi(driven + h @ self.weight_hh.mT),)

    def _gru(self, driven: Tensor, h: Tensor) -> State:
        x_r, x_z, x_n = driven.chunk(3, -1)
        h_r, h_z, h_n = (h @ self.weight_hh.mT + self.bias_hh).chunk(3, -1)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = self.phi(x_n + r * h_n)
        return (n + z * (h - n),)

    def _lstm(self, driven: Tensor, h: Tensor, c: Tensor) -> State:
        i, f, g, o = (driven + h @ self.weight_hh.mT).chunk(4, -1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * self.phi(g)
        return torch.sigmoid(o) * self.phi(c), c
