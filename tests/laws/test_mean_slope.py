import numpy as np
import pytest

from gradlab.laws.mean_slope import MeanSlope


@pytest.mark.parametrize("deviation", [0.1, 1.0, 3.0])
def test_is_the_covariance_of_tanh_with_its_argument(deviation):
    # Stein's lemma: E phi'(s z) = E z phi(s z) / s
    z, weights = np.polynomial.hermite_e.hermegauss(150)
    by_stein = weights @ (z * np.tanh(deviation * z)) / weights.sum() / deviation
    found = MeanSlope().value(deviation=deviation)
    assert found == pytest.approx(by_stein, abs=2e-4)


def test_of_wide_ones_is_the_density_at_zero():
    wide = MeanSlope().value(deviation=50)
    assert wide == pytest.approx(np.sqrt(2 / np.pi) / 50, rel=1e-3)
    assert MeanSlope().applies(deviation=-1) == "the deviation -1 is < 0"
