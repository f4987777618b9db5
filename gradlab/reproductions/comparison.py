"""One comparison of a measured number with an expected one, and whether it holds."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from gradlab import catalog
from gradlab.errors import ConfigError
from gradlab.reproductions.expectation import Compare
from gradlab.reproductions.selection import Numbers, as_number, select


if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Comparison:
    """A measured number beside the expected one.

    Attributes:
        label: what is compared.
        along: the axis; empty where there is none.
        place: on it; None where there is none.
        measured: over seeds.
        standard_error: of it, over seeds; NaN below two of them.
        lowest, highest: over seeds.
        expected: the number it is compared with.
        allowed: the tolerance, in the same unit.
        relation: ``equal``, ``at_most``, ``at_least``.
        seeds: how many there were.
        held: whether it is within tolerance.
        unit: of measured and expected.
    """

    label: str
    along: str
    place: Any
    measured: float
    standard_error: float
    lowest: float
    highest: float
    expected: float
    allowed: float
    relation: str
    seeds: int
    held: bool
    unit: str = ""


def compare(table: "pandas.DataFrame", asked: Compare) -> list[Comparison]:
    """Return the comparisons of one entry: one, or one for each place along its axis.

    Args:
        table: of the sweep's results.
        asked: the entry.

    Raises:
        ConfigError: rows that are not there or not told apart; a law that does not
            apply; places or seeds that do not fit.
    """
    measured = select(table, asked.measured, asked.along)
    parts = [
        (select(table, rows, asked.along), combine)
        for rows, combine in ((asked.minus, _minus), (asked.divided_by, _over))
        if rows is not None
    ]
    expected = _expected(table, asked, measured)
    found = []
    for place in measured.places:
        seeds = measured.seeds(place)
        try:
            values = [measured.at(place, seed) for seed in seeds]
            for part, combine in parts:
                values = [
                    combine(value, part.at(place, seed))
                    for value, seed in zip(values, seeds, strict=True)
                ]
            wanted = [expected(place, seed) for seed in seeds]
        except KeyError as error:
            raise ConfigError(
                got=f"{asked.label} without a counterpart at {error}",
                expected="the same places and seeds on both sides",
                try_="the same columns in both selections",
            ) from error
        found.append(_held(asked, place, np.array(values), np.array(wanted)))
    return found


def _minus(value: float, other: float) -> float:
    return value - other


def _over(value: float, other: float) -> float:
    return value / other if other else math.nan


def _expected(
    table: "pandas.DataFrame", asked: Compare, measured: Numbers
) -> Callable[[Any, int], float]:
    """Return what gives the expected number at a place and seed."""
    if asked.law is not None:
        return _by_law(table, asked)
    if asked.same_as is not None:
        return select(table, asked.same_as, asked.along).at
    if not isinstance(asked.expected, list):
        return lambda place, seed: float(asked.expected)  # type: ignore[arg-type]
    places = measured.places
    if len(places) != len(asked.expected):
        raise ConfigError(
            got=f"{len(asked.expected)} expected numbers of {asked.label}",
            expected=f"one for each {asked.along}: {', '.join(map(str, places))}",
            try_="gradlab export DIR, which has them all",
        )
    numbers = dict(zip(places, asked.expected, strict=True))
    return lambda place, seed: float(numbers[place])


def _by_law(table: "pandas.DataFrame", asked: Compare) -> Callable[[Any, int], float]:
    law: Any = catalog.get("laws", str(asked.law))()
    given = {
        name: _parameter(table, value, asked) for name, value in asked.with_.items()
    }

    def value(place: Any, seed: int) -> float:
        parameters = {name: float(of(place, seed)) for name, of in given.items()}
        reason = law.applies(**parameters)
        if reason:
            raise ConfigError(
                got=f"the law {asked.law} where it does not hold: {reason}",
                expected="parameters for which it does",
                try_=f"gradlab list laws {asked.law}",
            )
        return float(law.value(**parameters))

    return value


def _parameter(
    table: "pandas.DataFrame", value: Any, asked: Compare
) -> Callable[[Any, int], Any]:
    """Return what gives a law's parameter at a place and seed."""
    if isinstance(value, int | float):
        return lambda place, seed: value
    if not isinstance(value, str):
        return select(table, value, asked.along).at
    if value == asked.along:
        return lambda place, seed: place
    if value == "seed":
        return lambda place, seed: seed
    chosen = getattr(asked.measured, value, None)
    if isinstance(chosen, str | int | float):
        return lambda place, seed: as_number(chosen)
    raise ConfigError(
        got=f"{value} as a parameter of {asked.law} in {asked.label}",
        expected="the column along which numbers are compared, or one of measured",
        try_=f'along = "{value}"',
    )


_REDUCE: dict[str, Callable[[np.ndarray], float]] = {
    "mean": np.mean,
    "median": np.median,
    "min": np.min,
    "max": np.max,
}


def _held(
    asked: Compare, place: Any, values: np.ndarray, wanted: np.ndarray
) -> Comparison:
    """Reduce over seeds, and say whether it is within tolerance."""
    with np.errstate(invalid="ignore"):
        apart = np.where(values == wanted, 0.0, values - wanted)
        count = len(values)
        error = float(apart.std(ddof=1) / math.sqrt(count)) if count > 1 else math.nan
    if asked.reduce == "all":
        wrong_side = np.nan_to_num(_beyond(asked.relation, apart), nan=np.inf)
        worst = int(np.argmax(wrong_side))
        measured, expected = float(values[worst]), float(wanted[worst])
    else:
        reduce = _REDUCE[asked.reduce]
        measured, expected = float(reduce(values)), float(reduce(wanted))
    if asked.tolerance.standard_errors is not None and math.isnan(error):
        raise ConfigError(
            got=f"a tolerance in standard errors of {asked.label}, at one seed",
            expected="two seeds or more, whose spread gives the error",
            try_="seeds = 8 in the sweep, or tolerance = { absolute = ... }",
        )
    allowed = asked.tolerance.allowed(expected, error)
    gap = 0.0 if measured == expected else measured - expected
    beyond = float(_beyond(asked.relation, np.array(gap)))
    return Comparison(
        asked.label,
        asked.along or "",
        place,
        measured,
        error,
        float(values.min()),
        float(values.max()),
        expected,
        allowed,
        asked.relation,
        count,
        beyond <= allowed,
        asked.unit,
    )


def _beyond(relation: str, apart: np.ndarray) -> np.ndarray:
    """Return how far measured minus expected is on the wrong side."""
    if relation == "equal":
        return np.abs(apart)
    return apart if relation == "at_most" else -apart
