"""Both norms at every lag by every route, one thread: what `make ratios` compares."""

import pytest
import torch

from benchmarks.cases import Case
from benchmarks.timing import FLOORS, OURS, USERS, routes_of


@pytest.mark.parametrize("route", [OURS, *USERS, *FLOORS])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_norms_at_every_lag(benchmark, cell, route):
    torch.set_num_threads(1)
    case = Case(cell, cell, hidden=64, length=64, sequences=4)
    ways = routes_of(case, *case.build("cpu"))
    if route not in ways:
        pytest.skip(f"{cell} has no route of its own named {route!r}")
    way = ways[route]

    def run_the_network():
        return (way.forward(),), {}

    benchmark.pedantic(way.rest, setup=run_the_network, rounds=5, warmup_rounds=1)
