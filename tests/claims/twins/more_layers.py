"""The twin of the claim ``more_layers``."""

import re

from tests.claims.parts import layers
from tests.claims.sweep import SIZE, Sweep, close, number


PATTERN = (
    rf"With (?P<layers>\S+) layers (?P<name>.+) keeps (?P<left>{SIZE}) of its gradient "
    rf"over (?P<length>\S+) steps, against (?P<one>{SIZE}) with one layer\."
)
KOREAN = (
    rf"(?P<name>.+) — (?P<length>\S+)스텝 뒤에 남는 기울기: 한 층일 때 "
    rf"(?P<one>{SIZE}), 층을 (?P<layers>\S+)개로 늘리면 (?P<left>{SIZE})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """The two differ in the number of layers alone."""
    one = sweep.named(match["name"])
    (several,) = [
        n
        for n in sweep.finite
        if sweep.differ(n, one) == {"cell"}
        and layers(n.params["cell"]) == number(match["layers"]) > 1
        and _base(n) == _base(one)
    ]
    assert layers(one.params["cell"]) == 1
    assert close(match["left"], several.left)
    assert close(match["one"], one.left)
    assert number(match["length"]) == sweep.length


def _base(network) -> str:
    spec = re.sub(r"layers=\d+\+?", "", network.params["cell"])
    return spec.rstrip(":+")
