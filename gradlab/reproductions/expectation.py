"""The pydantic model of ``NAME.expected.toml``: what should come out of a sweep.

All mistakes are reported together, each with its path. An example::

    question = "random matrices"
    kind = "law"
    claim = "A product of independent Gaussian matrices has Newman's exponents."
    source = ["newman1986"]
    seen = "abstract"
    minutes = 0.3

    [[compare]]
    label = "each of the 8 exponents"
    measured = { measure = "lyapunov_exponents", hidden = 8 }
    along = "index"
    law = "newman"
    with = { size = 8, index = "index" }
    tolerance = { standard_errors = 4 }
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    create_model,
    model_validator,
)

from gradlab import catalog
from gradlab.config.loading import read_toml
from gradlab.config.mistakes import ConfigMistakes
from gradlab.config.validators import one_of
from gradlab.errors import ConfigError, GradlabError
from gradlab.laws.base import PROVENANCES
from gradlab.store.table import COLUMNS


Kind = Literal["law", "published", "exact", "misconception", "seed", "identity"]
"""What a row holds up: a closed form, a printed number, an exact value, a sentence that
is taught and wrong, a claim of the seed, or a formula compared with itself, which does
not count."""

KINDS: tuple[str, ...] = get_args(Kind)

Outcome = Literal["right", "half right", "the other way round", "not shown"]
"""What measuring says of a claim of the seed; ``not shown``: neither way."""


def _checked(check: Callable[[Any], Any]) -> BeforeValidator:
    """Wrap a check so that pydantic collects its GradlabError."""

    def run(value: Any) -> Any:
        try:
            return check(value)
        except GradlabError as error:
            raise ConfigError(error.got, error.expected, error.try_) from error

    return BeforeValidator(run)


def _positive(value: Any) -> float:
    """Return a tolerance as a float."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number and 0 < value < math.inf):
        raise ConfigError(
            got=repr(value),
            expected="a finite number above 0, since nothing measured is exact",
            try_="1e-12 for what holds to rounding",
        )
    return float(value)


def _law(value: Any) -> str:
    return catalog.resolve("laws", str(value))


def _labels(value: Any) -> Any:
    """Return a column's value, or several."""
    for one in value if isinstance(value, list) and value else [value]:
        if isinstance(one, bool) or not isinstance(one, str | int | float):
            raise ConfigError(
                got=repr(one), expected="a name or a number, or a list", try_="[1, 2]"
            )
    return value


Positive = Annotated[float, _checked(_positive)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Column = Annotated[str, _checked(partial(one_of("column", COLUMNS)))]
Labels = Annotated[Any, _checked(_labels)]
Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, populate_by_name=True
    )


_SELECTED = [name for name in COLUMNS if name not in ("measure", "value", "sd")]

_FIELDS: dict[str, Any] = {
    "measure": (Text, ...),
    **dict.fromkeys(_SELECTED, (Labels, None)),
}

Selection: Any = create_model("Selection", __base__=_Strict, **_FIELDS)
"""Rows of the exported table: a measure, and values of its columns."""


Parameter = Annotated[
    Annotated[Number, Tag("float")]
    | Annotated[Column, Tag("str")]
    | Annotated[Selection, Tag("dict")],
    Discriminator(
        lambda v: "str" if isinstance(v, str) else "dict" if _is_rows(v) else "float"
    ),
]
"""A parameter of a law: a number, a column, or rows of the table."""


def _is_rows(value: Any) -> bool:
    return isinstance(value, Mapping | BaseModel)


class Tolerance(_Strict):
    """How far measured may be from expected; where several are given, the largest."""

    absolute: Positive | None = None
    relative: Positive | None = None
    standard_errors: Positive | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not any((self.absolute, self.relative, self.standard_errors)):
            raise ConfigError(
                got="a tolerance without a number",
                expected="absolute, relative or standard_errors",
                try_="tolerance = { relative = 0.01 }",
            )
        return self

    def allowed(self, expected: float, standard_error: float) -> float:
        """Return the largest difference that is within it.

        >>> Tolerance(absolute=0.1, relative=0.2).allowed(-2.0, math.nan)
        0.4
        """
        found = [self.absolute or 0.0]
        if self.relative is not None:
            found.append(self.relative * abs(expected))
        if self.standard_errors is not None:
            found.append(self.standard_errors * standard_error)
        return max(value for value in found if not math.isnan(value))


