"""How the exponents of a large Gaussian matrix are distributed."""

from math import exp

from gradlab.laws.base import Law


class CircularLaw(Law):
    """F(s) = e^{2s} / g^2: the share of exponents at most s, for s up to ln g.

    Of a linear network with one N x N matrix of independent entries N(0, g^2/N), N
    without bound: its exponents are ln |eigenvalue|, and the eigenvalues fill the disk
    of radius g evenly. Products of independent such matrices have the same law.

    Source: Ginibre 1965; Newman 1986 for products (abstracts read).
    """

    statement = (
        "The eigenvalues of a large Gaussian matrix fill a disk evenly, so that the "
        "share e^{2s}/g^{2} of its exponents is at most s; so it is of products of "
        "independent Gaussian matrices."
    )
    equation = "F(s) = e^(2 s) / g^2, quad s <= ln g"
    spoken = "the share F of s is e to the two s over g squared, for s up to ln g"
    reference = "ginibre1965"
    provenance = "abstract"
    examples = (
        ({"level": -1.0}, 0.135335),
        ({"level": -0.5}, 0.367879),
        ({"level": 1.0, "gain": 2.0}, 1.0),
    )

    def value(self, *, level: float, gain: float = 1.0) -> float:
        """Return the share of exponents at most ``level``, s."""
        return min(1.0, exp(2 * level) / gain**2)

    def applies(self, *, level: float, gain: float = 1.0) -> str:
        """Return why not: a gain of 0."""
        return "" if gain > 0 else f"the gain {gain:g} is not above 0"
