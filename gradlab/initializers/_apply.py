"""Draw a cell's parameters from named random streams."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from gradlab.initializers import _forget_bias
from gradlab.initializers.base import Initializer
from gradlab.initializers.default import Default
from gradlab.seeding import stream


if TYPE_CHECKING:
    from gradlab.cells.base import Cell

_BY_DEFAULT = ("weight_ih", "bias_ih", "bias_hh", "weight_peephole")
_DEFAULT = Default()
_CACHED_SIZE = 2**14
"""Largest parameter whose draw is cached: members of a group often share it."""


@dataclass(frozen=True)
class Streams:
    """The random streams of a layer, by name.

    The first layer has those of a single-layer cell.
    """

    seed: int
    layer: int

    def __call__(self, *names: str) -> np.random.Generator:
        """Return the random generator of a name."""
        above = () if self.layer == 1 else (f"l{self.layer}",)
        return stream(self.seed, *above, *names)


@torch.no_grad()
def initialize_(
    cell: "Cell",
    init: Initializer | None = None,
    *,
    gain: float = 1.0,
    forget_bias: str | float = "keep",
    seed: int = 0,
    length: int | None = None,
) -> "Cell":
    """Draw a cell's weights in place; return the cell.

    Each gate block of each parameter has its own stream, drawn in float64 and then
    cast: a weight depends on its seed, block and sizes, and on nothing else. ``init``
    draws the blocks of ``weight_hh``, which ``gain`` multiplies; ``weight_ih``,
    ``weight_hr``, ``weight_peephole`` and the biases take PyTorch's default,
    U(-1/sqrt H, 1/sqrt H), whatever ``init``. Parameters with other names (a user's)
    are left as the constructor set them. Each layer has streams of its own, which do
    not depend on how many layers there are.

    Args:
        cell: one cell, not an ensemble.
        init: PyTorch's default when left out.
        gain: factor of ``weight_hh``.
        forget_bias: ``keep`` leaves the draw; a number, ``chrono`` (Tmax = length) or
            ``chrono:T`` set the bias of the keep gate: its block of ``bias_ih`` to the
            value (negated if a high gate replaces the carry), of ``bias_hh`` to 0.
            Chrono also sets an input gate's bias to the negated value.
        seed: of all streams.
        length: of the sequences, for ``chrono``.

    Raises:
        ConfigError: for an invalid forget bias.
    """
    init = init or _DEFAULT
    for number, layer in enumerate(cell.layer_cells, start=1):
        streams = Streams(seed, number)
        _fill_all(layer, init, gain, streams)
        _set_forget_bias(layer, forget_bias, length, streams)
    return cell


def draws_all(cell: "Cell") -> bool:
    """Return whether :func:`initialize_` draws every parameter of ``cell``."""
    return all(
        name == "weight_hr" or len(parameter) == _rows(layer, name)
        for layer in cell.layer_cells
        for name, parameter in layer.named_parameters()
    )


def _rows(cell: "Cell", name: str) -> int:
    """Return how many rows of a parameter are drawn."""
    drawn = name in ("weight_hh", *_BY_DEFAULT)
    return len(_blocks(cell, name)) * cell.hidden_size if drawn else 0


def _fill_all(cell: "Cell", init: Initializer, gain: float, streams: Streams) -> None:
    width = cell.hidden_size
    for name, parameter in cell.named_parameters():
        if name == "weight_hh" or name in _BY_DEFAULT:
            chosen = init if name == "weight_hh" else _DEFAULT
            columns = parameter.shape[1] if parameter.ndim == 2 else 1
            small = name in _BY_DEFAULT and parameter.numel() <= _CACHED_SIZE
            draw = _draw_cached if small else _draw
            values = draw(chosen, streams, name, _blocks(cell, name), width, columns)
            values = values * gain if name == "weight_hh" else values
            rows = parameter[: len(values)]
            rows.copy_(torch.from_numpy(values).reshape(rows.shape))
        elif name == "weight_hr":
            bound = width**-0.5
            values = streams(name).uniform(-bound, bound, tuple(parameter.shape))
            parameter.copy_(torch.from_numpy(values))


def _draw(
    init: Initializer,
    streams: Streams,
    name: str,
    blocks: tuple[str, ...],
    rows: int,
    columns: int,
) -> np.ndarray:
    """Return the drawn blocks of a parameter below each other, float64."""
    return np.concatenate(
        [init.block(rows, columns, streams(name, block)) for block in blocks]
    )


_draw_cached = lru_cache(maxsize=128)(_draw)


def _set_forget_bias(
    cell: "Cell", setting: str | float, length: int | None, streams: Streams
) -> None:
    bias = _forget_bias.values(setting, cell.hidden_size, length=length, draw=streams)
    if bias is None or cell.keep_gate is None:
        return
    gate, sign = cell.keep_gate
    _set_bias(cell, gate, sign * bias)
    if _forget_bias.is_chrono(setting) and "input_gate" in cell.gate_names:
        _set_bias(cell, "input_gate", -bias)


def _blocks(cell: "Cell", name: str) -> tuple[str, ...]:
    """Return the gate blocks of a parameter; peepholes have none for the candidate."""
    return tuple(
        block
        for block in cell.weight_blocks
        if name != "weight_peephole" or block != "candidate"
    )


def _set_bias(cell: "Cell", gate: str, values: np.ndarray) -> None:
    """Set one gate's bias: bias_ih to ``values``, bias_hh to zero."""
    rows = cell.weight_blocks[gate]
    cell.get_parameter("bias_ih")[rows] = torch.from_numpy(values).to(
        cell.get_parameter("bias_ih")
    )
    cell.get_parameter("bias_hh")[rows] = 0
