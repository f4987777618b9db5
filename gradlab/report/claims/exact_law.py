"""A network of which theory says what is left."""

from collections.abc import Iterator, Mapping

import numpy as np

from gradlab.report.claims.base import Claim, Length, Names, Networks, Off, Value


class ExactLaw(Claim):
    """Orthogonal weights without a nonlinearity: exactly 1 is left."""

    name = "exact_law"
    places = {"provenance": 50}
    text = {
        "en": (
            "By theory exactly 1 of a gradient is left in $network: after $length "
            "steps its logarithm is off by at most $error."
        ),
        "ko": (
            "$network — 이론으로는 기울기가 정확히 1만큼 남는다. $length스텝 뒤에 잰 "
            "로그값의 가장 큰 오차: $error."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each finite plain RNN of such weights."""
        for network in networks.finite:
            params = network.row.params
            law = (params["init"], params["activation"], params["gain"])
            if network.cell == "rnn" and law == ("orthogonal", "linear", 1.0):
                yield {
                    "network": Names([network]),
                    "length": Length(networks.length),
                    "error": Off(float(np.abs(network.ln_lefts).max())),
                }
