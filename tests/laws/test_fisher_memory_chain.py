import numpy as np
import pytest

from gradlab.laws.fisher_memory_chain import FisherMemoryChain


@pytest.mark.parametrize("gain", [0.9, 1.0, 1.2])
def test_is_the_signal_to_noise_ratio_of_a_delay_line(gain):
    chain = gain * np.eye(6, k=-1)
    powers = [np.linalg.matrix_power(chain, k) for k in range(6)]
    covariance = sum(power @ power.T for power in powers)
    law = FisherMemoryChain()
    for k, power in enumerate(powers):
        signal = power[:, 0]
        by_covariance = signal @ np.linalg.inv(covariance) @ signal
        assert law.value(lag=k, gain=gain) == pytest.approx(by_covariance, rel=1e-9)


@pytest.mark.parametrize(
    ("gain", "total"), [(0.9, 2.432486), (1.0, 3.994987), (1.2, 10.571314)]
)
def test_adds_up_to_the_published_total_of_thirty_units(gain, total):
    law = FisherMemoryChain()
    found = sum(law.value(lag=k, gain=gain) for k in range(30))
    assert found == pytest.approx(total, abs=1e-6)
    assert law.applies(lag=0, gain=0) == "the gain 0 is not above 0"
