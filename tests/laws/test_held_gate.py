import pytest

from gradlab.laws.held_gate import HeldGate


@pytest.mark.parametrize("bias", [-1.0, 0.0, 2.5])
def test_is_the_product_of_the_gates(bias):
    left = 1.0
    for _ in range(20):
        left *= 1 / (1 + 2.718281828459045**-bias)
    assert 2.718281828459045 ** HeldGate().value(bias=bias, lag=20) == pytest.approx(
        left, rel=1e-12
    )
