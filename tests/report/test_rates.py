"""Rates of growth at one seed."""

import math

import numpy as np

from gradlab.report.story import Story
from tests import made_up


def test_at_one_seed_a_rate_without_an_interval_is_no_warning():
    rates = []
    with np.errstate(all="raise"):
        story = Story.of(made_up.store(made_up.default_grids(seeds=1)), "en")
        for grid in story.holding("growth_rate", block="joint"):
            rates += [row.rate() for row in story.cut(grid, own=("length",)).rows]
    assert any(rate.mean == -math.inf for rate in rates)
    assert all(math.isfinite(r.low) == math.isfinite(r.mean) for r in rates)
