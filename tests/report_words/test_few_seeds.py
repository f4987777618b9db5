"""Seeds are the unit from three on; below, batch means; else no interval."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gradlab import statistics
from gradlab.report.story import Story
from tests import made_up


def row(seeds: int, **options):
    grids = made_up.lineup((("gru", 3.0),), lengths=(256,), seeds=seeds)
    (found,) = Story.of(made_up.store(grids, **options)).main.rows
    return found


def stored(found, name: str) -> np.ndarray:
    return found.values(name, block="joint")


def test_from_three_seeds_on_seeds_are_the_unit():
    found = row(3)
    bounds = statistics.interval(stored(found, "growth_rate"))
    rate = found.rate()
    assert np.allclose((rate.mean, rate.low, rate.high), bounds)


@pytest.mark.parametrize("seeds", [1, 2])
def test_below_three_their_batch_means_are(seeds):
    found = row(seeds)
    rate = found.rate()
    width = stored(found, "growth_rate_high") - stored(found, "growth_rate_low")
    assert rate.seeds == seeds
    assert np.isclose(rate.mean, stored(found, "growth_rate").mean())
    assert np.isclose(rate.high - rate.low, np.sqrt((width**2).sum()) / seeds)
    size = found.size().spread
    assert np.isclose(size.high - size.low, 256 * (rate.high - rate.low))


@pytest.mark.parametrize("seeds", [1, 2])
def test_without_batches_there_is_no_interval(seeds):
    found = row(seeds, leave_out=("growth_rate_low", "growth_rate_high"))
    assert math.isnan(found.rate().low) and math.isnan(found.size().spread.high)
    assert found.size().word == "vanishing"
