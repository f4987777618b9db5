"""What the records of a measure were computed with, and what is requested.

A record is one output of a measure at one point. What a sweep requests, and what a
point has, is kept measure by measure: its version, settings and source, and how many
blocks of the Jacobian product were computed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


BLOCKS = ("joint", "all")
"""Levels of how many blocks of the Jacobian product are computed, the fewest first.

``joint``: the norms of the whole product alone; ``all``: of every block as well.
Records of a later level serve whoever requests an earlier one.
"""


@dataclass(frozen=True)
class Requirement:
    """One measure, with everything its numbers depend on besides the point.

    Attributes:
        measure: its name.
        version: of the measure; a newer one replaces older records.
        settings: the measure's fields, as canonical JSON.
        source_sha: SHA-256 of the measure's file where that is outside the package.
            Files beside it that it imports are part of it.
        blocks: one of ``BLOCKS``.
    """

    measure: str
    version: int = 1
    settings: str = "{}"
    source_sha: str = ""
    blocks: str = "all"

    @property
    def fingerprint(self) -> tuple[int, str, str]:
        """Version, settings and source: equal where the measure is the same."""
        return self.version, self.settings, self.source_sha

    @property
    def rank(self) -> tuple[int, str, str, int]:
        """A total order: newer versions last, then the higher level of blocks."""
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


def covers(
    computed: Mapping[str, Requirement], requested: Iterable[Requirement]
) -> bool:
    """Whether a point has every measure that is requested, as it is requested."""
    return all(
        wanted.measure in computed and computed[wanted.measure].covers(wanted)
        for wanted in requested
    )
