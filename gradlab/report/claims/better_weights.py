"""What other weights than PyTorch's leave of the gradient."""

from collections.abc import Iterator, Mapping

from gradlab.report.claims._combinations import TEN, combinations, left
from gradlab.report.claims.base import (
    Claim,
    Init,
    Left,
    Length,
    Names,
    Networks,
    Value,
)


class BetterWeights(Claim):
    """The weights that come nearest to keeping the gradient, and the default ones."""

    name = "better_weights"
    places = {"weights": 85}
    text = {
        "en": (
            "With $init weights $network keeps $left of its gradient over $length "
            "steps, against $default_left with PyTorch's."
        ),
        "ko": (
            "$network — $init 가중치로는 $length스텝 뒤에 기울기가 $left만큼 "
            "남고, PyTorch 기본 가중치로는 $default_left만큼 남는다."
        ),
    }

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield weights that are nearer to 1 by a factor of ten, per activation."""
        found = combinations(networks)
        defaults = [n for n in found if n.row.params["init"] == "default"]
        for default in sorted(defaults, key=lambda n: not n.customary):
            others = [n for n in found if default.differs_in(n) == {"init"}]
            nearer = [n for n in others if abs(left(n)) + TEN < abs(left(default))]
            if nearer:
                best = min(nearer, key=lambda n: abs(left(n)))
                yield {
                    "init": Init(best.row.params["init"]),
                    "network": Names([best], without=("init",)),
                    "left": Left(left(best)),
                    "length": Length(best.length),
                    "default_left": Left(left(default)),
                }
