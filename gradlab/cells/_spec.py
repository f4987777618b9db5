"""Specs of cells, ``NAME`` or ``NAME:OPTION+OPTION=VALUE``, read without torch."""

import math
from decimal import Decimal
from typing import Any

from gradlab import catalog
from gradlab.errors import ConfigError, UnknownNameError


COMMON: dict[str, Any] = {"layers": 1}
"""Options of every cell and their defaults; a cell's own of the same name win."""

MEANING = {"layers": "how many such cells on top of each other."}


MOST = 65_536
"""Largest number in a spec, as of units."""


def parse(spec: str) -> tuple[str, dict[str, Any]]:
    """Return a cell's name and the options that differ from their defaults.

    >>> parse("lstm:peephole+gate=hardsigmoid")
    ('lstm', {'peephole': True, 'gate': 'hardsigmoid'})
    >>> parse("rnn:layers=2"), parse("rnn:layers=1")
    (('rnn', {'layers': 2}), ('rnn', {}))

    Raises:
        UnknownNameError: for an unknown cell, option or activation.
        ConfigError: for an option without its value, or two that exclude each other.
    """
    name, colon, tail = spec.strip().partition(":")
    name = catalog.resolve("cells", name)
    known = COMMON | catalog.metadata("cells", name)["options"]
    given = dict(_option(spec, part, known) for part in tail.split("+") if colon)
    given = {key: value for key, value in given.items() if value != known[key]}
    _refuse_conflicts(spec, name, given)
    return name, given


def canonical(spec: str) -> str:
    """Return a spec in canonical form: options checked, sorted, defaults dropped.

    >>> canonical("lstm:no_forget+peephole"), canonical("lstm:gate=sigmoid")
    ('lstm:no_forget+peephole', 'lstm')
    """
    name, given = parse(spec)
    options = (k if v is True else f"{k}={_text(v)}" for k, v in sorted(given.items()))
    return f"{name}:{'+'.join(options)}" if given else name


def axes(spec: str) -> frozenset[str]:
    """Return which of the axes that depend on the cell apply to this one.

    >>> sorted(axes("lstm:no_forget"))
    ['activation', 'gain', 'init', 'input_bias']
    """
    name, given = parse(spec)
    about = catalog.metadata("cells", name)
    taken_away = {
        axis
        for options, removed in about["axes_removed_by"].items()
        if all(option in given for option in options.split("+"))
        for axis in removed
    }
    return frozenset(about["axes"]) - taken_away


def _text(value: Any) -> str:
    """Return an option's value as it is written in a spec: ``0.25``, ``2``."""
    if not isinstance(value, float):
        return str(value)
    return format(Decimal(repr(value + 0.0)).normalize(), "f")  # 0.0: no sign of zero


def is_activation(default: Any) -> bool:
    """Return whether an option with this default takes the name of an activation."""
    return default is None or default in catalog.names("activations")


def _option(spec: str, part: str, known: dict[str, Any]) -> tuple[str, Any]:
    key, equals, value = part.partition("=")
    if not part:
        raise ConfigError(
            got=f"cell {spec!r} with an empty option",
            expected=f"options as in {spec.partition(':')[0]}:layers=2, joined by +",
            try_=spec.rstrip(":+") or "lstm",
        )
    if key not in known:
        raise UnknownNameError.among(f"option in cell {spec!r}:", key, known)
    default = known[key]
    if isinstance(default, bool):
        if equals:
            raise _wrong(spec, key, "without a value", spec.replace(part, key))
        return key, True
    if not value:
        raise _wrong(spec, key, "with a value", spec.replace(part, f"{key}={default}"))
    if isinstance(default, float):
        return key, _finite(spec, key, value, default)
    if isinstance(default, int):
        if not value.isdecimal():
            raise _wrong(spec, key, "with a whole number", f"{key}=16")
        if len(value) > 9 or int(value) > MOST:
            raise _wrong(spec, key, f"of at most {MOST:,}", f"{key}=16")
        if int(value) < min(default, 1):
            raise _wrong(spec, key, "of 1 or more", f"{key}=2")
        return key, int(value)
    return key, catalog.resolve("activations", value) if is_activation(
        default
    ) else value


def _finite(spec: str, key: str, value: str, default: float) -> float:
    """Return the finite number that an option's value is.

    Digits, a point and a sign only: an exponent's ``+`` would end the option.
    """
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or not set(value) <= set("-.0123456789"):
        raise _wrong(spec, key, "with a number", f"{key}={default:g}")
    return number


def _wrong(spec: str, key: str, how: str, try_: str) -> ConfigError:
    return ConfigError(got=f"cell {spec!r}", expected=f"{key} {how}", try_=try_)


def _refuse_conflicts(spec: str, name: str, given: dict[str, Any]) -> None:
    for first, second in catalog.metadata("cells", name)["conflicts"]:
        if first in given and second in given:
            raise ConfigError(
                got=f"cell {spec!r}",
                expected=f"{first} or {second}, not both",
                try_=f"{name}:{first}",
            )
