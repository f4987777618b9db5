"""What is wanted of a point: measures, and what each is to be computed with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gradlab import catalog
from gradlab.statistics import THRESHOLDS
from gradlab.store.codec import to_json
from gradlab.store.results import BLOCKS, covers


@dataclass(frozen=True)
class Needs:
    """Measure -> what it is to be computed with, as stored: version, settings, blocks.

    Compared as text with what a point already has.
    """

    wanted: Mapping[str, str] = field(default_factory=dict)

    def union(self, other: "Needs") -> "Needs":
        """Return what both want; all blocks where one wants all."""
        merged = dict(self.wanted)
        for name, need in other.wanted.items():
            if not covers(merged, {name: need}):
                merged[name] = need
        return Needs(merged)

    def common(self, other: "Needs") -> "Needs":
        """Return what both want of the same measures, at the lesser of both."""
        shared = {}
        for name in self.wanted.keys() & other.wanted.keys():
            mine, theirs = self.wanted[name], other.wanted[name]
            shared[name] = theirs if covers({name: mine}, {name: theirs}) else mine
        return Needs(shared)

    def beyond(self, computed: Mapping[str, str]) -> "Needs":
        """Return what is not covered by what was computed already."""
        return Needs(
            {
                name: need
                for name, need in self.wanted.items()
                if not covers(computed, {name: need})
            }
        )

    def blocks(self) -> str:
        """Return the most that any measure wants: all blocks or joint."""
        wanted = {need.rpartition(" ")[2] for need in self.wanted.values()}
        return max(wanted or {"joint"}, key=BLOCKS.index)


def needs_of(
    measures: tuple[str, ...] | None,
    blocks: str,
    thresholds: tuple[float, ...] | None,
) -> Needs:
    """Return what a grid wants of each of its points; ``blocks`` of ``BLOCKS``."""
    names = usual() if measures is None else measures
    given = tuple(thresholds or THRESHOLDS)
    return Needs({name: _need(name, blocks, given) for name in names})


def usual() -> tuple[str, ...]:
    """Return the measures that are taken without being named: all but costly ones."""
    return tuple(
        name for name in catalog.names("measures") if not _metadata(name)["costly"]
    )


def settings_of(name: str, thresholds: tuple[float, ...]) -> dict[str, Any]:
    """Return the settings a measure is built with; few have any."""
    return {"thresholds": list(thresholds)} if _takes(name, "thresholds") else {}


def _need(name: str, blocks: str, thresholds: tuple[float, ...]) -> str:
    settings = to_json(settings_of(name, thresholds)).replace(" ", "")
    return f"{version_of(name)} {settings} {blocks}"


def version_of(name: str) -> int:
    """Return a measure's version without importing it."""
    return int(_metadata(name)["version"])


def _takes(name: str, setting: str) -> bool:
    """Say whether a measure has a field of this name."""
    return setting in _metadata(name)["settings"]


def _metadata(name: str) -> Mapping[str, Any]:
    return catalog.metadata("measures", name)
