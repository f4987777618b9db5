"""What dh/dh alone says of the largest Lyapunov exponent."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    Claim,
    Count,
    Kept,
    Names,
    Networks,
    Steps,
    Value,
)


class HiddenExponent(Claim):
    """The largest gap between the rate of dh/dh at fixed c and lambda_1."""

    name = "hidden_exponent"
    places = {"predictors": 30}
    text = {
        "en": (
            "By exponents over $length at $hidden hidden units, code that takes "
            "dh/dh alone is farthest off for $network: it finds $alone kept "
            "per step, where the whole state's [[Lyapunov exponent]] gives $kept."
        ),
        "ko": (
            "랴푸노프 지수로 볼 때($length, 은닉 유닛 $hidden개) dh/dh만 계산하면 "
            "값이 가장 크게 빗나가는 네트워크: $network (스텝당 남는 비율이 이 "
            "값으로는 $alone, 전체 상태의 최대 [[Lyapunov exponent|랴푸노프 "
            "지수]]로는 $kept)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Both exponents of some network are finite."""
        gaps = []
        for network in networks.having("hidden_only_exponent"):
            alone = network.mean("hidden_only_exponent")
            kept = network.mean("lyapunov_exponents", index=1)
            if math.isfinite(alone - kept):
                gaps.append((abs(alone - kept), network, alone, kept))
        if gaps:
            _, worst, alone, kept = max(gaps, key=lambda gap: gap[0])
            yield {
                "length": Steps(worst.length),
                "hidden": Count(worst.hidden),
                "network": Names([worst]),
                "alone": Kept(alone),
                "kept": Kept(kept),
            }
