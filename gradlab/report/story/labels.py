"""One name for each network, everywhere: labels, order and style keys.

`w` is the module of names in the report's language (`report/words/*/names.py`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from gradlab import catalog
from gradlab.axes import is_chrono, own_input_bias
from gradlab.report.words import say


CANONICAL = {"keep": "0", 1.0: "1", 3.0: "3", "chrono": "chrono"}
FAMILIES = ("rnn", "gru", "lstm")

CUSTOMARY = {
    "init": "default",
    "activation": "tanh",
    "gain": 1.0,
    "input": "gaussian",
    "loss": "last",
    "dtype": "float32",
    "learning_rate": 0.01,
    "epsilon": 1e-8,
}
"""Reference values; a row's name leaves them out."""

Params = Mapping[str, Any]


def family(spec: str) -> str:
    """The cell without its options: ``lstm:peephole`` is ``lstm``."""
    return str(spec).partition(":")[0]


def about(cell: str) -> Mapping[str, Any]:
    """What the cell's class says of itself, by attribute; nothing if it is unknown.

    A report may be rendered again without the file of a cell of one's own.
    """
    if cell not in catalog.names("cells"):
        return {}
    return _metadata(cell, catalog.external_source("cells", cell))


@cache
def _metadata(cell: str, source: str | None) -> Mapping[str, Any]:
    """Return a cell's metadata; ``source`` is that of a file of one's own."""
    return catalog.metadata("cells", cell)


def is_linear_recurrence(spec: str) -> bool:
    """Whether conveyor and whole of a cell are one, by what its class says.

    Not with several layers, of which those above read what those below make.
    """
    return layers(spec) == 1 and bool(about(family(spec)).get("linear_recurrence"))


def keeps(spec: str) -> bool:
    """Whether the forget bias is that of a keep gate, which has another name."""
    gates = about(family(spec)).get("gate_names", ())
    return bool(gates) and "forget_gate" not in gates


def layers(spec: str) -> int:
    """How many layers a cell has: 2 for ``lstm:layers=2``."""
    options = str(spec).partition(":")[2].split("+")
    counts = [o.partition("=")[2] for o in options if o.startswith("layers=")]
    return int(counts[0]) if counts else 1


def cell_name(spec: str, w: ModuleType) -> str:
    """``rnn`` is RNN; ``lstm:layers=2+no_forget`` is LSTM (2 layers, no forget)."""
    base, _, options = str(spec).partition(":")
    name = about(base).get("title") or base
    if not options:
        return name
    return f"{name} ({', '.join(_option_name(o, w) for o in options.split('+'))})"


def _option_name(option: str, w: ModuleType) -> str:
    key, _, value = option.partition("=")
    if key == "layers":
        return say(w.LAYERS, count=value)
    return w.OPTIONS.get(option, option.replace("_", " "))


def bias_name(params: Params, w: ModuleType) -> str:
    """``forget bias 3``, ``default bias`` (PyTorch's own), ``chrono`` or nothing.

    An input bias that does not follow from the forget bias stands beside it:
    ``forget bias chrono, input bias 0``.
    """
    bias, own = params.get("forget_bias"), own_input_bias(params)
    word = w.KEEP_BIAS if keeps(params["cell"]) else w.FORGET_BIAS
    if own is None and is_chrono(bias):
        return bias_value(bias, w)
    if own is None and bias == "keep":
        return w.DEFAULT_BIAS
    names = [(word, bias), (w.INPUT_BIAS, own)]
    told = [
        say(w.BIAS_VALUE, word=gate, value=bias_value(value, w))
        for gate, value in names
        if value is not None
    ]
    return say(w.BIASES, forget=told[0], input=told[1]) if told[1:] else "".join(told)


def bias_value(bias: object, w: ModuleType) -> str:
    """``3``, ``default`` where PyTorch's draw is kept, ``chrono``."""
    if is_chrono(bias):
        fixed = str(bias).partition(":")[2]
        return say(w.BIAS_CHRONO_FIXED, tmax=fixed) if fixed else w.BIAS_CHRONO
    return w.BIAS_DEFAULT if bias == "keep" else _number(bias)


def bias_short(params: Params, w: ModuleType) -> str:
    """The bias as a curve's label has room for it: ``3``, ``chrono``."""
    name = bias_name(params, w)
    if name == w.DEFAULT_BIAS:
        return w.BIAS_DEFAULT
    return name.removeprefix(f"{w.KEEP_BIAS} ").removeprefix(f"{w.FORGET_BIAS} ")


