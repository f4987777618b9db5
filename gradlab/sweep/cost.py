"""How long a point takes and how much memory its products fill, roughly.

The model is three numbers a cell, fitted on two cores of an ordinary machine; a running
sweep corrects it by what it sees. It orders groups, tells the time left before anything
is measured, and bounds what runs without a yes.
"""

from gradlab.sweep.needs import Needs
from gradlab.sweep.points import Point


GROUP_BYTES = 12 * 2**20
"""Products of one group: small enough to stay near the processor's cache."""

CHAINED = frozenset(
    {
        "spectral_norm",
        "frobenius_norm",
        "stable_rank",
        "growth_rate",
        "half_life",
        "horizon",
        "verdict",
    }
)
"""Measures that need the chain of Jacobians."""

BACKWARD = frozenset({"loss_gradient", "weight_contribution", "weight_share"})
"""Measures that need a backward pass."""

_PRODUCTS = {"rnn": (1.0, 1.0), "gru": (2.0, 4.0), "lstm": (4.0, 7.0)}
"""Matrix products of H x H a step: for the joint block alone, and for all blocks."""


def states(cell: str) -> int:
    """Return how many states of H units a cell has, as far as the name tells."""
    return 2 if cell.partition(":")[0] == "lstm" else 1


def bytes_of(point: Point) -> int:
    """Return the size of the products of one point."""
    width = states(point.cell) * point.hidden
    return point.sequences * width * width * (8 if point.dtype == "float64" else 4)


def seconds_of(point: Point, needs: Needs) -> float:
    """Return about how long one point takes inside a group, on one core."""
    steps = point.length * point.sequences
    forward = (point.length + point.burn_in) * (6e-6 + 2e-9 * point.hidden**2)
    wanted = needs.wanted.keys()
    total = 2e-3 + forward
    if wanted & CHAINED or wanted - CHAINED - BACKWARD - {"triangle"}:
        joint, everything = _PRODUCTS.get(point.cell.partition(":")[0], (4.0, 8.0))
        products = everything if needs.blocks() == "all" else joint
        total += steps * (1e-6 + products * 2 * point.hidden**3 / 3e10)
        total += (
            16 * point.sequences * (states(point.cell) * point.hidden / 64) ** 3 * 2e-4
        )
    if wanted & BACKWARD:
        total += 4 * forward + steps * 2e-6
    if "triangle" in wanted:
        joint, _ = _PRODUCTS.get(point.cell.partition(":")[0], (4.0, 8.0))
        total += 64 * point.length * joint * 2 * point.hidden**3 / 3e10 + 0.3
    return total * (2 if point.dtype == "float64" else 1)
