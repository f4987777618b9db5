"""The twin of the claim ``conveyor_most``."""

import re

from tests.claims import korean
from tests.claims.sweep import NAMED, SIZE, Network, Sweep, among, close, number


PATTERN = (
    rf"The most that a conveyor alone leaves after (?P<length>\S+) steps is "
    rf"(?P<left>{SIZE}), in {NAMED}\."
)
KOREAN = (
    rf"컨베이어 벨트만으로 (?P<length>\S+)스텝 뒤에 남는 최댓값: (?P<left>{SIZE}), "
    rf"{korean.NAMED}\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """No finite conveyor leaves more."""
    lefts = [(sweep.left_of(n, _block(n)), n) for n in sweep.networks]
    most = max(left for left, _ in lefts if left == left)  # noqa: PLR0124
    assert close(match["left"], most)
    assert number(match["length"]) == sweep.length
    among(match, [n for left, n in lefts if left > most - 1e-9])


def _block(network: Network) -> str:
    """The conveyor; of a linear recurrence it is the whole."""
    linear = network.params["cell"] in ("lru", "mingru", "minlstm")
    return "joint" if linear else "conveyor"
