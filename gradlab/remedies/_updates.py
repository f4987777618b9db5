"""Updates of a layer's own weights that minimise a penalty, before any training."""

import copy
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from gradlab.cells import Cell
from gradlab.errors import ConfigError


Penalty = Callable[[Cell, Tensor, np.random.Generator], Tensor]
"""A scalar of a cell, of inputs (T, B, I), and of draws that never change."""


def minimise_(
    layer: Cell,
    penalty: Penalty,
    *,
    steps: int,
    sequences: int,
    updates: int,
    learning_rate: float,
    draws: Callable[[], np.random.Generator],
) -> None:
    """Let Adam minimise a penalty of a layer's weights, in place.

    A copy in float64 is updated and its numbers are written back, so that ``.grad``,
    ``requires_grad`` and dtype of the layer stay. Inputs are Gaussian of unit variance,
    the same at every update.

    Raises:
        ConfigError: the penalty is not finite, or a step has no derivative of the kind
            needed; the layer is then as it was.
    """
    working = copy.deepcopy(layer).double().cpu().requires_grad_(True)
    optimizer = torch.optim.Adam(working.parameters(), lr=learning_rate)
    shape = (steps, sequences, layer.input_size)
    inputs = torch.from_numpy(draws().standard_normal(shape))
    with torch.enable_grad():
        for _ in range(updates):
            value = _value(working, penalty, inputs, draws())
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
        _value(working, penalty, inputs, draws())
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            parameter.copy_(working.get_parameter(name))


def _value(
    cell: Cell, penalty: Penalty, inputs: Tensor, generator: np.random.Generator
) -> Tensor:
    try:
        value = penalty(cell, inputs, generator)
    except (NotImplementedError, RuntimeError) as error:
        raise ConfigError(
            got=f"a step of {type(cell).__name__} without second derivatives: {error}",
            expected="a step of which autograd can differentiate the derivative",
            try_="another remedy: gradlab list remedies",
        ) from error
    if not value.isfinite():
        raise ConfigError(
            got=f"a penalty that is {value.item():g}",
            expected="a finite one at every update",
            try_="a smaller learning_rate, or fewer steps",
        )
    return value
