"""Fill a cell's parameters from named streams."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch

from gradlab.initializers import _forget_bias
from gradlab.initializers.base import Initializer
from gradlab.initializers.default import Default
from gradlab.seeding import stream


if TYPE_CHECKING:
    from gradlab.cells.base import Cell

Draw = Callable[..., np.random.Generator]

_OTHERS = ("weight_ih", "bias_ih", "bias_hh", "weight_peephole")


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
    U(-1/sqrt H, 1/sqrt H), whatever ``init``. Parameters by other names (a user's)
    stay as the constructor made them. Layers are filled one by one, each from streams
    of its own; the first takes those of a cell alone, so at one seed three layers stand
    on the same two as two do.

    Args:
        cell: not yet stacked.
        init: PyTorch's default when left out.
        gain: factor of ``weight_hh``.
        forget_bias: ``keep`` leaves the draw; a number, ``chrono`` (Tmax = length) or
            ``chrono:T`` set the logit of the gate that keeps the past: that block of
            ``bias_ih`` to the value (negated where a high gate replaces), of
            ``bias_hh`` to 0. Chrono also gives an input gate the negated bias.
        seed: of all streams.
        length: of the sequences, for ``chrono``.

    Raises:
        ConfigError: for a forget bias that is none.
    """
    init = init or Default()
    for number, layer in enumerate(cell.layer_cells, start=1):
        draw = partial(_stream, seed, number)
        _fill_all(layer, init, gain, draw)
        _set_forget_bias(layer, forget_bias, length, draw)
    return cell


def _stream(seed: int, layer: int, *names: str) -> np.random.Generator:
    """Return a layer's stream; the first layer's are those of a cell alone."""
    return stream(seed, *names) if layer == 1 else stream(seed, f"l{layer}", *names)


def _fill_all(cell: "Cell", init: Initializer, gain: float, draw: Draw) -> None:
    parameters = dict(cell.named_parameters())
    if "weight_hh" in parameters:
        _fill(cell, "weight_hh", init, gain, draw)
    for name in _OTHERS:
        if name in parameters:
            _fill(cell, name, Default(), 1.0, draw)
    if "weight_hr" in parameters:
        bound = cell.hidden_size**-0.5
        weight = parameters["weight_hr"]
        values = draw("weight_hr").uniform(-bound, bound, tuple(weight.shape))
        weight.copy_(torch.from_numpy(values))


def _fill(cell: "Cell", name: str, init: Initializer, gain: float, draw: Draw) -> None:
    parameter = cell.get_parameter(name)
    for block, rows in _row_blocks(cell, name):
        part = parameter[rows]
        columns = part.shape[1] if part.ndim == 2 else 1
        values = init.block(len(part), columns, draw(name, block)) * gain
        part.copy_(torch.from_numpy(np.ascontiguousarray(values)).reshape(part.shape))


def _set_forget_bias(
    cell: "Cell", setting: str | float, length: int | None, draw: Draw
) -> None:
    bias = _forget_bias.values(setting, cell.hidden_size, length=length, draw=draw)
    if bias is None or cell.keep_gate is None:
        return
    gate, sign = cell.keep_gate
    _set_bias(cell, gate, sign * bias)
    if _forget_bias.is_chrono(setting) and "input_gate" in cell.gate_names:
        _set_bias(cell, "input_gate", -bias)


def _row_blocks(cell: "Cell", name: str) -> Iterator[tuple[str, slice]]:
    """Yield the gate blocks of a parameter; peepholes have none for the candidate."""
    names = [
        block
        for block in cell.weight_blocks
        if name != "weight_peephole" or block != "candidate"
    ]
    for k, block in enumerate(names):
        yield block, slice(k * cell.hidden_size, (k + 1) * cell.hidden_size)


def _set_bias(cell: "Cell", gate: str, values: np.ndarray) -> None:
    """Set one gate's bias once: in bias_ih, with bias_hh zero."""
    rows = cell.weight_blocks[gate]
    cell.get_parameter("bias_ih")[rows] = torch.from_numpy(values).to(
        cell.get_parameter("bias_ih")
    )
    cell.get_parameter("bias_hh")[rows] = 0
