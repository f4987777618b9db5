"""A cell with the parameters of PyTorch's recurrent cells."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from gradlab.arguments import flag, whole_number
from gradlab.cells._dtypes import computed_dtype
from gradlab.cells.base import Cell
from gradlab.numerics.batch_invariant import linear


class TorchCell(Cell):
    """A cell with ``weight_ih (G H, I)``, ``weight_hh (G H, n)`` and two biases (G H).

    G is the number of gate blocks (``gate_names``, or one), n the width of the first
    state unless given. With ``bias=False`` both biases are None. Where inputs alone set
    the gates (``recurrent_width=0``) there are ``weight_ih`` and ``bias_ih`` only.
    ``load_state_dict`` reads the names of ``torch.nn``'s cells and of its modules of
    one layer (``weight_ih_l0``). A subclass with parameters of its own adds them with
    ``_add_parameter`` and calls :meth:`reset_parameters` when all are there.

    Args:
        input_size: I.
        hidden_size: H.
        bias: whether there are biases.
        dtype: of the parameters.
        recurrent_width: n, how many numbers ``weight_hh`` multiplies.
    """

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
        recurrent_width: int | None = None,
    ) -> None:
        input_size = whole_number("input_size", input_size, 1, try_="3")
        hidden_size = whole_number("hidden_size", hidden_size, 1, try_="64")
        super().__init__(input_size, hidden_size)
        rows = hidden_size * max(1, len(self.gate_names))
        self._add_parameter("weight_ih", rows, input_size, dtype=dtype)
        width = self.state_sizes[0] if recurrent_width is None else recurrent_width
        if width:
            self._add_parameter("weight_hh", rows, width, dtype=dtype)
        for name in ("bias_ih", "bias_hh"):
            if flag("bias", bias) and (width or name == "bias_ih"):
                self._add_parameter(name, rows, dtype=dtype)
            else:
                self.register_parameter(name, None)
        self._register_load_state_dict_pre_hook(_from_torch_names)

    @property
    def ensemble_shape(self) -> tuple[int, ...]:
        return tuple(self.weight_ih.shape[:-2])

    def reset_parameters(self) -> None:
        """Draw every parameter from U(-1/sqrt H, 1/sqrt H), as PyTorch does."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.input_size}, {self.hidden_size}"

    def _add_parameter(self, name: str, *shape: int, dtype: torch.dtype | None) -> None:
        chosen = None if dtype is None else computed_dtype(dtype)
        setattr(self, name, nn.Parameter(torch.empty(*shape, dtype=chosen)))

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


def _from_torch_names(state: dict[str, Any], prefix: str, *more: Any) -> None:
    """Name a one-layer module's ``weight_ih_l0`` as a cell does, ``weight_ih``."""
    for key in [key for key in state if key.startswith(prefix)]:
        name = key.removeprefix(prefix).removesuffix("_l0")
        if prefix + name != key and "." not in name:
            state[prefix + name] = state.pop(key)


def as_row(vector: Tensor) -> Tensor:
    """Return (…, n) as (…, 1, n), to be multiplied with each row of (…, rows, n)."""
    return vector.unsqueeze(-2)
