"""How sure the benchmark of watching is of a ratio."""

from __future__ import annotations

import random
import statistics

import pytest

from benchmarks import watching


def test_the_interval_of_a_median_has_it_19_times_in_20():
    draws = random.Random(0)
    held = 0
    for _ in range(400):
        ratios = [draws.gauss(1.0, 0.1) for _ in range(60)]
        within = watching._half_interval([(1.0, ratio) for ratio in ratios])
        held += abs(statistics.median(ratios) - 1.0) <= 1.15 * within
    assert held > 0.93 * 400


def test_more_rounds_make_it_narrower():
    draws = random.Random(0)
    few, many = (
        watching._half_interval([(1.0, draws.gauss(1.0, 0.1)) for _ in range(count)])
        for count in (40, 4000)
    )
    assert many < few / 4


@pytest.mark.parametrize("turn", [0, 1])
def test_a_pair_is_run_in_turns(turn):
    order = []
    seconds, ratio = watching._pair(
        lambda: order.append("plain"), lambda: order.append("watched"), turn
    )
    assert order == (["plain", "watched"] if turn else ["watched", "plain"])
    assert seconds > 0 and ratio > 0


def test_every_50_is_one_measured_in_50():
    cost = watching.Cost("LSTM", 100.0, 2.0, 1.0, 0.01)
    assert cost.seldom == pytest.approx(1.02)
    assert "1.000 ± 0.010" in watching.table([cost])
