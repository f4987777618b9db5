from itertools import permutations, product

import numpy as np
import pytest

from gradlab.laws.walks_above_zero import WalksAboveZero


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_is_the_share_of_signs_and_orders_that_stay_above_zero(steps):
    sizes = np.array([1.0, 2.3, 4.9, 10.1])[:steps]  # no signed sum of them is 0
    walks = [
        np.cumsum(np.array(signs) * sizes[list(order)])
        for signs in product([-1, 1], repeat=steps)
        for order in permutations(range(steps))
    ]
    share = np.mean([walk.min() > 0 for walk in walks])
    assert WalksAboveZero().value(steps=steps, count=1) == pytest.approx(share)


def test_is_what_gaussian_walks_give():
    walks = np.random.default_rng(0).standard_normal((20_000, 50)).cumsum(axis=1)
    share = (walks.min(axis=1) > 0).mean()
    error = (share * (1 - share) / len(walks)) ** 0.5
    assert abs(WalksAboveZero().value(steps=50, count=1) - share) < 4 * error


def test_says_where_it_does_not_hold():
    assert WalksAboveZero().applies(steps=-1, count=2) == "-1 steps are below 0"
    assert not WalksAboveZero().applies(steps=0, count=2)
