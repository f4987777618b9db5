"""Parameters named and laid out as PyTorch's recurrent cells have them."""

import math

import torch
from torch import Tensor, nn

from gradlab.cells.base import Cell
from gradlab.errors import ConfigError
from gradlab.numerics.batch_invariant import linear


class TorchLayout(Cell):
    """A cell with ``weight_ih (G H, I)``, ``weight_hh (G H, n)`` and two biases.

    G is the number of gate blocks (``gate_names``, or one). With ``bias=False`` both
    biases are None. :meth:`reset_parameters` draws as PyTorch does.
    """

    supports_ensembles = True
    weight_ih: nn.Parameter
    weight_hh: nn.Parameter
    bias_ih: nn.Parameter | None
    bias_hh: nn.Parameter | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        bias: bool,
        dtype: torch.dtype | None,
    ) -> None:
        super().__init__(_positive("input_size", input_size), hidden_size)
        _positive("hidden_size", hidden_size)
        rows = hidden_size * max(1, len(self.gate_names))
        self._parameter("weight_ih", rows, input_size, dtype=dtype)
        self._parameter("weight_hh", rows, self.state_sizes[0], dtype=dtype)
        for name in ("bias_ih", "bias_hh"):
            if bias:
                self._parameter(name, rows, dtype=dtype)
            else:
                self.register_parameter(name, None)

    def reset_parameters(self) -> None:
        """Draw every parameter from U(-1/sqrt H, 1/sqrt H) by torch's generator."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.input_size}, {self.hidden_size}"

    def _parameter(self, name: str, *shape: int, dtype: torch.dtype | None) -> None:
        setattr(self, name, nn.Parameter(torch.empty(*shape, dtype=dtype)))

    def _inputs(self, inputs: Tensor) -> Tensor:
        """Return weight_ih x + bias_ih, (…, B, G H)."""
        product = linear(inputs, self.weight_ih)
        return product if self.bias_ih is None else product + row(self.bias_ih)

    def _affine(self, inputs: Tensor, product: Tensor) -> Tensor:
        """Return weight_ih x + product + both biases, (…, B, G H)."""
        total = linear(inputs, self.weight_ih) + product
        if self.bias_ih is None or self.bias_hh is None:
            return total
        return total + row(self.bias_ih + self.bias_hh)


def row(vector: Tensor) -> Tensor:
    """Return a (…M, n) parameter as (…M, 1, n), one row for the whole batch."""
    return vector.unsqueeze(-2)


def _positive(what: str, size: int) -> int:
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ConfigError(
            got=f"{what} {size!r}", expected="a whole number, 1 or larger", try_="64"
        )
    return size
