"""Build a cell from a spec, and an ensemble from many cells."""

import copy
import inspect
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from gradlab import catalog
from gradlab.activations.base import Activation, as_activation
from gradlab.arguments import flag, text, whole_number
from gradlab.cells._dtypes import computed_dtype
from gradlab.cells._multi_layer import MultiLayerCell
from gradlab.cells._spec import is_activation, parse
from gradlab.cells.base import Cell
from gradlab.errors import ConfigError, ShapeError


def build(
    spec: str,
    input_size: int,
    hidden_size: int,
    *,
    activation: Activation | str | None = None,
    dtype: torch.dtype | str | None = None,
    bias: bool = True,
    seed: int = 0,
) -> Cell:
    """Build the cell a spec such as ``lstm:peephole`` names.

    Args:
        spec: name and options; with ``layers=2`` a
            :class:`gradlab.cells.MultiLayerCell` of two such cells.
        input_size: I.
        hidden_size: H.
        activation: replaces the cell's own unless None; an activation or its name.
        dtype: of the parameters, float32 or float64, or its name; of half precision,
            which a warning says, the cell is in float32.
        bias: whether the cell has biases.
        seed: of the constructor's draws from torch's generator, whose state is
            restored (``initialize_`` draws the weights of a sweep).

    Raises:
        UnknownNameError, ConfigError: for an invalid spec or value.
    """
    name, options = parse(text("spec", spec, try_='gradlab.build("lstm", 3, 5)'))
    sizes = [
        whole_number("input_size", input_size, 1, try_="3"),
        whole_number("hidden_size", hidden_size, 1, try_="64"),
    ]
    activation = None if activation is None else as_activation(activation)
    dtype = None if dtype is None else computed_dtype(dtype)
    flag("bias", bias)
    seed = whole_number("seed", seed, 0, 2**63 - 1, try_="0")
    leaf: type[Cell] = catalog.get("cells", name)
    layers = 1 if "layers" in leaf.options else options.pop("layers", 1)
    arguments: dict[str, Any] = {
        key: _option_value(value, leaf.options[key]) for key, value in options.items()
    }
    common = _accepted(leaf, name, activation=activation, bias=bias, dtype=dtype)
    arguments.update(common)
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        cell = leaf(*sizes, **arguments)
        if layers > 1:
            width = cell.state_sizes[cell.output_state]
            above = [leaf(width, sizes[1], **arguments) for _ in range(layers - 1)]
            cell = MultiLayerCell([cell, *above])
    return cell.to(dtype) if dtype is not None else cell


def ensemble(cells: Sequence[Cell]) -> Cell:
    """Return one cell whose parameters are those of ``cells`` along a leading axis M.

    Inputs and states then have an axis M before B. Each member's numbers are the same
    bits as alone.

    Args:
        cells: M cells of one class and one size.

    Raises:
        ConfigError: for cells that do not support ensembles.
        ShapeError: for cells of several classes or sizes.
    """
    first = cells[0]
    if not first.supports_ensembles:
        raise ConfigError(
            got=f"an ensemble of {first.name!r} cells",
            expected="a cell with supports_ensembles = True",
            try_="each cell alone",
        )
    shapes = {name: p.shape for name, p in first.named_parameters()}
    for cell in cells:
        if type(cell) is not type(first) or shapes != {
            name: p.shape for name, p in cell.named_parameters()
        }:
            raise ShapeError(
                got=f"{cell} and {first}",
                expected="cells of one class and one size",
                try_="an ensemble for each class and size",
            )
    together = copy.deepcopy(first)
    for name, parameter in first.named_parameters():
        rows = torch.stack([cell.get_parameter(name).detach() for cell in cells])
        set_parameter(together, name, nn.Parameter(rows, parameter.requires_grad))
    return together


def set_parameter(module: nn.Module, name: str, parameter: nn.Parameter) -> None:
    """Set a parameter by its dotted name."""
    place, _, last = name.rpartition(".")
    setattr(module.get_submodule(place), last, parameter)


def select_members(cell: Cell, members: torch.Tensor) -> Cell:
    """Return the ensemble of some members of ``cell``, by their indices ``members``."""
    selected = copy.deepcopy(cell)
    for module in selected.modules():
        for name, parameter in module.named_parameters(recurse=False):
            rows = nn.Parameter(parameter.detach()[members], parameter.requires_grad)
            setattr(module, name, rows)
    return selected


def _option_value(value: Any, default: Any) -> Any:
    """Return the activation that an option's value names; else the value itself."""
    if isinstance(value, str) and is_activation(default):
        return catalog.get("activations", value)()
    return value


def _accepted(
    leaf: type[Cell], name: str, *, activation: Any, bias: bool, dtype: Any
) -> dict[str, Any]:
    """Return those of the common arguments that a constructor takes.

    A user's cell may take sizes only.

    Raises:
        ConfigError: for an activation or ``bias=False`` that it does not take.
    """
    parameters = inspect.signature(leaf).parameters
    open_ended = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    given = {"activation": activation, "bias": bias, "dtype": dtype}
    taken = {k: v for k, v in given.items() if open_ended or k in parameters}
    for key, plain in (("activation", None), ("bias", True)):
        if key not in taken and given[key] is not plain:
            raise ConfigError(
                got=f"{key} {given[key]!r} for cell {name!r}",
                expected=f"a cell whose constructor takes {key}",
                try_=f"without {key}",
            )
    if taken.get("activation", 0) is None:
        del taken["activation"]
    return taken
