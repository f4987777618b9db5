"""What the slowest of chrono's units keeps over its own time constant."""

from math import log1p

from gradlab.laws.base import Law


class ChronoSlowest(Law):
    """T ln(1 - 1/T): what is left after T steps of a unit with the time constant T.

    The slowest of many chrono units has a forget gate of 1 - 1/T. Its conveyor keeps
    (1 - 1/T)^T, which tends to 1/e, whatever T. Nats.

    Source: derived; the biases are those of Tallec & Ollivier 2018.
    """

    statement = (
        "The slowest unit of a chrono LSTM made for T steps keeps (1 − 1/T)^{T} over "
        "them, about 1/e whatever T."
    )
    equation = "ln (1 - 1/T)^T -> -1"
    spoken = "one minus one over T, to the T, tends to one over e"
    reference = "tallec2018"
    provenance = "derived"
    examples = (({"length": 2.0}, -1.386294), ({"length": 1e9}, -1.0))

    def value(self, *, length: float) -> float:
        """Return ln of what is left after ``length`` T steps."""
        return length * log1p(-1 / length)

    def applies(self, *, length: float) -> str:
        """Return why not: over one step nothing is left."""
        return "" if length > 1 else f"the length {length:g} is not above 1"
