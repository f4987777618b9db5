"""Networks of the 2 x 2 control in an exported table: biases 0 or chrono."""

from __future__ import annotations

import re

from tests.claims.sweep import CUSTOMARY, Network, Sweep, cell, close, number


def pairs(
    name: str, one: tuple[str, str], other: tuple[str, str], sweep: Sweep
) -> list[tuple[Network, Network]]:
    """Finite networks of a cell with PyTorch's weights that differ in these biases."""
    found = [
        n
        for n in sweep.finite
        if cell(n.params["cell"]) == name
        and all(n.params[a] == CUSTOMARY[a] for a in ("init", "activation", "gain"))
    ]
    return [
        (first, second)
        for first in found
        for second in found
        if (first.params["forget_bias"], first.params["input_bias"]) == one
        and (second.params["forget_bias"], second.params["input_bias"]) == other
        and sweep.differ(first, second) <= {"forget_bias", "input_bias"}
    ]


def check(match: re.Match, sweep: Sweep, biases: tuple[str, str]) -> None:
    """Some cell with these biases has this left, and that with both at 0."""
    found = pairs(match["cell"], ("0", "0"), biases, sweep)
    assert any(
        close(match["base"], base.left) and close(match["left"], changed.left)
        for base, changed in found
    )
    assert number(match["length"]) == sweep.length
