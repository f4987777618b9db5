"""What the records of a measure were computed with, and what is requested."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gradlab.store.codec import from_json, to_json


BLOCKS = ("joint", "all")
"""Which blocks of the Jacobian products are computed; each serves those before it."""


@dataclass(frozen=True)
class Requirement:
    """One measure, with everything its numbers depend on besides the point.

    Attributes:
        measure: name of the leaf.
        version: of the leaf; a newer one replaces older records.
        settings: the leaf's fields, as canonical JSON.
        source: SHA-256 of the leaf's file where that is outside the package. Files
            that it imports are not part of it.
        blocks: one of ``BLOCKS``.
    """

    measure: str
    version: int = 1
    settings: str = "{}"
    source: str = ""
    blocks: str = "all"

    @property
    def fingerprint(self) -> tuple[int, str, str]:
        """Version, settings and source: equal where the leaf is the same."""
        return self.version, self.settings, self.source

    @property
    def rank(self) -> tuple[int, str, str, int]:
        """A total order: newer versions last, then more blocks. Settles every tie."""
        return *self.fingerprint, BLOCKS.index(self.blocks)

    def covers(self, other: "Requirement") -> bool:
        """Whether records computed with this serve one who requests ``other``.

        >>> Requirement("horizon").covers(Requirement("horizon", blocks="joint"))
        True
        >>> Requirement("horizon").covers(Requirement("horizon", version=2))
        False
        """
        return (
            self.measure == other.measure
            and self.fingerprint == other.fingerprint
            and BLOCKS.index(self.blocks) >= BLOCKS.index(other.blocks)
        )


@dataclass(frozen=True)
class Measured:
    """What a point has of one measure.

    Attributes:
        requirement: what it was computed with.
        records: names of the records it gave; none where it does not apply to the cell.
    """

    requirement: Requirement
    records: tuple[str, ...]


def covers(
    computed: Mapping[str, Requirement], requested: Iterable[Requirement]
) -> bool:
    """Whether a point has every measure that is requested, as it is requested."""
    return all(
        one.measure in computed and computed[one.measure].covers(one)
        for one in requested
    )


def write_computed(computed: Mapping[str, Measured]) -> str:
    """Return the text of a point's column ``computed``."""
    return to_json(
        {
            name: [*_values(one.requirement), list(one.records)]
            for name, one in computed.items()
        }
    )


def read_computed(text: str) -> dict[str, Measured]:
    """Return measure -> what was computed of it, from a point's row."""
    return {
        name: Measured(Requirement(name, *values), tuple(records))
        for name, (*values, records) in from_json(text).items()
    }


GridRequirements = Mapping[str, Mapping[str, Requirement]]
"""Grid -> measure -> what every point of the grid is to have."""


def write_requirements(requirements: GridRequirements) -> str:
    """Return the text of a sweep's column ``requirements``."""
    return to_json(
        {
            grid: {name: _values(one) for name, one in its.items()}
            for grid, its in requirements.items()
        }
    )


def read_requirements(text: str) -> dict[str, dict[str, Requirement]]:
    """Return grid -> measure -> requirement, from a sweep's row."""
    return {
        grid: {name: Requirement(name, *values) for name, values in its.items()}
        for grid, its in from_json(text).items()
    }


def _values(requirement: Requirement) -> list[Any]:
    return [*requirement.fingerprint, requirement.blocks]
