import numpy as np
import pytest

from gradlab.laws.forget_half_life import ForgetHalfLife
from gradlab.laws.noisy_gate_half_life import NoisyGateHalfLife


@pytest.mark.parametrize(("bias", "deviation"), [(1.0, 2.0), (5.0, 2.0), (-1.0, 0.5)])
def test_is_how_long_products_of_noisy_gates_last(bias, deviation):
    noise = np.random.default_rng(0).standard_normal((200, 2_000))
    gates = 1 / (1 + np.exp(-(bias + deviation * noise)))
    rates = -np.log(gates).mean(axis=1)
    error = rates.std(ddof=1) / np.sqrt(len(rates))
    by_law = np.log(2) / NoisyGateHalfLife().value(bias=bias, deviation=deviation)
    assert abs(by_law - rates.mean()) < 4 * error


@pytest.mark.parametrize("bias", [-2.0, 0.0, 3.0])
def test_is_the_law_of_a_still_gate_without_noise_and_shorter_with_it(bias):
    still = ForgetHalfLife().value(bias=bias)
    law = NoisyGateHalfLife()
    assert law.value(bias=bias, deviation=0.0) == pytest.approx(still, rel=1e-12)
    assert law.value(bias=bias, deviation=1.0) < still


def test_says_where_it_does_not_hold():
    reason = "the deviation -1 is below 0"
    assert NoisyGateHalfLife().applies(bias=0, deviation=-1) == reason
