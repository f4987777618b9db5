"""How strongly a linear unit depends on its own weight."""

from gradlab.laws.base import Law


class WeightSensitivity(Law):
    """E (dh/dw)^2 = (1 + w^2) / (1 - w^2)^3 of h_t = w h_{t-1} + x_t, |w| < 1.

    x_t is white noise of variance 1, t is large. The state's own variance is
    1 / (1 - w^2); the product of Jacobians, w^tau, never exceeds 1.

    Source: Zucchet & Orvieto 2024 (abstract read; derived here).
    """

    statement = (
        "A linear unit that remembers longer depends more strongly on its weight w: "
        "(dh/dw)^{2} is on average (1 + w^{2}) / (1 − w^{2})^{3}, though no product of "
        "Jacobians exceeds 1."
    )
    equation = "EE (d h / (d w))^2 = (1 + w^2) / (1 - w^2)^3"
    spoken = (
        "the mean of the square of d h by d w is one plus w squared over the cube of "
        "one minus w squared"
    )
    reference = "zucchet2024"
    provenance = "abstract"
    examples = (
        ({"weight": 0.0}, 1.0),
        ({"weight": 0.9}, 263.8869),
    )

    def value(self, *, weight: float) -> float:
        """Return E (dh/dw)^2 at a ``weight`` w."""
        return (1 + weight**2) / (1 - weight**2) ** 3

    def applies(self, *, weight: float) -> str:
        """Return why not: a unit that does not settle."""
        return "" if abs(weight) < 1 else f"the weight {weight:g} is not within 1"
