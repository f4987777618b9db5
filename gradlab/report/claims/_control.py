"""The 2 x 2 control of forget and input biases, each 0 or chrono's draws."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from gradlab.report.claims.base import (
    BIASES,
    Cell,
    Claim,
    Left,
    Length,
    Network,
    Networks,
    Value,
)


class Control(Claim):
    """What one of the settings does to a gradient, against both gates half open.

    Class attributes:
        biases: of the forget and the input gate.
    """

    biases: ClassVar[tuple[object, object]]

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each finite pair with PyTorch's weights, alike but for the biases."""
        for base, changed in pairs(networks, (0.0, 0.0), self.biases):
            yield {
                "cell": Cell(base.cell),
                "base": Left(base.ln_left),
                "left": Left(changed.ln_left),
                "length": Length(networks.length),
            }


def pairs(
    networks: Networks, one: tuple[object, object], other: tuple[object, object]
) -> Iterator[tuple[Network, Network]]:
    """Yield finite pairs with PyTorch's weights that differ in these biases alone."""
    found = [n for n in networks.finite if n.customary]
    for first in (n for n in found if _biases(n) == one):
        for second in (n for n in found if _biases(n) == other):
            if first.differs_in(second) <= BIASES:
                yield first, second


def _biases(network: Network) -> tuple[object, object]:
    params = network.row.params
    return params.get("forget_bias"), params.get("input_bias")
