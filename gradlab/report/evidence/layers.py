"""Networks of several layers, layer by layer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gradlab.report.evidence.networks import WITHIN, Network, Networks
from gradlab.report.story import labels


def rates(network: Network) -> list[float]:
    """Growth of each layer's own state, its inputs held, in nats per step.

    From the first layer up; empty where one of them is not finite in some seed.
    """
    found = [_rates(network, f"s{n}s{n}") for n in range(1, _count(network) + 1)]
    finite = all(r.size and np.isfinite(r).all() for r in found)
    return [float(r.mean()) for r in found] if finite else []


def layered(networks: Networks) -> list[Network]:
    """Return finite networks of several layers, the most customary ones first."""
    found = [n for n in networks.finite if _count(n) > 1 and rates(n)]
    return sorted(found, key=lambda n: not n.customary)


def beside_one_layer(networks: Networks) -> Iterator[tuple[Network, Network, int]]:
    """Yield a network of one layer, one of several layers and how many these are.

    The two differ in nothing else. The most customary networks come first, and of them
    those of most layers.
    """
    ones = {_without_layers(n): n for n in networks.finite if _count(n) == 1}
    several = [n for n in networks.finite if _count(n) > 1]
    for network in sorted(several, key=lambda n: (not n.customary, -_count(n))):
        one = ones.get(_without_layers(network))
        if one is not None:
            yield one, network, _count(network)


def _count(network: Network) -> int:
    return labels.layers(network.cell)


def _rates(network: Network, block: str) -> np.ndarray:
    return network.row.values("layer_growth_rate", block=block)


def _without_layers(network: Network) -> str:
    """All parameters, the number of layers left out of the cell's."""
    base, _, options = network.cell.partition(":")
    kept = [o for o in options.split("+") if o and not o.startswith("layers=")]
    params = {k: v for k, v in network.row.params.items() if k not in WITHIN}
    return repr(sorted({**params, "cell": (base, kept)}.items()))
