import numpy as np
import pytest

from gradlab.laws.underflow_lag import UnderflowLag


@pytest.mark.parametrize("bias", [0.5, 1.0, 3.0])
def test_is_where_a_product_in_float32_leaves_the_normal_numbers(bias):
    gate = np.float32(1 / (1 + np.exp(-bias)))
    value, steps = np.float32(1), 0
    while value >= np.finfo(np.float32).tiny:
        value, steps = value * gate, steps + 1
    assert steps == pytest.approx(UnderflowLag().value(bias=bias), abs=1)
