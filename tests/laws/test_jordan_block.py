import numpy as np
import pytest

from gradlab.laws.jordan_block import JordanBlock


@pytest.mark.parametrize(("size", "gain"), [(1, 0.9), (2, 0.5), (4, 0.9), (5, 1.3)])
@pytest.mark.parametrize("lag", [0, 1, 3, 17])
def test_is_the_norm_of_the_power(size, gain, lag):
    block = gain * (np.eye(size) + np.eye(size, k=1))
    norm = np.linalg.norm(np.linalg.matrix_power(block, lag))
    found = JordanBlock().value(lag=lag, size=size, gain=gain)
    assert found == pytest.approx(np.log(norm), abs=1e-12)


def test_grows_as_a_power_of_the_lag():
    law = JordanBlock()
    ratio = law.value(lag=8000, size=4, gain=1) - law.value(lag=4000, size=4, gain=1)
    assert ratio == pytest.approx(3 * np.log(2), abs=1e-3)
    assert law.applies(lag=1, size=2, gain=0) == "the gain 0 is not above 0"
