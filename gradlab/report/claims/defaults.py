"""How far a gated cell reaches at PyTorch's defaults, against a plain RNN."""

import math
from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import (
    BIASES,
    Claim,
    Networks,
    Number,
    Steps,
    Unbiased,
    Value,
)


class Defaults(Claim):
    """Reach of a gated cell at its default biases beside that of the plain RNN."""

    name = "defaults"
    places = {"headline": 90, "top": 65, "how_far": 65}
    text = {
        "en": (
            "At PyTorch's default biases $network reaches $ratio times as far back as "
            "a plain RNN: $steps against $plain_steps."
        ),
        "ko": (
            "$network — PyTorch 기본 편향에서 기울기의 도달 거리는 기본 RNN의 "
            "$ratio배다: $steps, 기본 RNN은 $plain_steps."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Both lose their gradient within the sequence and differ in the cell alone."""
        found = [n for n in networks.reaching if n.customary and 0 < n.reach < math.inf]
        for plain in (n for n in found if n.cell == "rnn"):
            for gated in reversed(found):
                alike = gated.differs_in(plain) <= {"cell", *BIASES}
                ratio = gated.steps / plain.steps
                if gated.bias == "keep" and alike and ratio != 1:
                    yield {
                        "network": Unbiased(gated),
                        "ratio": Number(ratio),
                        "steps": Steps(gated.steps),
                        "plain_steps": Steps(plain.steps),
                    }
