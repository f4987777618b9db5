"""The pydantic model of a sweep's TOML file or dict.

All mistakes are reported together, each with its path. Keys at the top hold for every
``[[grid]]`` table, which may change axes, seeds, measures and blocks::

    name = "bias"
    length = [64, 256]

    [[grid]]
    name = "bias"
    cell = ["gru", "lstm"]
    forget_bias = "0:6:1"
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)

from gradlab.errors import ConfigError, GradlabError
from gradlab.sweeps import ranges, validators


MIN_LENGTH = 2


def _as_list(value: Any) -> Any:
    """Make a list of one value, or of a string that holds a list or a range."""
    if isinstance(value, str) and ranges.is_list(value):
        return ranges.expand(value)
    if isinstance(value, list | tuple):
        return list(value)
    return [value]


def _validated_by(check: Callable[[Any], Any]) -> BeforeValidator:
    """Wrap a check so that pydantic collects its GradlabError."""

    def run(value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ConfigError(
                got=repr(value), expected="a name or a number", try_="quotes around it"
            )
        try:
            return check(value)
        except GradlabError as error:
            raise ConfigError(error.got, error.expected, error.try_) from error

    return BeforeValidator(run)


def _string(check: Callable[[str], str]) -> BeforeValidator:
    """Wrap a check of strings; refuse other types."""

    def run(value: Any) -> Any:
        if not isinstance(value, str):
            raise ConfigError(
                got=repr(value), expected="a name in quotes", try_=f'"{value}"'
            )
        return check(value)

    return _validated_by(run)


LISTED = BeforeValidator(_as_list)
SOME = Field(min_length=1)

Number = Annotated[float, Field(allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=validators.MAX_SEED)]
Name = Annotated[str, _string(validators.title)]
Cells = Annotated[list[Annotated[str, _string(validators.cell)]], LISTED, SOME]
Activations = Annotated[
    list[Annotated[str, _string(validators.activation)]], LISTED, SOME
]
Inits = Annotated[list[Annotated[str, _string(validators.init)]], LISTED, SOME]
Gains = Annotated[list[Number], LISTED, SOME]
ForgetBiases = Annotated[
    list[Annotated[str | Number, _validated_by(validators.forget_bias)]], LISTED, SOME
]
Widths = Annotated[list[Annotated[int, Field(ge=1, le=65_536)]], LISTED, SOME]
Lengths = Annotated[
    list[Annotated[int, Field(ge=MIN_LENGTH, le=10_000_000)]], LISTED, SOME
]
Inputs = Annotated[list[Annotated[str, _string(validators.source)]], LISTED, SOME]
Losses = Annotated[list[Annotated[str, _string(validators.loss)]], LISTED, SOME]
Dtypes = Annotated[
    list[Annotated[str, _string(validators.one_of("dtype", validators.DTYPES))]],
    LISTED,
    SOME,
]
Seeds = Annotated[
    int | list[int],
    BeforeValidator(
        lambda v: validators.seeds(
            ranges.expand(v) if isinstance(v, str) and ranges.is_list(v) else v
        )
    ),
]
Measures = Annotated[list[Annotated[str, _string(validators.measure)]], LISTED, SOME]


class Axes(BaseModel):
    """Values of each axis; None where the level above decides."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    cell: Cells | None = None
    activation: Activations | None = None
    init: Inits | None = None
    gain: Gains | None = None
    forget_bias: ForgetBiases | None = None
    hidden: Widths | None = None
    length: Lengths | None = None
    input: Inputs | None = None
    loss: Losses | None = None
    dtype: Dtypes | None = None


class Grid(Axes):
    """A ``[[grid]]`` table; several may share a name."""

    name: Name | None = None
    seeds: Seeds | None = None
    measures: Measures | None = None
    blocks: Literal["all", "joint"] = "all"


class Config(Grid):
    """A whole sweep."""

    question: str = ""
    first_seed: Seed | None = None
    sequences: Annotated[int, Field(ge=1, le=100_000)] = 4
    features: Annotated[int, Field(ge=1, le=65_536)] = 64
    burn_in: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    initial_state: (
        Annotated[
            str,
            _validated_by(
                validators.one_of("initial state", validators.INITIAL_STATES)
            ),
        ]
        | None
    ) = None
    thresholds: (
        Annotated[
            tuple[Number, ...],
            BeforeValidator(lambda v: _numbers(v)),
        ]
        | None
    ) = None
    device: Annotated[str, _string(validators.device)] = "cpu"
    load: list[str] = Field(default_factory=list)
    grid: list[Grid] = Field(default_factory=list)


def _numbers(value: Any) -> tuple[float, ...]:
    listed = ranges.expand(value) if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not all(
        isinstance(v, int | float) and not isinstance(v, bool) for v in listed
    ):
        raise ConfigError(
            got=f"thresholds {value!r}",
            expected="four rising numbers above 0",
            try_="1e-3,0.1,10,1e3",
        )
    return validators.thresholds(tuple(float(v) for v in listed))


def is_name(text: str) -> bool:
    """Return whether a text can name a sweep or a grid."""
    return re.fullmatch(r"[\w][\w .-]*", text) is not None
