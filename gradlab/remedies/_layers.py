"""The layers that a remedy changes, and whether a module has them."""

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from gradlab.arguments import describe
from gradlab.cells import Cell, tied_layers
from gradlab.errors import ConfigError


Layers = dict[tuple[int, bool], Cell]
"""Cells by layer, from 1, and whether it reads backward in time."""


def gated_layers(module: nn.Module) -> Layers:
    """Return a module's layers, each with a bias of its keep gate.

    Raises:
        ConfigError: there is no such gate, or it has no bias.
    """
    layers = tied_layers(module)
    for layer in layers.values():
        if layer.keep_gate is not None:
            continue
        without = getattr(layer, "bias_ih", layer) is None
        what = "bias" if without and layer.gate_names else "gate that keeps its state"
        raise ConfigError(
            got=f"module = {describe(module)} without a {what}",
            expected="an LSTM or a GRU with biases, or a cell with a keep gate",
            try_="gradlab.remedy.orthogonal_(module)"
            if what != "bias"
            else f"{type(module).__name__}(..., bias=True)",
        )
    return layers


def recurrent_layers(module: nn.Module) -> Layers:
    """Return a module's layers, each with a ``weight_hh``.

    Raises:
        ConfigError: a cell of one's own has none.
    """
    layers = tied_layers(module)
    for layer in layers.values():
        if not layer.recurrent_parameters:
            raise ConfigError(
                got=f"module = {describe(module)} without a weight_hh",
                expected="recurrent weights of that name",
                try_="torch.nn.init on its parameters",
            )
    return layers


def gate_blocks(layer: Cell) -> dict[str, Tensor]:
    """Return the gate blocks of a layer's ``weight_hh`` by name, views."""
    weight = layer.get_parameter("weight_hh")
    return {name: weight[rows] for name, rows in layer.weight_blocks.items()}


def has(layers_of: Callable[[Any], Layers], module: nn.Module) -> bool:
    """Return whether a module has the layers that a function returns or refuses."""
    try:
        layers_of(module)
    except ConfigError:
        return False
    return True