class Compare(_Strict):
    """One number, or one along an axis, measured and expected.

    Attributes:
        label: what is compared, a few words.
        measured: rows of the table; one value a seed, and a value of ``along``.
        along: a column; one comparison for each of its values.
        minus, divided_by: further rows, subtracted or divided by, seed by seed; with
            one value of the column ``along``, the same number at every place.
        reduce: over seeds; ``all``: every seed has to hold.
        expected: a number; a list, beside the sorted values of ``along``.
        law: in its place, the name of a law,
        with: and its parameters: numbers, columns, or rows of the table.
        same_as: in its place, rows of the table: another measured number.
        relation: of measured to expected.
        tolerance: see :class:`Tolerance`.
        unit: of both, for the report.
    """

    label: Text
    measured: Selection
    minus: Selection | None = None
    divided_by: Selection | None = None
    along: Column | None = None
    reduce: Literal["mean", "median", "min", "max", "all"] = "mean"
    expected: Number | list[Number] | None = None
    law: Annotated[str, _checked(_law)] | None = None
    with_: dict[str, Parameter] = Field(default_factory=dict, alias="with")
    same_as: Selection | None = None
    relation: Literal["equal", "at_most", "at_least"] = "equal"
    tolerance: Tolerance
    unit: str = ""

    @model_validator(mode="after")
    def _one_expectation(self) -> Self:
        given = [self.expected, self.law, self.same_as]
        if sum(value is not None for value in given) != 1:
            raise ConfigError(
                got="a comparison with none or several of expected, law, same_as",
                expected="one of them",
                try_="expected = 1.0",
            )
        if isinstance(self.expected, list) and self.along is None:
            raise ConfigError(
                got="a list of expected numbers without along",
                expected="the column whose values they belong to",
                try_='along = "hidden"',
            )
        if self.law is not None:
            _check_parameters(self.law, self.with_)
        return self


def _check_parameters(name: str, given: dict[str, Any]) -> None:
    """Refuse parameters that a law does not take, or lacks."""
    law: Any = catalog.get("laws", name)
    known = law.parameters()
    unknown = [f"with {key}" for key in given if key not in known]
    lacking = [f"without {key}" for key in known if known[key] and key not in given]
    if unknown or lacking:
        optional = [f"{key} (optional)" for key in known if not known[key]]
        required = [key for key in known if known[key]]
        raise ConfigError(
            got=f"the law {name} {[*unknown, *lacking][0]}",
            expected=f"its parameters {', '.join([*required, *optional])}",
            try_=f"gradlab list laws {name}",
        )


class Expectation(_Strict):
    """What should come out of a sweep, who says so, and how near it has to be.

    Attributes:
        question: rows of one question stand together.
        kind: see :data:`Kind`.
        claim: one sentence, inline text of a report.
        source: keys of :mod:`gradlab.report.references`.
        seen: how the source was read.
        minutes: that it takes on two cores.
        training: whether networks are trained.
        extra: of pyproject.toml that it needs.
        wrong, corrected: the sentence as it is taught, and as measured.
        number, claim_ko, outcome: of the seed's claim, and how it came out.
        compare: at least one comparison.
    """

    question: Text
    kind: Kind
    claim: Text
    source: list[Text] = Field(default_factory=list)
    seen: Annotated[str, _checked(one_of("provenance", PROVENANCES))]
    minutes: Positive
    training: bool = False
    extra: Text | None = None
    wrong: Text | None = None
    corrected: Text | None = None
    number: Annotated[int, Field(ge=1, le=15)] | None = None
    claim_ko: Text | None = None
    outcome: Outcome | None = None
    compare: list[Compare] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Ask of each kind what its report shows, and of others not.

        Labels have to differ: a report finds comparisons by them.
        """
        labels = [one.label for one in self.compare]
        for label in labels:
            if labels.count(label) > 1:
                raise ConfigError(
                    got=f"two comparisons with the label {label!r}",
                    expected="a label of its own for each",
                    try_=f'label = "{label}, ..."',
                )
        for kind, names in _OF_KIND.items():
            for name in names:
                if (getattr(self, name) is None) == (self.kind == kind):
                    here = "without" if self.kind == kind else "with"
                    raise ConfigError(
                        got=f"kind = {self.kind!r} {here} {name}",
                        expected=f"{name} in each row of the kind {kind}, and no other",
                        try_=f"{name} = ..." if here == "without" else "leaving it out",
                    )
        return self


_OF_KIND = {
    "misconception": ("wrong", "corrected"),
    "seed": ("number", "claim_ko", "outcome"),
}
"""Keys that one kind has and others have not."""

_EXAMPLES = {
    "question": '"random matrices"',
    "kind": '"law"',
    "claim": '"One sentence."',
    "source": '["newman1986"]',
    "seen": '"text"',
    "minutes": "0.5",
    "training": "true",
    "extra": '"digits"',
    "number": "9",
    "label": '"largest exponent"',
    "measured": '{ measure = "growth_rate", block = "joint" }',
    "along": '"gain"',
    "reduce": '"mean"',
    "expected": "1.0",
    "with": '{ size = 8, index = "index" }',
    "relation": '"at_most"',
    "tolerance": "{ relative = 0.01 }",
    "compare": "[[compare]] with a measured and an expected number",
}


def read(path: Path) -> Expectation:
    """Return the expectation of a TOML file.

    Raises:
        ConfigError: it cannot be read, or everything that is wrong in it.
    """
    try:
        return Expectation.model_validate(read_toml(path, try_=_TRY))
    except ValidationError as error:
        raise ConfigMistakes.of(path.name, error, _TABLES, _EXAMPLES) from None


_TRY = "gradlab reproduce --list"
_TABLES: dict[str, type[BaseModel]] = {
    "": Expectation,
    "compare": Compare,
    "tolerance": Tolerance,
    **dict.fromkeys(("measured", "minus", "divided_by", "same_as", "with"), Selection),
}
