"""One network with several initial weights and activations."""

import math

from gradlab.report.claims.base import Network, Networks


TEN = math.log(10)


def combinations(networks: Networks) -> list[Network]:
    """Return those of the cell that the section on weights draws.

    That is a cell of four combinations or more before others, one without gates
    before others, and the one with the most.
    """
    groups = networks.groups("init", "activation")
    return max(
        groups, key=lambda g: (len(g) > 3, g[0].bias is None, len(g)), default=[]
    )


def left(network: Network) -> float:
    """Return ln of what is left over the whole sequence; NaN where not finite."""
    return network.left_at(network.length)


def holds(network: Network) -> bool:
    """Return whether between 1/10 and 10 is left."""
    return abs(left(network)) <= TEN
