import numpy as np
import pytest

from gradlab.laws.weight_sensitivity import WeightSensitivity


@pytest.mark.parametrize("weight", [0.0, 0.5, -0.9])
def test_is_the_power_of_the_derivative_of_a_filter(weight):
    # h has the impulse response w^k, its derivative k w^(k - 1)
    k = np.arange(1, 2000)
    power = np.sum((k * weight ** (k - 1.0)) ** 2)
    assert WeightSensitivity().value(weight=weight) == pytest.approx(power, rel=1e-12)


def test_says_where_it_does_not_hold():
    assert WeightSensitivity().applies(weight=1) == "the weight 1 is not within 1"
