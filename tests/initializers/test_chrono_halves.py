"""What chrono's two halves do: the forget gate carries, the input gate adds detours.

LSTM, H = I = 64, T = 256, Gaussian input, 3 seeds, as measured before this axis was
there by setting biases by hand; log10 of what is left of a gradient, |J_{T:0}|_2.
"""

import math
from statistics import mean

import pytest

from gradlab.config.loading import load
from gradlab.runs.measure import measure
from gradlab.sweeps.plan import plan
from gradlab.sweeps.requirements import requirements_of


LEFT = {
    ("keep", "keep"): (-53, 2),
    ("chrono", "chrono"): (-0.4, 0.1),
    ("chrono", 0.0): (2.1, 0.5),
    ("chrono", "keep"): (2.1, 0.5),
    (0.0, "chrono"): (-74.5, 1.5),
    (3.0, "keep"): (0.4, 0.5),
    (3.0, -3.0): (-4.3, 0.2),
    (5.0, "keep"): (2.3, 0.3),
    (5.0, -5.0): (-0.5, 0.1),
}
"""(forget bias, input bias) -> mean over seeds, and how far three seeds may lie off."""


@pytest.fixture(scope="module")
def left():
    grids = [{"forget_bias": f, "input_bias": i} for f, i in [*LEFT, (0.0, 0.0)]]
    sweep = load({"seeds": 3, "grid": grids})
    points = list(plan(sweep).points.values())
    needs = requirements_of(("spectral_norm",), "joint", None)
    found: dict[tuple, list[float]] = {}
    for point, outcome in zip(points, measure(points, needs), strict=True):
        ((record,),) = outcome.records.values()
        log10 = record.at(block="joint", lag=256) / math.log(10)
        found.setdefault((point.forget_bias, point.input_bias), []).append(log10)
    return found


@pytest.mark.parametrize("biases", LEFT)
def test_what_is_left(left, biases):
    expected, tolerance = LEFT[biases]
    assert mean(left[biases]) == pytest.approx(expected, abs=tolerance)


def by_seed(left, biases, others):
    """How much more is left with some biases than with others, one per seed."""
    return [a - b for a, b in zip(left[biases], left[others], strict=True)]


def test_the_forget_gate_carries_and_an_open_input_gate_makes_it_grow(left):
    for change in by_seed(left, ("chrono", 0.0), (0.0, 0.0)):
        assert change > 50
    for change in by_seed(left, ("chrono", 0.0), ("chrono", "chrono")):
        assert change > 2


def test_the_input_gate_closed_alone_loses_more(left):
    for change in by_seed(left, (0.0, "chrono"), (0.0, 0.0)):
        assert -25 < change < -15


def test_an_input_gate_near_one_half_may_be_kept_or_set_to_it(left):
    for change in by_seed(left, ("chrono", "keep"), ("chrono", 0.0)):
        assert abs(change) < 0.5
