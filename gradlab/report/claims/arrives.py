"""How much of the gradient of the loss arrives far back."""

from collections.abc import Iterator, Mapping

import numpy as np

from gradlab.report.claims.base import Claim, Names, Networks, Steps, Times, Value
from gradlab.report.evidence.backward import passes


class Arrives(Claim):
    """The gradient by h at the first step that has a finite one, against the last."""

    name = "arrives"
    places = {"backward": 50}
    text = {
        "en": (
            "The gradient of the loss by h $steps before the last one is $times times "
            "that at the last one, in $network."
        ),
        "ko": (
            "손실의 h에 대한 기울기: $steps 전에는 마지막 스텝의 $times배 ($network)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Say it of one network, with the loss at the last step if there is one."""
        for network, curve in passes(networks, "last") + passes(networks, "every"):
            finite = np.flatnonzero(np.isfinite(curve.mean))
            if finite.size > 1 and finite[0] == 0:
                first = finite[-1]
                yield {
                    "steps": Steps(curve.x[first]),
                    "times": Times(float(curve.mean[first] - curve.mean[0])),
                    "network": Names([network]),
                }
                return
