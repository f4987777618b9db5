import numpy as np
import pytest

from gradlab.laws.orthogonal_isometry import OrthogonalIsometry


def test_all_singular_values_of_a_power_are_the_gain_to_it():
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((5, 5)))[0]
    power = np.linalg.matrix_power(0.9 * turn, 7)
    found = np.log(np.linalg.svd(power, compute_uv=False))
    law = OrthogonalIsometry()
    assert found == pytest.approx([law.value(gain=0.9, lag=7)] * 5, abs=1e-13)
    assert law.applies(gain=0) == "the gain 0 is not above 0"
