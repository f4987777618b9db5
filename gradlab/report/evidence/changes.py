"""Changes of bias, weights, gain or activation, each measured before and after."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gradlab.axes import own_input_bias
from gradlab.report.evidence.networks import BIASES, Network, Networks


TEN = math.log(10)
SINGLE = (BIASES, frozenset({"init"}), frozenset({"gain"}), frozenset({"activation"}))
BOTH = frozenset({"init", "activation"})
"""Weights and activation may be changed together: some are made for one another."""


@dataclass(frozen=True)
class Change:
    """Two networks that differ in nothing but some settings.

    Attributes:
        axes: the settings.
    """

    before: Network
    after: Network
    axes: frozenset[str]

    @property
    def single(self) -> bool:
        """Whether one setting was changed: chrono sets both biases."""
        return any(self.axes <= one for one in SINGLE)

    @property
    def helps(self) -> bool:
        """Whether at most half as many decades are lost after it, and none gained.

        Not by a linear network, which computes next to nothing.
        """
        linear = self.after.row.params.get("activation") == "linear"
        if linear or not self.after.finite or self.after.ln_left > TEN:
            return False
        decades = abs(self.before.ln_left) if self.before.finite else math.log(1e6)
        return 2 * abs(self.after.ln_left) <= decades

    @property
    def rank(self) -> tuple[float, float, float]:
        """Smaller is better: reach, then directions, then what is left."""
        after, rounded = self.after, 0
        if after.directions > 0:
            rounded = round(after.directions)
        return -after.steps, -rounded, abs(after.ln_left)


def holds(network: Network) -> bool:
    """Whether between 1/10 and 10 of a gradient is left."""
    return network.finite and abs(network.ln_left) <= TEN


def changes(networks: Networks) -> list[list[Change]]:
    """Return all changes of each network in need that is a default.

    Where there is no default, those of the network farthest from 1.
    """
    defaults = [n for n in networks.measured if _default(n)]
    if not defaults and networks.finite:
        defaults = [max(networks.finite, key=lambda n: abs(n.ln_left))]
    in_need = [n for n in defaults if not holds(n)]
    found = [[c for n in networks.measured if (c := _change(b, n))] for b in in_need]
    return [group for group in found if group]


def best(group: Sequence[Change], most: int = 3) -> list[Change]:
    """Return the changes that help best, at most two of the same settings."""
    kept: list[Change] = []
    for change in sorted((c for c in group if c.helps), key=lambda c: c.rank):
        if sum(c.axes == change.axes for c in kept) < 2:
            kept.append(change)
    return kept[:most]


def _default(network: Network) -> bool:
    return (
        network.customary
        and network.bias in (None, "keep")
        and own_input_bias(network.row.params) is None
    )


def _change(before: Network, after: Network) -> Change | None:
    """A network whose input bias was set apart is a control, and no change."""
    change = Change(before, after, before.differs_in(after))
    known = change.axes and (change.single or change.axes == BOTH)
    control = any(own_input_bias(n.row.params) is not None for n in (before, after))
    return change if known and not control else None
