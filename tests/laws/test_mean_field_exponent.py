import numpy as np
import pytest
from scipy.integrate import quad

from gradlab.laws.mean_field_exponent import MeanFieldExponent, variance


def mean(function):
    return quad(
        lambda z: function(z) * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi), -12, 12
    )[0]


@pytest.mark.parametrize(
    ("gain", "noise"), [(1.1, 0.0), (2.0, 0.0), (5.0, 0.0), (0.7, 0.1), (2.0, 1.0)]
)
def test_solves_its_two_equations_by_another_quadrature(gain, noise):
    q = variance(gain, noise)
    again = gain**2 * mean(lambda z: np.tanh(q**0.5 * z) ** 2) + noise
    assert again == pytest.approx(q, abs=1e-10)
    slopes = gain**2 * mean(lambda z: np.cosh(q**0.5 * z) ** -4)
    found = MeanFieldExponent().value(gain=gain, input_variance=noise)
    assert found == pytest.approx(np.log(slopes) / 2, abs=1e-10)


@pytest.mark.parametrize(
    ("noise", "critical"),
    [(1e-3, 1.090500), (0.01, 1.193401), (0.1, 1.409281), (1.0, 1.855589)],
)
def test_with_noise_the_critical_gain_is_above_one(noise, critical):
    law = MeanFieldExponent()
    assert law.value(gain=critical - 2e-6, input_variance=noise) < 0
    assert law.value(gain=critical + 2e-6, input_variance=noise) > 0


def test_is_continuous_where_the_silent_network_becomes_chaotic():
    law = MeanFieldExponent()
    assert law.value(gain=1 + 1e-4) == pytest.approx(0, abs=1e-4)
    assert law.value(gain=1 - 1e-4) == pytest.approx(-1e-4, abs=1e-6)


def test_says_where_it_does_not_hold():
    law = MeanFieldExponent()
    assert law.applies(gain=0) == "the gain 0 is not above 0"
    assert law.applies(gain=1, input_variance=-1) == "the variance -1 is < 0"
    assert not law.applies(gain=1)
