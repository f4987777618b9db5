"""What a sweep requests of a point: measures, each with its fingerprint and blocks.

A measure's fingerprint is its version, the values of its fields and, for a leaf outside
the package, the SHA-256 of its file and of those beside it that it imports. Records
with another fingerprint are computed again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gradlab import canonical_json, catalog
from gradlab.requirement import BLOCKS, Requirement, covers
from gradlab.statistics import THRESHOLDS
from gradlab.sweeps.keys import source_hash


@dataclass(frozen=True)
class Requirements:
    """Measures of one point.

    Attributes:
        by_measure: measure -> how it is to be computed.
    """

    by_measure: Mapping[str, Requirement] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.by_measure)

    def union(self, other: "Requirements") -> "Requirements":
        """Return all measures of both, each at the higher level of blocks."""
        merged = dict(self.by_measure)
        for name, one in other.by_measure.items():
            if not covers(merged, [one]):
                merged[name] = one
        return Requirements(merged)

    def intersection(self, other: "Requirements") -> "Requirements":
        """Return the measures that are in both, each at the lower level of blocks."""
        shared = {}
        for name in self.by_measure.keys() & other.by_measure.keys():
            first, second = self.by_measure[name], other.by_measure[name]
            shared[name] = second if first.covers(second) else first
        return Requirements(shared)

    def minus(self, computed: Mapping[str, Requirement]) -> "Requirements":
        """Return what is not served by what was computed already."""
        return Requirements(
            {
                name: one
                for name, one in self.by_measure.items()
                if not covers(computed, [one])
            }
        )

    def blocks(self) -> str:
        """Return the highest level of blocks that any measure requires."""
        return max(
            (one.blocks for one in self.by_measure.values()),
            key=BLOCKS.index,
            default=BLOCKS[0],
        )


def requirements_of(
    measures: tuple[str, ...] | None,
    blocks: str,
    thresholds: tuple[float, ...] | None,
    *,
    trained: bool = False,
) -> Requirements:
    """Return what a grid requests of each of its points.

    Args:
        measures: their names; None for the default ones.
        blocks: one of ``BLOCKS``.
        thresholds: of verdicts, where they are not the default ones.
        trained: whether the points are trained. Measures of a training are left out
            of others, and of those trained nothing is without them.
    """
    if measures is None:
        names = default_measures(trained)
    elif trained:
        names = tuple(dict.fromkeys([*measures, *_measures_of_training()]))
    else:
        names = tuple(m for m in measures if m not in _measures_of_training())
    return Requirements(
        {name: requirement_of(name, blocks, thresholds) for name in names}
    )


def requirement_of(
    name: str, blocks: str, thresholds: tuple[float, ...] | None = None
) -> Requirement:
    """Return a measure with its fingerprint as it is now; imports no torch."""
    return Requirement(
        measure=name,
        version=int(catalog.metadata("measures", name)["version"]),
        settings=canonical_json.dumps(settings_of(name, thresholds)),
        source_sha=source_hash("measures", name),
        blocks=blocks,
    )


def default_measures(trained: bool = False) -> tuple[str, ...]:
    """Return the measures of a sweep that names none.

    All but costly ones and those of a training; of networks that are trained, those of
    the training and those that say of themselves that they are taken along it.
    """
    chosen = []
    for name in catalog.names("measures"):
        about = catalog.metadata("measures", name)
        if trained and (about["of_training"] or about["along_training"]):
            chosen.append(name)
        elif not (trained or about["of_training"] or about["costly"]):
            chosen.append(name)
    return tuple(chosen)


def _measures_of_training() -> tuple[str, ...]:
    known = catalog.names("measures")
    return tuple(m for m in known if catalog.metadata("measures", m)["of_training"])


def settings_of(name: str, thresholds: tuple[float, ...] | None) -> dict[str, Any]:
    """Return the values of a measure's fields: a sweep sets ``thresholds`` alone."""
    settings = dict(catalog.metadata("measures", name)["settings"])
    if "thresholds" in settings:
        settings["thresholds"] = list(thresholds or THRESHOLDS)
    return settings
