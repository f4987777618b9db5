"""One name for each network, everywhere: labels, order and style keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


NAMES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
BIAS_NAMES = {"gru": "keep bias"}
CANONICAL = {"keep": "0", 1.0: "1", 3.0: "3", "chrono": "chrono"}
FAMILIES = ("rnn", "gru", "lstm")

CUSTOMARY = {
    "init": "default",
    "activation": "tanh",
    "gain": 1.0,
    "input": "gaussian",
    "loss": "last",
    "dtype": "float32",
}
"""Reference values; a row's name leaves them out."""

Params = Mapping[str, Any]


def family(spec: str) -> str:
    """The cell without its options: ``lstm:peephole`` is ``lstm``."""
    return str(spec).partition(":")[0]


def cell_name(spec: str) -> str:
    """``rnn`` is RNN; ``lstm:no_forget+peephole`` is LSTM (no forget, peephole)."""
    base, _, options = str(spec).partition(":")
    name = NAMES.get(base, base)
    if not options:
        return name
    return f"{name} ({', '.join(o.replace('_', ' ') for o in options.split('+'))})"


def bias_name(spec: str, bias: object) -> str:
    """``forget bias 3``, ``keep bias 0`` (PyTorch's default), ``chrono`` or nothing."""
    if bias is None:
        return ""
    if isinstance(bias, str) and bias.startswith("chrono"):
        fixed = bias.partition(":")[2]
        return f"chrono (Tmax {fixed})" if fixed else "chrono"
    word = BIAS_NAMES.get(family(spec), "forget bias")
    if bias == 0:
        return f"{word} set to 0"
    return f"{word} 0" if bias == "keep" else f"{word} {_number(bias)}"


def bias_short(spec: str, bias: object) -> str:
    """The bias as a curve's label has room for it: ``3``, ``chrono``."""
    name = bias_name(spec, bias)
    return name.removeprefix("keep bias ").removeprefix("forget bias ")


def axis_value(axis: str, value: object) -> str:
    """An axis value in words: ``gain 2``, ``PyTorch default``, ``text of a.txt``."""
    if axis == "init":
        return init_name(value)
    if axis == "activation":
        return str(value)
    if axis == "input":
        return input_name(value)
    if axis == "dtype":
        return str(value)
    if axis == "loss":
        return "loss at every step" if value == "every" else "loss at the last step"
    names = {"hidden": "hidden size", "burn_in": "burn-in", "initial_state": "start"}
    return f"{names.get(axis, axis)} {_number(value)}"


def init_name(value: object) -> str:
    """An initializer; ``default`` is shown as PyTorch default."""
    return "PyTorch default" if value == "default" else str(value)


def input_name(value: object) -> str:
    """What the networks were fed with."""
    kind, _, argument = str(value).partition(":")
    if kind == "gaussian":
        return f"Gaussian noise of std {argument or 1}"
    if kind == "silence":
        return "silence"
    if kind == "text":
        return f"the text of {_tail(argument)}"
    if kind == "npy":
        return f"the sequences of {_tail(argument)}"
    return str(value)


def _tail(path: str) -> str:
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2] or path


def row_label(params: Params, extra: tuple[str, ...]) -> str:
    """``LSTM forget bias 3``; axes that vary besides follow: ``RNN (relu)``."""
    spec = params["cell"]
    name = f"{cell_name(spec)} {bias_name(spec, params.get('forget_bias'))}".strip()
    return with_extras(name, extras(params, extra))


def row_short(params: Params, extra: tuple[str, ...]) -> str:
    """``LSTM 3``, for direct labels of curves."""
    spec = params["cell"]
    name = f"{cell_name(spec)} {bias_short(spec, params.get('forget_bias'))}".strip()
    return with_extras(name, extras(params, extra))


def extras(params: Params, extra: tuple[str, ...]) -> str:
    """What else tells a row apart, without customary values: ``relu, gain 2``."""
    return ", ".join(
        axis_value(axis, params.get(axis))
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
    if spec in ("gru", "lstm") and bias in CANONICAL:
        return f"{spec}_{CANONICAL[bias]}"
    return None


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
