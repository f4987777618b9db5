"""A cell with the parameters of PyTorch's recurrent cells."""

import math

import torch
from torch import Tensor, nn

from gradlab.cells.base import Cell
from gradlab.errors import ConfigError
from gradlab.numerics.batch_invariant import linear


class TorchCell(Cell):
    """A cell with ``weight_ih (G H, I)``, ``weight_hh (G H, n)`` and two biases (G H).

    G is the number of gate blocks (``gate_names``, or one). With ``bias=False`` both
    biases are None. A subclass with parameters of its own adds them with
    ``_add_parameter`` and calls :meth:`reset_parameters` when all are there.

    Args:
        input_size: I.
        hidden_size: H.
        bias: whether there are biases.
        dtype: of the parameters.
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
        self._add_parameter("weight_ih", rows, input_size, dtype=dtype)
        self._add_parameter("weight_hh", rows, self.state_sizes[0], dtype=dtype)
        for name in ("bias_ih", "bias_hh"):
            if bias:
                self._add_parameter(name, rows, dtype=dtype)
            else:
                self.register_parameter(name, None)

    def reset_parameters(self) -> None:
        """Draw every parameter from U(-1/sqrt H, 1/sqrt H), as PyTorch does."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.input_size}, {self.hidden_size}"

    def _add_parameter(self, name: str, *shape: int, dtype: torch.dtype | None) -> None:
        setattr(self, name, nn.Parameter(torch.empty(*shape, dtype=dtype)))

    def _input_term(self, inputs: Tensor) -> Tensor:
        """Return weight_ih x + bias_ih, (…, B, G H)."""
        product = linear(inputs, self.weight_ih)
        return product if self.bias_ih is None else product + as_row(self.bias_ih)

    def _pre_activations(self, inputs: Tensor, product: Tensor) -> Tensor:
        """Return weight_ih x + product + both biases, (…, B, G H)."""
        total = linear(inputs, self.weight_ih) + product
        if self.bias_ih is None or self.bias_hh is None:
            return total
        return total + as_row(self.bias_ih + self.bias_hh)


def as_row(vector: Tensor) -> Tensor:
    """Return (…, n) as (…, 1, n), to be multiplied with each row of (…, rows, n)."""
    return vector.unsqueeze(-2)


def _positive(what: str, size: int) -> int:
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        raise ConfigError(
            got=f"{what} {size!r}", expected="a whole number, 1 or larger", try_="64"
        )
    return size
