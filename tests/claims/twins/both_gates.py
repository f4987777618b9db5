"""The twin of the claim ``both_gates``."""

import re

from tests.claims.sweep import CUSTOMARY, SIZE, Sweep, cell, close, number


PATTERN = (
    rf"Chrono's forget and input biases together multiply the gradient of "
    rf"(?P<cell>.+) by (?P<factor>{SIZE}) over (?P<length>\S+) steps\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """Some network with PyTorch's weights has these biases and this factor."""
    found = [
        n
        for n in sweep.finite
        if cell(n.params["cell"]) == match["cell"]
        and n.params["forget_bias"] == "chrono"
        and n.params["input_bias"] == "chrono"
        and all(n.params[a] == CUSTOMARY[a] for a in ("init", "activation", "gain"))
    ]
    assert any(close(match["factor"], n.left) for n in found)
    assert number(match["length"]) == sweep.length
