"""Validate the values of a config and return each in its canonical form."""

import math
import re
from collections.abc import Callable
from typing import Any

from gradlab import catalog
from gradlab.axes import NO_TASK
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.tasks.base import parse
from gradlab.training.settings import GEOMETRIC


DTYPES = ("float32", "float64")
INITIAL_STATES = ("zero", "gaussian")
MAX_SEED = 2**32 - 1
MAX_COUNT = 1_000_000
NO_CLIP = "none"
_DROP_DEFAULT_ARGUMENT = ("gaussian", "silence")
"""Inputs whose canonical spec leaves out an argument that is the default one."""


def input_spec(text: str) -> str:
    """Return an input's canonical spec; ``gaussian:1.0`` becomes ``gaussian``.

    Reads the file it names, so that a bad one is found before anything is computed.
    """
    given, colon, argument = text.partition(":")
    leaf_name = catalog.resolve("inputs", given)
    leaf: Any = catalog.get("inputs", leaf_name)
    if colon and not argument:
        raise ConfigError(
            got=f"input {text!r}",
            expected="something after the colon, or no colon",
            try_="gaussian:0.5 or text:FILE",
        )
    parsed = leaf.parse(argument or None)
    if leaf_name in _DROP_DEFAULT_ARGUMENT and parsed == leaf.parse(None):
        return str(leaf_name)
    return f"{leaf_name}:{argument}" if argument else str(leaf_name)


def task_spec(text: str) -> str:
    """Return a task's canonical spec, or ``none``.

    Reads the file it names, so that a bad one is found before anything is computed.
    """
    return NO_TASK if text == NO_TASK else parse(text).spec


def clip(value: Any) -> str | float:
    """Return the largest norm of a gradient: a number above 0, or ``none``."""
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if value != NO_CLIP and not 0 < number < math.inf:
        raise ConfigError(
            got=f"clip {value!r}",
            expected="a number above 0, or none",
            try_="1.0",
        )
    return NO_CLIP if value == NO_CLIP else number


def measure_at(value: Any) -> str:
    """Return ``geometric``, or rising numbers of updates with commas between them."""
    if value == GEOMETRIC:
        return GEOMETRIC
    numbers = value if isinstance(value, list) else []
    if not numbers or not all(type(n) is int and n >= 0 for n in numbers):
        raise ConfigError(
            got=f"measure_at {value!r}",
            expected="numbers of updates from 0 on, or geometric",
            try_="0,100,1000",
        )
    return ",".join(map(str, sorted(set(numbers))))


def name(text: str) -> str:
    """Return the name of a sweep or a grid; it also names a folder."""
    if not is_name(text):
        raise ConfigError(
            got=repr(text),
            expected="a name of letters, digits, spaces, dots, _ and -",
            try_='name = "bias"',
        )
    return text


def is_name(text: str) -> bool:
    """Return whether a text can name a sweep or a grid."""
    return re.fullmatch(r"\w[\w .-]{0,79}", text) is not None


def device(text: str) -> str:
    """Return a device as torch names it."""
    if re.fullmatch(r"cpu|mps|cuda(:\d+)?", text) is None:
        raise ConfigError(
            got=f"device {text!r}", expected="cpu, cuda, cuda:N or mps", try_="cpu"
        )
    return text


def seeds(value: Any) -> int | list[int]:
    """Return a count from 1, or a list of seeds from 0."""
    several = isinstance(value, list | tuple)
    numbers = list(value) if several else [value]
    low, high = (0, MAX_SEED) if several else (1, MAX_COUNT)
    valid = [type(n) is int and low <= n <= high for n in numbers]
    if not numbers or not all(valid):
        wrong = numbers[valid.index(False)] if numbers else "an empty list"
        raise ConfigError(
            got=f"seed {wrong!r}" if numbers else "an empty list",
            expected=f"a count from 1, or a list of whole numbers from 0 to {MAX_SEED}",
            try_="seeds = 5 or seeds = [0, 3, 7]",
        )
    return numbers if several else numbers[0]


def one_of(what: str, known: tuple[str, ...]) -> Callable[[str], str]:
    """Return a validator that accepts the names in ``known`` only."""

    def check(text: str) -> str:
        if text not in known:
            raise UnknownNameError.among(what, text, known)
        return text

    return check


def thresholds(values: Any) -> tuple[float, ...]:
    """Return the bounds between verdicts: four increasing numbers above 0."""
    listed = isinstance(values, list | tuple)
    if not listed or not all(type(value) in (int, float) for value in values):
        raise _not_thresholds(repr(values))
    rising = all(a < b for a, b in zip(values, values[1:], strict=False))
    if len(values) != 4 or not rising or values[0] <= 0:
        raise _not_thresholds(", ".join(f"{value:g}" for value in values))
    return tuple(map(float, values))


def _not_thresholds(text: str) -> ConfigError:
    return ConfigError(
        got=f"thresholds {text}",
        expected="four rising numbers above 0",
        try_="1e-3,0.1,10,1e3",
    )
