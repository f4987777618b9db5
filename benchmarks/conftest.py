"""What benchmarks share: a plan, outcomes to play back, and the cost of one point."""

from __future__ import annotations

import pytest

from gradlab.config.loading import load
from gradlab.sweeps.plan import plan
from tests import replay


@pytest.fixture(scope="session")
def config():
    """2,000 points of 2,000 networks: rnn, gru and lstm at T = 64."""
    return load(replay.TEN_THOUSAND, seeds=1)


@pytest.fixture(scope="session")
def planned(config):
    return plan(config)


@pytest.fixture(scope="session")
def outcomes():
    return replay.measured()


@pytest.fixture
def a_point(benchmark):
    """Time a function over `count` points; show milliseconds a point."""

    def timed(function, count, *, rounds=3, setup=None, aim=None):
        benchmark.pedantic(function, setup=setup, rounds=rounds)
        cost = 1e3 * benchmark.stats.stats.min / count
        benchmark.extra_info["ms_a_point"] = round(cost, 3)
        hoped = f", aim {aim:g}" if aim else ""
        print(f"\n{benchmark.name}: {cost:.2f} ms a point{hoped}")

    return timed
