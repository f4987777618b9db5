"""The 2 x 2 control of forget and input biases, each 0 or chrono's draws."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from gradlab.report.claims.base import (
    Cell,
    Claim,
    Left,
    Length,
    Networks,
    Value,
)


class Control(Claim):
    """What one of the four settings does to the gradient.

    Class attributes:
        biases: of the forget and the input gate.
    """

    biases: ClassVar[tuple[object, object]]

    def evidence(self, networks: Networks) -> Iterator[Mapping[str, Value]]:
        """Yield each finite network with PyTorch's weights that has these biases."""
        for network in networks.finite:
            params = network.row.params
            biases = params.get("forget_bias"), params.get("input_bias")
            if biases == self.biases and network.customary:
                yield {
                    "cell": Cell(network.cell),
                    "factor": Left(network.ln_left),
                    "length": Length(networks.length),
                }
