"""The layers of a recurrent module as cells that share its parameters."""

from typing import Any

import torch
from torch import Tensor, nn

from gradlab.arguments import describe
from gradlab.cells._torch_modules import WEIGHTS, cell_like, kind_of
from gradlab.cells.base import Cell
from gradlab.errors import ConfigError


def tied_layers(module: nn.Module) -> dict[tuple[int, bool], Cell]:
    """Return a cell for each layer and direction, with the module's own parameters.

    They are the same objects: what is changed in place in a cell is changed in the
    module, and the gate blocks of both are the same rows.

    Args:
        module: an ``nn.RNN``, ``nn.LSTM`` or ``nn.GRU`` of any layers and directions,
            a Cell of those, or a gradlab cell, whose own layers are returned.

    Returns:
        Cells by layer, from 1, and whether it reads backward in time.

    Raises:
        ConfigError: for any other module, an ensemble, and weights that are computed
            from others (parametrized, normed or pruned), without numbers (on the meta
            device) or made in ``torch.inference_mode``.

    >>> lstm = nn.LSTM(3, 5, num_layers=2, bidirectional=True)
    >>> layers = tied_layers(lstm)
    >>> list(layers)
    [(1, False), (1, True), (2, False), (2, True)]
    >>> layers[2, True].weight_hh is lstm.weight_hh_l1_reverse
    True
    """
    if isinstance(module, Cell):
        return _layers_of(module)
    kind, layers = kind_of(module), getattr(module, "num_layers", 0)
    if not layers:
        return {(1, False): _tied(kind, module, "")}
    directions = {False: "", True: "_reverse"} if module.bidirectional else {False: ""}
    return {
        (layer, reverse): _tied(kind, module, f"_l{layer - 1}{suffix}")
        for layer in range(1, int(layers) + 1)
        for reverse, suffix in directions.items()
    }


def _layers_of(cell: Cell) -> dict[tuple[int, bool], Cell]:
    if cell.ensemble_shape:
        raise ConfigError(
            got=f"module = {describe(cell)} that is an ensemble",
            expected="one network",
            try_="gradlab.cells.select_members(cell, [0])",
        )
    for layer in cell.layer_cells:
        _refuse_fixed(layer, "")
    return {(k, False): layer for k, layer in enumerate(cell.layer_cells, start=1)}


def _tied(kind: Any, module: Any, suffix: str) -> Cell:
    _refuse_fixed(module, suffix)
    found = {name: getattr(module, f"{name}{suffix}", None) for name in WEIGHTS}
    weights = {name: value for name, value in found.items() if value is not None}
    with torch.device("meta"):  # neither memory nor random numbers for what is replaced
        cell = cell_like(kind, module, weights["weight_ih"].shape[1])
    for name, parameter in weights.items():
        setattr(cell, name, parameter)
    return cell


def _refuse_fixed(module: Any, suffix: str) -> None:
    """Refuse a layer with weights that cannot be changed in place."""
    for name in (f"{weight}{suffix}" for weight in WEIGHTS):
        value = getattr(module, name, None)
        if not isinstance(value, Tensor):
            continue
        if not isinstance(value, nn.Parameter):
            why = "is no parameter: it is computed from others"
            try_ = "the change before weight_norm, another parametrization or pruning"
        elif value.is_meta:
            why = "is on the meta device, without numbers"
            try_ = 'module.to_empty(device="cpu").reset_parameters() before'
        elif value.is_inference():
            why, try_ = "was made in torch.inference_mode", "torch.no_grad instead"
        else:
            continue
        expected = "weights that are parameters, to be changed in place"
        raise ConfigError(got=f"{name} that {why}", expected=expected, try_=try_)
