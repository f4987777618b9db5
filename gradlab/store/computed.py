"""Two columns as text: what a point has of each measure, what a sweep requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradlab import canonical_json
from gradlab.requirement import Requirement


@dataclass(frozen=True)
class Measured:
    """What a point has of one measure.

    Attributes:
        requirement: what it was computed with.
        records: names of the records it gave; none where it does not apply to the cell.
    """

    requirement: Requirement
    records: tuple[str, ...]


def write_computed(computed: Mapping[str, Measured]) -> str:
    """Return the text of a point's column ``computed``."""
    return canonical_json.dumps(
        {
            name: [*_values(measured.requirement), list(measured.records)]
            for name, measured in computed.items()
        }
    )


def read_computed(text: str) -> dict[str, Measured]:
    """Return measure -> what was computed of it, from a point's row."""
    return {
        name: Measured(Requirement(name, *values), tuple(records))
        for name, (*values, records) in canonical_json.loads(text).items()
    }


GridRequirements = Mapping[str, Mapping[str, Requirement]]
"""Grid -> measure -> what every point of the grid is to have."""


def write_requirements(requirements: GridRequirements) -> str:
    """Return the text of a sweep's column ``requirements``."""
    return canonical_json.dumps(
        {
            grid: {name: _values(wanted) for name, wanted in by_measure.items()}
            for grid, by_measure in requirements.items()
        }
    )


def read_requirements(text: str) -> dict[str, dict[str, Requirement]]:
    """Return grid -> measure -> requirement, from a sweep's row."""
    return {
        grid: {name: Requirement(name, *values) for name, values in by_measure.items()}
        for grid, by_measure in canonical_json.loads(text).items()
    }


def _values(requirement: Requirement) -> list[Any]:
    return [*requirement.fingerprint, requirement.blocks]
