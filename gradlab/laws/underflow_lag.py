"""After how many steps a product of forget gates underflows."""

from math import exp, log, log1p

from gradlab.laws.base import Law


class UnderflowLag(Law):
    """n = ln tiny / ln s(b): steps until s(b)^n is below the smallest normal number.

    s is the logistic function, b the forget bias, tiny 2^-126 in float32. Below it
    numbers lose digits, and a product that is rounded at each step stalls instead of
    reaching 0.

    Source: derived; Goldberg 1991 on denormal numbers.
    """

    statement = (
        "A gate held at s(b) takes a gradient below the smallest normal number of "
        "float32, 2^{−126}, after ln 2^{−126} / ln s(b) steps."
    )
    equation = 'n = (ln "tiny") / (ln s(b))'
    spoken = "n is the logarithm of tiny over the logarithm of s of b"
    reference = "goldberg1991"
    provenance = "derived"
    examples = (
        ({"bias": 0.0}, 126.0),
        ({"bias": 1.0}, 278.8025),
        ({"bias": 0.0, "least_exponent": -1022.0}, 1022.0),
    )

    def value(self, *, bias: float, least_exponent: float = -126.0) -> float:
        """Return n; tiny is 2 to the ``least_exponent``."""
        return -least_exponent * log(2) / log1p(exp(-bias))
