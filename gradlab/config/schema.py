"""The pydantic model of a sweep's TOML file or dict.

All errors are reported together, each with its path. Keys at the top level apply to
every ``[[grid]]`` table, which may override axes, seeds, measures and blocks::

    name = "bias"
    length = [64, 256]

    [[grid]]
    name = "bias"
    cell = ["gru", "lstm"]
    forget_bias = "0:6:1"
"""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gradlab import catalog, cells
from gradlab.config import ranges, validators
from gradlab.errors import ConfigError, GradlabError
from gradlab.initializers import _gate_bias
from gradlab.training.settings import OPTIMIZERS


MIN_LENGTH = 2


def _as_list(value: Any) -> Any:
    """Make a list of one value, or of a string such as ``1,2,4`` or ``0:6:1``."""
    if isinstance(value, str):
        return ranges.expand(value)
    return list(value) if isinstance(value, list | tuple) else [value]


def _measure_at_values(value: Any) -> Any:
    """Return a list of numbers of updates, or a word as it is."""
    is_word = isinstance(value, str) and value.strip().isalpha()
    return value if is_word else _as_list(value)


def _count_or_list(value: Any) -> Any:
    """Return a list for a string that holds one (``3,``), a number for ``3``."""
    values = _as_list(value)
    is_one = isinstance(value, str) and not ranges.is_list(value) and len(values) == 1
    return values[0] if is_one else value if isinstance(value, int) else values


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


def _leaf(kind: str) -> BeforeValidator:
    """Return a validator of the names of leaves, which also resolves aliases."""
    return _string(partial(catalog.resolve, kind))


T = TypeVar("T")
Listed = Annotated[list[T], BeforeValidator(_as_list), Field(min_length=1)]
"""One value, several, or a string such as ``16:1024:x2``; never none."""

Number = Annotated[float, Field(allow_inf_nan=False)]
Seed = Annotated[int, Field(ge=0, le=validators.MAX_SEED)]
Seeds = Annotated[
    int | list[int], BeforeValidator(lambda v: validators.seeds(_count_or_list(v)))
]
Name = Annotated[str, _string(validators.name)]
CellSpec = Annotated[str, _string(cells.canonical)]
Activation = Annotated[str, _leaf("activations")]
Initializer = Annotated[str, _leaf("initializers")]
ForgetBias = Annotated[
    str | Number, _validated_by(partial(_gate_bias.check, "forget_bias"))
]
InputBias = Annotated[
    str | Number, _validated_by(partial(_gate_bias.check, "input_bias"))
]
Width = Annotated[int, Field(ge=1, le=65_536)]
Length = Annotated[int, Field(ge=MIN_LENGTH, le=10_000_000)]
Input = Annotated[str, _string(validators.input_spec)]
Loss = Annotated[str, _leaf("losses")]
Task = Annotated[str, _string(validators.task_spec)]
LearningRate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Epsilon = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Optimizer = Annotated[str, _string(validators.one_of("optimizer", tuple(OPTIMIZERS)))]
Clip = Annotated[str | float, BeforeValidator(validators.clip)]
MeasureAt = Annotated[
    str, BeforeValidator(lambda v: validators.measure_at(_measure_at_values(v)))
]
Dtype = Annotated[str, _string(validators.one_of("dtype", validators.DTYPES))]
InitialState = Annotated[
    str, _validated_by(validators.one_of("initial state", validators.INITIAL_STATES))
]
MeasureName = Annotated[str, _leaf("measures")]
Thresholds = Annotated[
    tuple[Number, ...], BeforeValidator(lambda v: validators.thresholds(_as_list(v)))
]


class Axes(BaseModel):
    """Values of each axis; None: inherited from the top level, or the baseline."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    cell: Listed[CellSpec] | None = None
    activation: Listed[Activation] | None = None
    init: Listed[Initializer] | None = None
    gain: Listed[Number] | None = None
    forget_bias: Listed[ForgetBias] | None = None
    input_bias: Listed[InputBias] | None = None
    hidden: Listed[Width] | None = None
    length: Listed[Length] | None = None
    input: Listed[Input] | None = None
    loss: Listed[Loss] | None = None
    task: Listed[Task] | None = None
    learning_rate: Listed[LearningRate] | None = None
    epsilon: Listed[Epsilon] | None = None
    dtype: Listed[Dtype] | None = None


class Grid(Axes):
    """A ``[[grid]]`` table; several may share a name."""

    name: Name | None = None
    seeds: Seeds | None = None
    measures: Listed[MeasureName] | None = None
    blocks: Literal["all", "joint"] = "all"


class Config(Grid):
    """A whole sweep."""

    question: str = ""
    first_seed: Seed | None = None
    sequences: Annotated[int, Field(ge=1, le=100_000)] = 4
    features: Width = 64
    burn_in: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    initial_state: InitialState | None = None
    thresholds: Thresholds | None = None
    optimizer: Optimizer | None = None
    batch: Annotated[int, Field(ge=1, le=100_000)] | None = None
    clip: Clip | None = None
    updates: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    success: Number | None = None
    measure_at: MeasureAt | None = None
    device: Annotated[str, _string(validators.device)] = "cpu"
    weights: Annotated[str, Field(min_length=1)] | None = None
    load: list[str] = Field(default_factory=list)
    grid: list[Grid] = Field(default_factory=list)
