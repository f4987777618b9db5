"""Along how many directions a network holds, by exponents."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims.base import Claim, Count, Names, Networks, Steps, Value


class LastingDirections(Claim):
    """Lyapunov exponents above the rate that loses all but 1/1000."""

    name = "lasting_directions"
    places = {"directions": 85}
    text = {
        "en": (
            "By its [[Lyapunov exponent|Lyapunov exponents]] at $hidden hidden "
            "units $network keeps more than 1/1000 over $length along $count of "
            "$all directions."
        ),
        "ko": (
            "$network — [[Lyapunov exponent|랴푸노프 지수]]로 재면 $length 동안 "
            "1/1000보다 많이 남는 방향은 $all개 중 $count개다 (은닉 유닛 $hidden개)."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """The network of whose directions the largest share lasts, if any does."""
        found = [n for n in networks.having("lyapunov_exponents") if n.lasting]
        if found:
            most = max(found, key=lambda n: n.lasting / len(n.exponents))
            yield {
                "hidden": Count(most.hidden),
                "network": Names([most]),
                "length": Steps(most.length),
                "count": Count(most.lasting),
                "all": Count(len(most.exponents)),
            }
