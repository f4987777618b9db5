"""Half-life of a cell state whose forget gate is a number."""

from math import log

from gradlab.laws.base import Law


class GateHalfLife(Law):
    """t_1/2 = ln 2 / -ln f: steps until half of c is left at a constant gate f.

    Source: derived.
    """

    statement = "A cell state with the constant forget gate f halves in ln 2 / −ln f."
    equation = "t_(1\\/2) = (ln 2) / (-ln f)"
    spoken = "the half-life is ln two over minus ln f"
    provenance = "derived"
    examples = (({"gate": 0.5}, 1.0), ({"gate": 0.25}, 0.5), ({"gate": 0.9}, 6.5788))

    def value(self, *, gate: float) -> float:
        """Return the half-life in steps."""
        return log(2) / -log(gate)

    def applies(self, *, gate: float) -> str:
        """Return why not: a gate that does not decay, or is shut."""
        return "" if 0 < gate < 1 else f"the gate {gate:g} is not between 0 and 1"
