"""Weights of a network from a file: a state_dict saved with ``torch.save``."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache

from torch import Tensor

from gradlab import cells
from gradlab.cells.base import Cell
from gradlab.errors import ConfigError, InputError
from gradlab.initializers._state_dict import fitting, read
from gradlab.inputs import read_weights
from gradlab.sweeps.points import Point


def check_weights(points: Iterable[Point]) -> None:
    """Load the weights of every kind of point once, before anything is computed.

    Raises:
        InputError: a file that holds no state_dict.
        ConfigError: weights that do not fit the cell or its sizes.
    """
    sizes = {(p.weights, p.cell, p.features, p.hidden): p for p in points if p.weights}
    for point in sizes.values():
        load_weights(_cell(point), point)


def has_biases(point: Point) -> bool:
    """Return whether a point's network has biases: not where its weights have none."""
    return any("bias" in name for name in _weights_of(point))


def load_weights(cell: Cell, point: Point) -> Cell:
    """Copy a point's weights into a cell; return the cell.

    Raises:
        ConfigError: they do not fit.
    """
    weights = _weights_of(point)
    try:
        cell.load_state_dict(dict(weights))
    except RuntimeError as error:
        raise _misfit(point, weights) from error
    return cell


def _cell(point: Point) -> Cell:
    return cells.build(point.cell, point.features, point.hidden, bias=has_biases(point))


def _misfit(point: Point, weights: Mapping[str, Tensor]) -> ConfigError:
    """Return the error for weights of other names or shapes than the cell's."""
    cell = point.cell.partition(":")[0]
    trained = point.task is not None
    return ConfigError(
        got=f"{point.weights} with {_shapes(weights)}",
        expected=f"those of {point.cell} with {point.features} features and "
        f"{point.hidden} hidden units: {_shapes(_cell(point).state_dict())}",
        try_=fitting(weights, str(point.weights), cell, task=trained),
    )


def _shapes(weights: Mapping[str, Tensor]) -> str:
    shapes = [f"{name} {tuple(weight.shape)}" for name, weight in weights.items()]
    more = f" and {len(shapes) - 8} more" if len(shapes) > 8 else ""
    return ", ".join(shapes[:8]) + more or "no weights"


def _weights_of(point: Point) -> Mapping[str, Tensor]:
    return _read(str(point.weights), str(point.weights_hash))


@lru_cache(maxsize=4)
def _read(file: str, sha256: str) -> Mapping[str, Tensor]:
    """Return the tensors in a file, by name.

    Raises:
        InputError: it holds something else, or has changed since the sweep began.
    """
    data = read_weights(file)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise InputError(
            got=f"{file}, which has changed since the sweep began",
            expected="the weights it began with",
            try_="the same command again",
        )
    return read(data, file)
