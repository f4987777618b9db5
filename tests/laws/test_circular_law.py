import numpy as np
import pytest

from gradlab.laws.circular_law import CircularLaw


def test_is_the_share_of_a_disk_that_lies_within_a_radius():
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (200_000, 2))
    radii = np.hypot(*points.T)
    radii = 1.5 * radii[radii < 1]
    for level in (-1.0, -0.2, 0.3):
        share = (np.log(radii) <= level).mean()
        found = CircularLaw().value(level=level, gain=1.5)
        assert found == pytest.approx(share, abs=0.006)


def test_says_where_it_does_not_hold():
    assert CircularLaw().value(level=3) == 1
    assert CircularLaw().applies(level=0, gain=0) == "the gain 0 is not above 0"
