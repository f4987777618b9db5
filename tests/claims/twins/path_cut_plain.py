"""The twin of the claim ``path_cut_plain``."""

import math
import re

from tests.claims.sweep import CUSTOMARY, KEPT, Network, Sweep, close_kept, number


PATTERN = (
    rf"With the path along the carried state cut, all (?P<count>\S+) gated networks "
    rf"of equal settings keep less a step than the plain RNN: at most (?P<kept>{KEPT}) "
    rf"against (?P<plain>{KEPT})\."
)
KOREAN = (
    rf"전달되는 상태를 따라가는 경로를 끊으면, 설정이 같은 게이트 네트워크 "
    rf"(?P<count>\S+)개 모두 기본 RNN보다 스텝당 적게 남는다: 많아야 (?P<kept>{KEPT}), "
    rf"기본 RNN은 (?P<plain>{KEPT})\."
)


def check(match: re.Match, sweep: Sweep) -> None:
    """All that are like some plain RNN but for cell and biases keep less than it."""
    plains = [
        n
        for n in sweep.finite
        if n.params["cell"] == "rnn"
        and all(n.params[a] == CUSTOMARY[a] for a in ("init", "activation", "gain"))
    ]
    assert any(_above(plain, match, sweep) for plain in plains)


def _above(plain: Network, match: re.Match, sweep: Sweep) -> bool:
    biases = {"cell", "forget_bias", "input_bias"}
    alike = [n for n in sweep.networks if sweep.differ(n, plain) <= biases]
    carried = [n for n in alike if sweep.has_conveyor(n)]
    rates = [sweep.rate(n, "no_cell_path") for n in carried]
    rates = [rate for rate in rates if math.isfinite(rate)]
    return (
        number(match["count"]) == len(rates) > 1
        and max(rates) < sweep.rate(plain)
        and close_kept(match["kept"], max(rates))
        and close_kept(match["plain"], sweep.rate(plain))
    )
