"""Networks whose gradient holds by what the ends of a sequence add to it."""

from collections.abc import Iterator, Mapping

import numpy as np

from gradlab.report.claims.base import (
    Claim,
    Kept,
    Length,
    Names,
    Network,
    Networks,
    Value,
)


class MiddleLoses(Claim):
    """Nothing is lost over all steps, and yet something in the middle half of them."""

    name = "middle_loses"
    places = {"length": 96, "how_far": 70, "top": 62}
    text = {
        "en": (
            "$network loses in the middle of a sequence and grows at its ends: it "
            "keeps $middle per step from lag $first to lag $last, and $kept over all "
            "$length steps."
        ),
        "ko": (
            "$network — 시퀀스의 가운데에서는 줄고 양 끝에서는 커진다: 스텝당 남는 "
            "비율이 시차 $first부터 $last까지는 $middle, 전체 $length스텝에서는 $kept."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield such networks, those with PyTorch's weights first."""
        for network in sorted(networks.finite, key=lambda n: not n.customary):
            first, last, middle = _middle(network)
            if network.ln_left >= 0 > middle:
                yield {
                    "network": Names([network]),
                    "middle": Kept(middle),
                    "first": Length(first),
                    "last": Length(last),
                    "kept": Kept(network.ln_left / network.length),
                    "length": Length(network.length),
                }


def _middle(network: Network) -> tuple[int, int, float]:
    """The stored lags next to T/4 and 3T/4, and the rate between them, nats a step."""
    curve = network.row.curve("spectral_norm", block="joint")
    if curve is None:
        return 0, 0, 0.0
    ends = [np.abs(4 * curve.x - k * network.length).argmin() for k in (1, 3)]
    (first, last), (high, low) = curve.x[ends], curve.mean[ends]
    rate = float((low - high) / (last - first)) if last > first else 0.0
    return int(first), int(last), rate
