"""What the records of a measure were computed with, and what is requested."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


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


def covers(
    computed: Mapping[str, Requirement], requested: Iterable[Requirement]
) -> bool:
    """Whether a point has every measure that is requested, as it is requested."""
    return all(
        one.measure in computed and computed[one.measure].covers(one)
        for one in requested
    )
