"""Draw a cell's parameters from named random streams."""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from gradlab import catalog
from gradlab.arguments import describe, instance, number, optional, whole_number
from gradlab.axes import AUTO, input_bias_of, is_chrono
from gradlab.errors import ConfigError
from gradlab.initializers import _gate_bias
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

    The first layer has those of a single-layer cell; a layer that reads backward has
    its own.
    """

    seed: int
    layer: int
    reverse: bool = False

    def __call__(self, *names: str) -> np.random.Generator:
        """Return the random generator of a name."""
        above = () if self.layer == 1 else (f"l{self.layer}",)
        backward = ("reverse",) if self.reverse else ()
        return stream(self.seed, *above, *backward, *names)


@torch.no_grad()
def initialize_(
    cell: "Cell",
    init: Initializer | str | None = None,
    *,
    gain: float = 1.0,
    forget_bias: str | float = "keep",
    input_bias: str | float = AUTO,
    seed: int = 0,
    length: int | None = None,
) -> "Cell":
    """Draw a cell's weights in place; return the cell.

    Each gate block of each parameter has its own stream, drawn in float64 and then
    cast: a weight depends on its seed, block and sizes, and on nothing else. ``init``
    draws the blocks of ``weight_hh``, which ``gain`` multiplies; ``weight_ih``,
    ``weight_hr``, ``weight_peephole`` and the biases take PyTorch's default,
    U(-1/sqrt H, 1/sqrt H), whatever ``init``. A cell may have another default for some
    of them (``Cell.initial``). Parameters with other names (a user's) are left as the
    constructor set them. Each layer has streams of its own, which do
    not depend on how many layers there are.

    Args:
        cell: one cell, not an ensemble.
        init: an initializer or its name; the cell's own, or PyTorch's default, when
            left out.
        gain: factor of ``weight_hh``.
        forget_bias: ``keep`` leaves the draw; a number, ``chrono`` (Tmax = length) or
            ``chrono:T`` set the bias of the keep gate: its block of ``bias_ih`` to the
            value (negated if a high gate replaces the carry), of ``bias_hh`` to 0.
        input_bias: the same of the input gate, where a cell has one apart from the keep
            gate. ``chrono`` negates the draws of the keep gate's chrono. ``auto``:
            chrono beside a forget bias chrono, which is the whole initialization of
            Tallec & Ollivier (2018), b_f = ln U(1, Tmax - 1) and b_i = -b_f; ``keep``
            beside any other.
        seed: of all streams.
        length: of the sequences, for ``chrono``.

    Raises:
        ConfigError: for an invalid bias, or chrono without a length of 2 or more; for
            arguments of another kind, or that set nothing on this cell.
        UnknownNameError: for a name that no initializer has.
    """
    _check_cell(cell)
    requested = init
    init = _as_initializer(init)
    gain = number("gain", gain, try_="1.0")
    seed = whole_number("seed", seed, 0, try_="0")
    length = optional(whole_number, "length", length, 1, try_="256")
    forget_bias = _gate_bias.check("forget_bias", forget_bias)
    input_bias = _gate_bias.check("input_bias", input_bias)
    given = {
        "init": requested is not None,
        "gain": gain != 1,
        "forget_bias": forget_bias != "keep",
        "input_bias": input_bias not in ("keep", AUTO),
    }
    _require_effect(cell, [name for name, is_given in given.items() if is_given])
    for place, layer in enumerate(cell.layer_cells, start=1):
        streams = Streams(seed, place)
        _fill_all(layer, init if requested is not None else None, gain, streams)
        set_gate_biases(layer, forget_bias, input_bias, length, streams)
    return cell


def _check_cell(cell: Any) -> None:
    is_cell = hasattr(cell, "layer_cells")
    if not is_cell or cell.ensemble_shape:
        raise ConfigError(
            got=f"cell = {describe(cell)}" + " that is an ensemble" * is_cell,
            expected="one gradlab cell",
            try_='gradlab.build("lstm", 3, 5), or gradlab.from_torch(module)',
        )


def _require_effect(cell: "Cell", given: list[str]) -> None:
    """Refuse what was given where it sets nothing on this cell."""
    layers = cell.layer_cells
    sets = {
        "init": any("weight_hh" in dict(c.named_parameters()) for c in layers),
        "forget_bias": any(c.keep_gate is not None for c in layers),
        "input_bias": any(c.input_gate is not None for c in layers),
    }
    sets = {"init": sets["init"], "gain": sets["init"], **sets}
    nothing = [name for name in given if not sets[name]]
    if nothing:
        could = [name for name in sets if sets[name]]
        name = getattr(cell, "name", type(cell).__name__)
        raise ConfigError(
            got=f"{', '.join(nothing)} for cell {name}, which would set nothing: it "
            f"has no {' and no '.join(dict.fromkeys(_NEEDED[one] for one in nothing))}",
            expected=f"of this cell {', '.join(could) or 'none of these arguments'}",
            try_="torch.nn.init on its parameters, or a parameter named weight_hh",
        )


_NEEDED = {
    "init": "weight_hh",
    "gain": "weight_hh",
    "forget_bias": "keep gate with a bias",
    "input_bias": "input gate with a bias",
}
"""Argument -> what of a cell it sets."""


def _as_initializer(given: Any) -> Initializer:
    """Return an initializer, or the one of a name; PyTorch's default if None."""
    if isinstance(given, str):
        given = catalog.get("initializers", given)()
    if given is None:
        return _DEFAULT
    return instance("init", given, Initializer, try_='init="orthogonal"')


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


def _fill_all(
    cell: "Cell", init: Initializer | None, gain: float, streams: Streams
) -> None:
    for name, parameter in cell.named_parameters():
        own = cell.initial.get(name)
        if isinstance(own, float):
            parameter.fill_(own)
        elif name == "weight_hh":
            draw_weight_hh(cell, init or _as_initializer(own), gain, streams)
        elif name in _BY_DEFAULT:
            small = parameter.numel() <= _CACHED_SIZE
            draw = _draw_cached if small else _draw
            _fill(parameter, draw(_as_initializer(own), streams, *_layout(cell, name)))
        elif name == "weight_hr":
            bound = cell.hidden_size**-0.5
            values = streams(name).uniform(-bound, bound, tuple(parameter.shape))
            parameter.copy_(torch.from_numpy(values))


@torch.no_grad()
def draw_weight_hh(
    cell: "Cell", init: Initializer, gain: float, streams: Streams
) -> None:
    """Draw the gate blocks of a layer's ``weight_hh`` in place, times ``gain``.

    Args:
        cell: of one layer.
        init: draws each block.
        gain: factor of the blocks.
        streams: of the layer.
    """
    values = _draw(init, streams, *_layout(cell, "weight_hh"))
    _fill(cell.get_parameter("weight_hh"), values * gain)


def _layout(cell: "Cell", name: str) -> tuple[str, tuple[str, ...], int, int]:
    """Return a parameter's name, blocks, and the rows and columns of a block."""
    parameter = cell.get_parameter(name)
    columns = parameter.shape[1] if parameter.ndim == 2 else 1
    return name, _blocks(cell, name), cell.hidden_size, columns


def _fill(parameter: Tensor, values: np.ndarray) -> None:
    """Write values over the first rows of a parameter; a user's may have more."""
    rows = parameter[: len(values)]
    rows.copy_(torch.from_numpy(values).reshape(rows.shape))


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


@torch.no_grad()
def set_gate_biases(
    cell: "Cell",
    forget_bias: str | float,
    input_bias: str | float,
    length: int | None,
    streams: Streams,
) -> None:
    """Set a layer's biases of keep gate and input gate in place, where it has them.

    Args:
        cell: of one layer.
        forget_bias: as for :func:`initialize_`, like ``input_bias`` and ``length``.
        input_bias: of the input gate.
        length: of the sequences, for ``chrono``.
        streams: of the layer.

    Raises:
        ConfigError: for chrono without a length of 2 or more.
    """
    if cell.keep_gate is None:
        forget_bias = "keep"
    else:
        gate, sign = cell.keep_gate
        _set_bias(cell, gate, sign, forget_bias, length, streams)
    if cell.input_gate is not None:
        setting = input_bias_of(input_bias, forget_bias)
        sign = -1 if is_chrono(setting) else 1
        _set_bias(cell, cell.input_gate, sign, setting, length, streams)


def _blocks(cell: "Cell", name: str) -> tuple[str, ...]:
    """Return the gate blocks of a parameter; peepholes have none for the candidate."""
    return tuple(
        block
        for block in cell.weight_blocks
        if name != "weight_peephole" or block != "candidate"
    )


def _set_bias(
    cell: "Cell",
    gate: str,
    sign: int,
    setting: str | float,
    length: int | None,
    streams: Streams,
) -> None:
    """Set one gate's bias: bias_ih to ``sign`` times the setting, bias_hh to zero.

    A cell whose gates inputs alone set has no bias_hh.
    """
    if setting == "keep":
        return
    rows = cell.weight_blocks[gate]
    bias = cell.get_parameter("bias_ih")
    if isinstance(setting, str):
        values = _chrono(setting, cell.hidden_size, length, streams)
        bias[rows] = torch.from_numpy(sign * values).to(bias)
    else:
        bias[rows] = sign * setting
    if getattr(cell, "bias_hh", None) is not None:
        cell.get_parameter("bias_hh")[rows] = 0


def _chrono(
    setting: str, units: int, length: int | None, streams: Streams
) -> np.ndarray:
    """Return ln u with u uniform in [1, Tmax - 1], float64 (units,).

    The uniform numbers behind u are the same at every Tmax and for every gate (Tallec &
    Ollivier 2018). Tmax is the length, unless the setting gives it.
    """
    _, _, fixed = setting.partition(":")
    longest = int(fixed) if fixed else length
    if longest is None or longest < 2:
        raise ConfigError(
            got=f"a bias {setting} with length {longest}",
            expected="a length of 2 or more",
            try_="chrono:256",
        )
    return np.log1p(streams("chrono").uniform(size=units) * (longest - 2))
