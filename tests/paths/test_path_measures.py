"""The measures of paths, by hand."""

import numpy as np
import pytest

from gradlab.measures import measure
from gradlab.paths import cell_derivatives, recurrent_passes, time_constants
from tests.flows import SEQUENCES, lively


NAMES = ("recurrent_passes", "cell_derivatives", "time_constant")


@pytest.mark.parametrize("spec", ["lstm", "gru", "lstm:no_forget"])
def test_time_constants_are_counted_by_powers_of_two(spec):
    trajectory = lively(spec)
    found = time_constants(trajectory)
    readings = measure(trajectory, ["time_constant"])
    shares = readings["time_constant_share"]
    starts = [s for s in shares.coords["index"] if s != "lasting"]
    assert starts[:5] == [0, 1, 2, 4, 8]
    for k, (start, end) in enumerate(zip(starts, [*starts[1:], np.inf], strict=True)):
        units = (found >= start) & (found < end)
        assert np.array_equal(shares.values[k], units.mean(-1))
    assert np.array_equal(shares.values[-1], np.isinf(found).mean(-1))
    assert np.allclose(shares.values.sum(0), 1)
    median, slowest = readings["time_constant"].values
    assert np.array_equal(median, np.sort(found)[:, 3])  # of seven units
    assert np.array_equal(slowest, found.max(-1))


def test_passes_and_derivatives_are_read_as_they_are():
    trajectory = lively("lstm")
    readings = measure(trajectory, NAMES)
    passes = readings["recurrent_passes"]
    theirs = recurrent_passes(trajectory).ln_frobenius_norm
    assert passes.coords == theirs.coords
    assert np.array_equal(passes, theirs)
    kinds = readings["cell_derivatives"]
    theirs = cell_derivatives(trajectory)
    assert kinds.coords == {
        "block": ("conveyor", "state", "graph"),
        "lag": theirs.lags,
        "sequence": tuple(range(SEQUENCES)),
    }
    assert np.array_equal(kinds.at(block="graph"), theirs.spectral["graph"])


def test_where_they_mean_nothing_they_are_not_taken():
    assert measure(lively("rnn"), NAMES) == {}
    assert "cell_derivatives" not in measure(lively("gru"), NAMES)
