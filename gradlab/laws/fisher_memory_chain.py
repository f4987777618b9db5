"""Fisher memory of a delay line."""

from gradlab.laws.base import Law


class FisherMemoryChain(Law):
    """J(k) = g^{2k} (1 - g^2) / (1 - g^{2(k + 1)}); 1 / (k + 1) at g = 1.

    Of a chain in which each unit reads the one before with the weight g, with noise of
    variance 1 in every unit: unit k holds the signal of k steps ago times g^k, and the
    noise of k + 1 units. Over N units they add up to at most N.

    Source: Ganguli, Huh & Sompolinsky 2008 (abstract read), as in Orhan & Pitkow 2020.
    """

    statement = (
        "A delay line with the weight g keeps g^{2k} (1 − g^{2}) / (1 − g^{2(k+1)}) of "
        "the information on a signal k steps old; a normal network shares out 1 over "
        "all lags, however wide it is."
    )
    equation = "J(k) = g^(2 k) (1 - g^2) / (1 - g^(2 (k + 1)))"
    spoken = (
        "J of k is g to the two k times one minus g squared, over one minus g to the "
        "two times k plus one"
    )
    reference = "ganguli2008"
    provenance = "abstract"
    examples = (
        ({"lag": 0.0, "gain": 3.0}, 1.0),
        ({"lag": 1.0, "gain": 1.0}, 0.5),
        ({"lag": 1.0, "gain": 2.0}, 0.8),
    )

    def value(self, *, lag: float, gain: float) -> float:
        """Return J(k) at ``lag`` k."""
        return 1 / sum(gain ** (-2 * j) for j in range(round(lag) + 1))

    def applies(self, *, lag: float, gain: float) -> str:
        """Return why not: a gain of 0."""
        return "" if gain > 0 else f"the gain {gain:g} is not above 0"
