"""Changes of bias, weights, gain or activation by the exported table."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Any

from tests.claims.sweep import Network, Sweep, bias, initializer, number


BIASES = {"forget_bias", "input_bias"}
SINGLE = (BIASES, {"init"}, {"gain"}, {"activation"})
REACH = r"(?:more than )?[\d,]+ steps?"
KOREAN_REACH = r"[\d,]+스텝(?: 초과)?"


def follows(network: Network) -> bool:
    """Whether the input bias is the one that goes with the forget bias."""
    forget, own = network.params["forget_bias"], network.params["input_bias"]
    chrono = str(forget).startswith("chrono")
    return own is None or own == (forget if chrono else "keep")


def after_one_change(network: Network, sweep: Sweep) -> list[Network]:
    """Networks with another bias, other weights, another gain or activation."""
    assert follows(network)
    return [
        n
        for n in sweep.networks
        if (axes := sweep.differ(n, network))
        and any(axes <= one for one in SINGLE)
        and follows(n)
    ]


def pair(name: str, default: str, change: str, sweep: Sweep) -> list[tuple]:
    """Two networks of this name without what tells them apart: before and after."""
    return [
        (before, after)
        for before, after, axes in changes(sweep)
        if _name(before, axes, sweep) == name
        and _settings(before.params, axes) == default
        and _settings(after.params, axes) == change
    ]


@lru_cache(maxsize=4)
def changes(sweep: Sweep) -> list[tuple[Network, Network, set[str]]]:
    """Two networks and the settings in which alone they differ, both ways round."""
    networks = [n for n in sweep.networks if follows(n)]
    return [
        (before, after, axes)
        for before in networks
        for after in networks
        if (axes := sweep.differ(before, after))
        and (axes == {"init", "activation"} or any(axes <= one for one in SINGLE))
    ]


def _name(network: Network, axes: set[str], sweep: Sweep) -> str:
    return network.unbiased if axes <= BIASES else sweep.without(network, *axes)


def _settings(params: dict[str, Any], axes: set[str]) -> str:
    if axes <= BIASES:
        return bias(params)
    if "gain" in axes:
        return f"gain {params['gain']:g}"
    told = [f"{initializer(params['init'])} weights"] if "init" in axes else []
    told += [str(params["activation"])] if "activation" in axes else []
    return " and ".join(told)


def reach(printed: str, length: int) -> float:
    """A printed reach in steps; inf beyond the length, which is then the number."""
    (digits,) = re.findall(r"[\d,]+", printed)
    if printed.startswith("more than") or printed.endswith("초과"):
        assert number(digits) == length
        return math.inf
    return number(digits)
