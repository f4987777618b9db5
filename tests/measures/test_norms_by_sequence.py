"""What is left in each sequence alone."""

import numpy as np
import pytest

from gradlab import measure
from gradlab.jacobians import jacobian_norms
from tests.jacobians.networks import ran, ran_together


NAMES = ["norms_by_sequence", "spectral_norm", "horizon"]


def curves(trajectory):
    """ln norms at every lag, (…M, B, T + 1), one lag and one sequence at a time."""
    every = jacobian_norms(trajectory, "joint", range(trajectory.length + 1))
    return every.ln_spectral_norm.at(block="joint").T


def horizon(curve):
    below = [lag for lag, value in enumerate(curve) if value < np.log(1e-3)]
    return below[0] if below else np.inf


@pytest.mark.parametrize("name", ["rnn", "lstm", "lstm bias 3", "rnn orthogonal"])
def test_their_mean_is_the_spectral_norm_and_their_horizons_are_first_crossings(name):
    trajectory = ran(name, hidden=20, length=60, sequences=5)
    found = measure(trajectory, NAMES)
    own = found["norms_by_sequence"]
    assert own.coords["index"] == (1, 2, 3, 4, 5)
    assert own.coords["lag"] == found["spectral_norm"].coords["lag"]
    assert own.values.shape == (5, len(own.coords["lag"]))
    whole = found["spectral_norm"].at(block="joint").T
    assert own.values == pytest.approx(whole, abs=4e-5)
    expected = [horizon(curve) for curve in curves(trajectory)]
    assert found["horizon_by_sequence"].values.tolist() == expected
    quartiles = found["horizon_quartiles"]
    assert quartiles.coords == {"index": ("lower", "median", "upper")}
    assert quartiles.values.tolist() == sorted(expected)[1:4]


def test_every_point_has_its_own():
    names = ["lstm", "lstm bias 3", "lstm"]
    together = measure(ran_together(names, hidden=20, length=60), NAMES)
    horizons = together["horizon_by_sequence"].values
    assert horizons.shape[1] == 3 and np.isinf(horizons[:, 1]).all()
    assert np.isfinite(horizons[:, [0, 2]]).all()
    quartiles = together["horizon_quartiles"].values
    assert quartiles.shape == (3, 3) and np.isinf(quartiles[:, 1]).all()


def test_one_summary_keeps_them_apart():
    own = measure(ran("rnn", hidden=20, length=30), NAMES)["norms_by_sequence"]
    assert own.over_sequences() == own and own.sd is None
