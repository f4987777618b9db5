"""Translate pydantic's errors about a config into gradlab's, all of them at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pydantic import BaseModel, ValidationError

from gradlab.axes import AXES
from gradlab.errors import ConfigError, GradlabError, nearest


OPTIONS = "the options"
"""Source of a config without a file; suggestions are then command-line options."""


@dataclass(frozen=True)
class Mistake:
    """One mistake: its place (``grid 2, cell``) and the three parts of an error."""

    path: str
    got: str
    expected: str
    try_: str

    def __str__(self) -> str:
        """Return one line."""
        return f"{self.path}: got {self.got}; expected {self.expected}; try {self.try_}"


class ConfigMistakes(ConfigError):
    """All mistakes of one config."""

    def __init__(self, where: str, mistakes: tuple[Mistake, ...]) -> None:
        first = mistakes[0]
        super().__init__(
            f"{first.path}: {first.got}, in {where}", first.expected, first.try_
        )
        self.args = (where, mistakes)
        self.where = where
        self.mistakes = mistakes

    def __str__(self) -> str:
        """Return three lines for one mistake, one line each for several."""
        if len(self.mistakes) == 1:
            return GradlabError.__str__(self)
        lines = (f"  {mistake}" for mistake in self.mistakes)
        return "\n".join([f"{len(self.mistakes)} mistakes in {self.where}.", *lines])

    @classmethod
    def of(
        cls,
        where: str,
        error: ValidationError,
        tables: Mapping[str, type[BaseModel]],
        examples: Mapping[str, str] | None = None,
    ) -> Self:
        """Translate a ValidationError.

        Args:
            where: the file, or what else the config is of.
            error: of pydantic.
            tables: the model of each table by the key it stands at; ``""``: the whole.
            examples: of values by their key; those of a sweep by default.
        """
        known = _EXAMPLES if examples is None else examples
        found: dict[str, Mistake] = {}
        for detail in error.errors():
            mistake = _mistake(detail, tables, known)
            if where == OPTIONS:
                mistake = _as_option(mistake, detail["loc"])
            # a union reports each of its branches; the first one is enough
            found.setdefault(mistake.path, mistake)
        return cls(where, tuple(found.values()))


def _mistake(
    detail: Any, tables: Mapping[str, type[BaseModel]], examples: Mapping[str, str]
) -> Mistake:
    path = _path(detail["loc"])
    cause = detail.get("ctx", {}).get("error")
    if isinstance(cause, GradlabError):
        return Mistake(path, cause.got, cause.expected, cause.try_)
    got = _short(detail["input"])
    if detail["type"] == "extra_forbidden":
        return _unknown_key(path, detail["loc"], tables)
    if detail["type"] == "missing":
        return Mistake(path, "nothing", "a value", _example(detail["loc"], examples))
    expected = detail["msg"].removeprefix("Input should be ")
    for phrase, plain in _PHRASES.items():
        expected = expected.replace(phrase, plain)
    return Mistake(path, got, expected, _example(detail["loc"], examples))


def _as_option(mistake: Mistake, loc: tuple[Any, ...]) -> Mistake:
    """Phrase a mistake for the command line: ``--hidden 64``."""
    key = str(loc[0])
    option = f"--{_SINGULAR.get(key, key).replace('_', '-')}"
    if mistake.try_ == _example(loc, _EXAMPLES):
        plain = re.sub(r'[][" ]', "", _EXAMPLES.get(key, ""))
        mistake = replace(mistake, try_=f"{option} {plain}".strip())
    elif key == "seeds":
        mistake = replace(mistake, try_="--seeds 5 or --seeds 0,3,7")
    expected = mistake.expected.replace(", without quotes", "")
    if mistake.got in ("'nan'", "'inf'", "'-inf'"):
        expected = "a finite number"
    return replace(mistake, path=option, expected=expected)


def _unknown_key(
    path: str, loc: tuple[Any, ...], tables: Mapping[str, type[BaseModel]]
) -> Mistake:
    key = str(loc[-1])
    above = [step for step in loc[:-1] if step in tables]
    fields = tables[above[-1] if above else ""].model_fields
    known = [field.alias or name for name, field in fields.items()]
    near = nearest(key, known)
    return Mistake(
        path, "a key nobody knows", "one of " + ", ".join(known), near or known[0]
    )


def _path(loc: tuple[Any, ...]) -> str:
    """Return ``grid 2, cell, item 1`` for ``("grid", 1, "cell", 0)``.

    Branches of a union are left out.

    >>> _path(("grid", 1, "cell", 0)), _path(("length", 0)), _path(("seeds", "int"))
    ('grid 2, cell, item 1', 'length, item 1', 'seeds')
    """
    parts: list[str] = []
    for step in loc:
        if isinstance(step, int):
            if parts and parts[-1] in _NUMBERED:
                parts[-1] += f" {step + 1}"
            else:
                parts.append(f"item {step + 1}")
        elif step.isidentifier() and not (parts and step in _BRANCHES):
            parts.append(step)
    return ", ".join(parts) or "the file"


_SINGULAR = {"measures": "measure"}
"""Options that have another name than their key."""

_BRANCHES = {"int", "float", "str", "bool", "list", "tuple", "dict"}

_NUMBERED = {"grid", "compare"}
"""Tables of which there may be several, counted from 1."""


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _example(loc: tuple[Any, ...], examples: Mapping[str, str]) -> str:
    for step in reversed(loc):
        if step in examples:
            return f"{step} = {examples[step]}"
    return "leaving it out"


_PHRASES = {
    "a valid integer": "a whole number, without quotes",
    "a valid number": "a number, without quotes",
    "a valid string, unable to parse raw data as a unicode string": "UTF-8 text",
    "a valid string": "a text in quotes",
    "a valid list": "a list",
    "a valid dictionary or instance of Grid": "a [[grid]] table",
    "greater than or equal to": "at least",
    "less than or equal to": "at most",
    "Value should have at least 1 item after validation, not 0": "at least one value",
}

_EXAMPLES = {
    **{axis.name: axis.example for axis in AXES},
    "name": '"bias"',
    "question": '"Which bias reaches far?"',
    "seeds": "5",
    "first_seed": "100",
    "sequences": "4",
    "features": "64",
    "burn_in": "0",
    "initial_state": '"zero"',
    "thresholds": "[1e-3, 0.1, 10, 1e3]",
    "measures": '["spectral_norm"]',
    "blocks": '"all" or "joint"',
    "optimizer": '"adam"',
    "batch": "32",
    "clip": "1.0",
    "updates": "1000",
    "success": "0.02",
    "measure_at": '"geometric"',
    "device": '"cpu"',
    "weights": '"lstm.pt"',
    "load": '["mycell.py"]',
    "grid": "[[grid]] above the grid's keys",
}
