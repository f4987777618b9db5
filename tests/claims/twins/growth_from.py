"""The twin of the claim ``growth_from``."""

import math
import re

from tests.claims.sweep import SIZE, Network, Sweep, bias, cell, close, number


PATTERN = (
    rf"From (?P<bias>.+) on the gradient of (?P<cell>.+) grows: "
    rf"(?P<factors>(?:{SIZE})(?:, (?:{SIZE}))*) times over (?P<length>\S+) steps\."
)
KOREAN = (
    r"(?P<cell>.+) — (?P<bias>.+)부터 기울기가 커진다: (?P<length>\S+)스텝 동안 "
    rf"(?P<factors>(?:{SIZE})(?:, (?:{SIZE}))*)배\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some cell grows at every bias from this one on, and at none below it."""
    factors = match["factors"].split(", ")
    first = [
        n
        for n in sweep.finite
        if cell(n.params["cell"]) == match["cell"] and bias(n.params) == match["bias"]
    ]
    assert any(_grows_from(n, factors, sweep) for n in first)
    assert number(match["length"]) == sweep.length


def _grows_from(first: Network, factors: list[str], sweep: Sweep) -> bool:
    group = [n for n in sweep.finite if sweep.differ(n, first) <= {"forget_bias"}]
    group = sorted((n for n in group if _number(n) is not None), key=_number)
    at = group.index(first)
    grown = [n.left for n in group[at:]]
    return (
        at > 0
        and max(n.left for n in group[:at]) <= math.log(1.05) + 1e-12
        and min(grown) >= math.log(1.05)
        and len(factors) == min(4, len(grown))
        and all(map(close, factors, grown))
    )


def _number(network: Network) -> float | None:
    try:
        return float(network.params["forget_bias"])
    except (TypeError, ValueError):
        return None
