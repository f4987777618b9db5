"""Measured numbers of the exported table, by seed and along an axis."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gradlab.errors import ConfigError
from gradlab.reproductions.expectation import Selection


if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Numbers:
    """Numbers by place along an axis and seed.

    Attributes:
        by_place: (place, seed) -> number; the place is None where there is no axis.
    """

    by_place: Mapping[tuple[Hashable, int], float]

    @property
    def places(self) -> list[Any]:
        """The places, in order."""
        return sorted({place for place, _ in self.by_place})

    def at(self, place: Any, seed: int) -> float:
        """Return the number at a place, or the one that holds at every place.

        Raises:
            KeyError: there is none.
        """
        found = self.by_place.get((place, seed))
        return self.by_place[None, seed] if found is None else found

    def seeds(self, place: Any) -> list[int]:
        """Return the seeds that have a number at a place."""
        return sorted(seed for other, seed in self.by_place if other == place)


def select(table: "pandas.DataFrame", chosen: Any, along: str | None) -> Numbers:
    """Return the numbers of rows of a table.

    Args:
        table: as :func:`gradlab.store.table.table` returns it.
        chosen: a :class:`Selection`.
        along: the column whose values are places; where the selection has one value
            of it, its number holds at every place.

    Raises:
        ConfigError: no row; several for one place and seed.
    """
    rows = table
    for name, wanted in as_written(chosen).items():
        values = wanted if isinstance(wanted, list) else [wanted]
        texts = {_text(value) for value in values}
        rows = rows[rows[name].map(_text).isin(texts)]
    if rows.empty:
        raise ConfigError(
            got=f"no measured number of {describe(chosen)}",
            expected="rows of the sweep's table",
            try_="gradlab export DIR, and look for them",
        )
    one_place = isinstance(as_written(chosen).get(along or ""), str | int | float)
    given = along is not None and not one_place and rows[along].notna().any()
    places = [as_number(v) for v in rows[along]] if given else [None] * len(rows)
    keys = list(zip(places, rows["seed"].astype(int), strict=True))
    if len(set(keys)) < len(keys):
        raise _ambiguous(rows, chosen, along)
    return Numbers(dict(zip(keys, rows["value"].astype(float), strict=True)))


def as_written(chosen: Any) -> dict[str, Any]:
    """Return the columns that a selection names, with their values."""
    return {name: v for name, v in chosen.model_dump().items() if v is not None}


def describe(chosen: Any) -> str:
    """Return a selection in words: ``growth_rate (block joint, cell lstm)``."""
    named = as_written(chosen)
    measure = named.pop("measure")
    more = ", ".join(f"{name} {value}" for name, value in named.items())
    return f"{measure} ({more})" if more else str(measure)


def as_number(value: Any) -> Any:
    """Return a column's value as a number where it is one; ``keep`` stays a word."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return int(number) if number.is_integer() else number


def _text(value: Any) -> str:
    """Return a value so that 1, 1.0 and "1" are the same."""
    return str(as_number(value))


def _ambiguous(rows: "pandas.DataFrame", chosen: Any, along: str | None) -> ConfigError:
    """Return the error of rows that a selection does not tell apart."""
    ignored = {"value", "sd", "seed", along}
    varying = [
        name
        for name in rows.columns
        if name not in ignored and rows[name].map(_text).nunique() > 1
    ]
    name = varying[0] if varying else "seed"
    values = list(dict.fromkeys(rows[name].map(_text)))
    return ConfigError(
        got=f"several numbers a seed of {describe(chosen)}: {name} "
        + ", ".join(values[:6]),
        expected="one number a seed, and a value of along",
        try_=f"{name} = {values[0]!r} in the selection",
    )


__all__ = ["Numbers", "Selection", "as_number", "as_written", "describe", "select"]
