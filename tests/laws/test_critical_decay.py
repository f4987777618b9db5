import numpy as np
import pytest
from scipy.stats import norm

from gradlab.laws.critical_decay import CriticalDecay


def test_is_the_decay_of_one_unit():
    x, ln_slope, found = 0.5, 0.0, {}
    for t in range(1, 50_001):
        x = np.tanh(x)
        ln_slope += np.log1p(-(x**2))
        if t in (5_000, 50_000):
            found[t] = ln_slope
    law = CriticalDecay()
    expected = law.value(length=50_000, reference=5_000, kurtosis=1)
    assert found[50_000] - found[5_000] == pytest.approx(expected, rel=2e-3)


def test_is_the_decay_of_units_that_stay_gaussian():
    z = norm.ppf((np.arange(4000) + 0.5) / 4000)
    deviation, ln_slope, found = 0.7, 0.0, {}
    for t in range(1, 1001):
        values = np.tanh(deviation * z)
        ln_slope += np.log1p(-(values**2)).mean()
        deviation = np.sqrt((values**2).mean() / (z**2).mean())
        if t in (100, 1000):
            found[t] = ln_slope
    expected = CriticalDecay().value(length=1000, reference=100, kurtosis=3)
    assert found[1000] - found[100] == pytest.approx(expected, rel=0.02)


def test_says_where_it_does_not_hold():
    law = CriticalDecay()
    assert law.applies(length=1, reference=0, kurtosis=3) == "a length is not above 0"
    said = law.applies(length=1, reference=1, kurtosis=0.5)
    assert said == "a kurtosis of 0.5 is below 1"
