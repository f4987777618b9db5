import numpy as np
import pytest

from gradlab.laws.resting_exponent import RestingExponent


def test_is_the_rate_of_high_powers():
    matrix = np.array([[0.6, 0.3], [0.1, 0.4]])
    radius = np.abs(np.linalg.eigvals(matrix)).max()
    norms = [np.linalg.norm(np.linalg.matrix_power(matrix, k), 2) for k in (60, 61)]
    rate = np.log(norms[1] / norms[0])
    law = RestingExponent()
    assert law.value(spectral_radius=radius) == pytest.approx(rate, abs=1e-12)
    assert law.applies(spectral_radius=0) == "the spectral radius is 0"
