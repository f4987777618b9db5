"""How a larger bias opens the gate that keeps the past, and what a step then keeps."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Bias,
    Claim,
    Kept,
    Network,
    Networks,
    Number,
    Unbiased,
    Value,
)
from gradlab.report.evidence.roads import rate


ALL = math.log(1.005)
"""What counts as nothing lost: beyond it a gradient grows."""


class OpenGate(Claim):
    """The most closed and the most open gate of networks alike in all but one bias."""

    name = "open_gate"
    places = {"cell_state": 95, "inside": 70, "top": 74}
    text = {
        "en": (
            "From $low to $high the gate that keeps the past opens towards 1, from "
            "$closed to $open on average, and a step of $network keeps $kept of the "
            "gradient instead of $less."
        ),
        "ko": (
            "$network — 편향을 바꾸면($low → $high) 과거를 지키는 게이트의 평균이 "
            "1에 가까워지고($closed → $open) 스텝당 남는 비율이 커진다($less → "
            "$kept)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield pairs of which the more open one loses less, or nothing."""
        for group in _alike(networks):
            low = min(group, key=gate)
            more = [n for n in group if _opened(low, n)]
            if rate(low) < 0 and more:
                high = max(more, key=gate)
                yield {
                    "network": Unbiased(low),
                    "low": Bias(low.row.params),
                    "high": Bias(high.row.params),
                    "closed": Number(gate(low)),
                    "open": Number(gate(high)),
                    "less": Kept(rate(low)),
                    "kept": Kept(rate(high)),
                }


def gate(network: Network) -> float:
    """The mean of the gate that keeps the past; NaN where it was not measured."""
    return network.mean("gate_mean", block="keep_gate")


def _opened(low: Network, high: Network) -> bool:
    """Whether a bias is larger, its gate more open by a tenth, and less is lost."""
    opened = _size(high) > _size(low) and gate(high) > gate(low) + 0.1
    return opened and rate(low) < rate(high) < ALL


def _size(network: Network) -> float:
    """The bias as a number: PyTorch's default draws it about 0."""
    return 0.0 if network.bias == "keep" else float(network.row.params["forget_bias"])


def _alike(networks: Networks) -> Iterator[list[Network]]:
    """Yield networks that differ in a bias that is a number.

    PyTorch's weights come first, and of them the last of the tables.
    """
    groups: dict[tuple, list[Network]] = {}
    for n in networks.having("gate_mean"):
        numeric = n.bias == "keep" or isinstance(n.bias, int | float)
        if numeric and math.isfinite(rate(n)) and 0 <= gate(n) <= 1:
            groups.setdefault(_others(n), []).append(n)
    yield from sorted(reversed(groups.values()), key=lambda g: not g[0].customary)


def _others(network: Network) -> tuple:
    left_out = ("seed", "length", "forget_bias")
    params = network.row.params.items()
    return tuple(sorted((k, repr(v)) for k, v in params if k not in left_out))
