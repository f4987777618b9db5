"""Runs by their first gradient before training, as several claims look at them."""

from collections.abc import Iterator

from gradlab.report.claims.base import Networks
from gradlab.report.evidence.learning import (
    Run,
    best_bound,
    gradients,
    groups,
    runs,
)
from gradlab.report.evidence.learning_values import RunsWith


def parted(networks: Networks) -> Iterator[tuple[list[Run], int, RunsWith]]:
    """Yield runs of the usual epsilon, the power of ten that parts them, their name."""
    every = runs(groups(networks.story))
    found = gradients(every)
    bound = best_bound(found)
    if bound is not None:
        several = len({run.epsilon for run in every}) > 1
        yield found, bound, RunsWith(found[0].epsilon if several else None)
