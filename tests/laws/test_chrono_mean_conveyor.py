import numpy as np
import pytest

from gradlab.laws.chrono_mean_conveyor import ChronoMeanConveyor


@pytest.mark.parametrize("ratio", [0.1, 0.5, 1.0, 2.0])
def test_is_the_mean_over_the_gates_that_chrono_draws(ratio):
    longest = 10_000.0
    drawn = np.linspace(1, longest - 1, 400_001)
    mean = np.mean((drawn / (1 + drawn)) ** (ratio * longest))
    found = ChronoMeanConveyor().value(lag=ratio * longest, longest=longest)
    assert found == pytest.approx(mean, rel=1e-3)


def test_says_where_it_does_not_hold():
    assert ChronoMeanConveyor().applies(lag=1, longest=10) == "Tmax 10 is below 100"
