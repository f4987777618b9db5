"""Gated cells without the path along their carried state, beside a plain RNN."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import BIASES, Claim, Count, Kept, Networks, Value
from gradlab.report.evidence.roads import has_conveyor, rate


class PathCutPlain(Claim):
    """All of them keep less than the plain RNN of the same weights and data."""

    name = "path_cut_plain"
    places = {"cell_state": 45, "cuts": 80}
    text = {
        "en": (
            "With the path along the carried state cut, all $count gated networks of "
            "equal settings keep less a step than the plain RNN: at most $kept against "
            "$plain."
        ),
        "ko": (
            "전달되는 상태를 따라가는 경로를 끊으면, 설정이 같은 게이트 네트워크 "
            "$count개 모두 기본 RNN보다 스텝당 적게 남는다: 많아야 $kept, 기본 RNN은 "
            "$plain."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Two networks or more, a hundredth apart or more in the share kept."""
        cut = [n for n in networks.measured if has_conveyor(n)]
        cut = [n for n in cut if math.isfinite(rate(n, "no_cell_path"))]
        for plain in networks.finite:
            if plain.cell != "rnn" or not plain.customary:
                continue
            alike = [n for n in cut if n.differs_in(plain) <= {"cell", *BIASES}]
            most = max((rate(n, "no_cell_path") for n in alike), default=math.inf)
            if len(alike) > 1 and math.exp(most) + 0.01 < math.exp(rate(plain)):
                yield {
                    "count": Count(len(alike)),
                    "kept": Kept(most),
                    "plain": Kept(rate(plain)),
                }
