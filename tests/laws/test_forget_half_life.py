import pytest

from gradlab.laws.forget_half_life import ForgetHalfLife


@pytest.mark.parametrize("bias", [-1.0, 0.0, 2.5, 6.0])
def test_half_is_left_after_so_many_steps(bias):
    gate = 1 / (1 + 2.718281828459045**-bias)
    assert gate ** ForgetHalfLife().value(bias=bias) == pytest.approx(0.5, rel=1e-12)