def axis_value(axis: str, value: object, w: ModuleType) -> str:
    """An axis value in words: ``gain 2``, ``PyTorch default``, ``silence``."""
    if axis == "init":
        return init_name(value, w)
    if axis == "input":
        return input_name(value, w)
    if axis in ("activation", "dtype"):
        return str(value)
    if axis == "loss":
        return w.LOSS_EVERY if value == "every" else w.LOSS_LAST
    return say(w.AXIS_VALUE, axis=w.AXES.get(axis, axis), value=_number(value))


def init_name(value: object, w: ModuleType) -> str:
    """An initializer; ``default`` is shown as PyTorch default."""
    return w.INIT_DEFAULT if value == "default" else str(value)


def input_name(value: object, w: ModuleType) -> str:
    """What the networks were fed with."""
    kind, _, argument = str(value).partition(":")
    if kind == "gaussian":
        return say(w.INPUT_NOISE, sd=argument or 1)
    if kind == "silence":
        return w.INPUT_SILENCE
    if kind == "text":
        return say(w.INPUT_TEXT, file=file_name(argument))
    if kind == "npy":
        return say(w.INPUT_SEQUENCES, file=file_name(argument))
    return str(value)


def file_name(path: str) -> str:
    """The last part of a path, whatever the system it was written on."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def row_label(params: Params, extra: tuple[str, ...], w: ModuleType) -> str:
    """``LSTM forget bias 3``; axes that vary besides follow: ``RNN (relu)``."""
    spec = params["cell"]
    bias = bias_name(params, w)
    return with_extras(f"{cell_name(spec, w)} {bias}".strip(), extras(params, extra, w))


def row_short(params: Params, extra: tuple[str, ...], w: ModuleType) -> str:
    """``LSTM 3``, for direct labels of curves."""
    spec = params["cell"]
    bias = bias_short(params, w)
    return with_extras(f"{cell_name(spec, w)} {bias}".strip(), extras(params, extra, w))


def extras(params: Params, extra: tuple[str, ...], w: ModuleType) -> str:
    """What else tells a row apart, without customary values: ``relu, gain 2``."""
    return ", ".join(
        axis_value(axis, params.get(axis), w)
        for axis in extra
        if params.get(axis) not in (None, CUSTOMARY.get(axis))
    )


def with_extras(name: str, more: str) -> str:
    """``RNN (relu, gain 2)``."""
    return f"{name} ({more})" if more else name


def style_key(params: Params) -> str | None:
    """The line-up's own style key, None for a row outside the line-up."""
    spec, bias = str(params["cell"]), params.get("forget_bias")
    if spec == "rnn":
        return "rnn"
    if own_input_bias(params) is not None:
        return None
    if spec in ("gru", "lstm") and bias in CANONICAL:
        return f"{spec}_{CANONICAL[bias]}"
    return None


def ordered_key(params: Params, off: tuple[str, ...]) -> str:
    """``lstm~0.33`` for forget bias 2 (of 0 to 6), ``rnn~0.67`` for gain 2 (1/8 to 8).

    off: axes that are not at their reference. Empty where no ordered axis, or more
    than one axis, tells the row from the line-up's.
    """
    spec, bias, share = str(params["cell"]), params.get("forget_bias"), None
    if off == ("gain",):
        share = (math.log2(params["gain"]) + 3) / 6 if params["gain"] > 0 else 0.0
    elif not off and isinstance(bias, int | float):
        share = float(bias) / 6
    if share is None or spec not in FAMILIES or own_input_bias(params) is not None:
        return ""
    return f"{spec}~{min(max(share, 0.0), 1.0):.2f}"


def sort_key(params: Params, extra: tuple[str, ...]) -> tuple:
    """The canonical order: RNN, GRU, LSTM, others; bias 0, numbers, chrono."""
    spec = str(params["cell"])
    base = family(spec)
    place = FAMILIES.index(base) if base in FAMILIES else len(FAMILIES)
    return (
        place,
        base if place == len(FAMILIES) else "",
        spec,
        _bias_order(params.get("forget_bias")),
        _bias_order(own_input_bias(params)),
        tuple(_value_order(axis, params.get(axis)) for axis in extra),
    )


def _bias_order(bias: object) -> tuple:
    if bias is None:
        return (0, 0.0, "")
    if bias == "keep":
        return (1, 0.0, "")
    if isinstance(bias, str):
        return (3, float(bias.partition(":")[2] or 0), bias)
    return (2, float(bias) if isinstance(bias, int | float) else 0.0, str(bias))


INITS = (
    "default",
    "glorot_uniform",
    "glorot_normal",
    "he",
    "gaussian",
    "orthogonal",
    "identity",
    "spectral_radius",
)


def _value_order(axis: str, value: object) -> tuple:
    if value is None:
        return (0, 0.0, "")
    if isinstance(value, int | float):
        return (1, float(value), "")
    if axis == "init" and value in INITS:
        return (1, float(INITS.index(value)), "")
    return (2, 0.0, str(value))


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:g}"
