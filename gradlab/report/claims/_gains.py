"""Networks over the gain of their recurrent weights."""

import math

from gradlab.report.claims.base import Network, Networks


THOUSAND = math.log(1000)

Line = dict[float, Network]
"""One network: gain -> the network with that gain, ascending."""


def lines(networks: Networks) -> list[Line]:
    """Return every network that was measured at two gains or more."""
    groups = networks.groups("gain")
    gathered = [{float(n.row.params["gain"]): n for n in group} for group in groups]
    return [dict(sorted(line.items())) for line in gathered]


def comparable(networks: Networks) -> list[Line]:
    """Return those of two networks or more that were measured at the same gains."""
    found = lines(networks)
    gains = {gain for line in found for gain in line}
    alike = [line for line in found if line.keys() == gains]
    return alike if len(alike) == len(found) > 1 else []


def room(line: Line) -> int:
    """Return at how many gains what is left stays between 1/1000 and 1000."""
    return sum(abs(n.left_at(n.length)) <= THOUSAND for n in line.values())


def some(line: Line) -> Network:
    """Return one of its networks, for the name that all of them share."""
    return next(iter(line.values()))
