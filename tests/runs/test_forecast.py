"""The time of a sweep, from one small group that is timed."""

import math

import pytest
import torch

from gradlab.config.loading import load
from gradlab.errors import TooManyPointsError
from gradlab.progress import events
from gradlab.runs import forecast, groups, measure
from gradlab.runs import run as runner
from gradlab.sweeps.plan import plan
from tests.runs.inline import InlinePool


def formed(config):
    planned = plan(load(config))
    return groups.form(planned.points, planned.requirements)


def test_the_sample_is_small_and_of_the_kind_that_is_most_work():
    large = {"cell": ["rnn", "lstm"], "hidden": 65, "length": 65, "sequences": 5}
    usual = {"measures": ["growth_rate"], "seeds": 9, "burn_in": 3}
    sample = forecast.sample_of(formed({**large, **usual}))
    assert len(sample.points) == 4
    for point in sample.points:
        assert (point.cell, point.hidden, point.length) == ("lstm", 64, 64)
        assert (point.sequences, point.burn_in) == (4, 0)
    small = {"cell": "gru", "hidden": 8, "length": 9, "sequences": 2, "seeds": 1}
    (whole,) = formed(small)
    assert forecast.sample_of([whole]).points == whole.points


LARGE = (
    {"cell": "lstm", "length": 256, "seeds": 6},
    {"cell": "rnn", "hidden": 256, "length": 64, "seeds": 2, "blocks": "joint"},
)
LESS = (
    {"cell": "gru", "hidden": 16, "length": 512, "seeds": 20},
    {"cell": "lstm", "length": 128, "seeds": 1, "measures": ["triangle"]},
)


@pytest.mark.parametrize(
    "config",
    [
        *(pytest.param(config, marks=pytest.mark.trials) for config in LARGE),
        *(pytest.param(config, marks=pytest.mark.slow) for config in LESS),
    ],
    ids=str,
)
def test_the_time_is_right_up_to_a_factor(config):
    """Timed in this process, on one thread as workers use."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        waiting = formed(config)
        sample = forecast.sample_of(waiting)
        pace = measure.time_group(sample.points, sample.requirements) / sample.work
        seconds = sum(measure.time_group(g.points, g.requirements) for g in waiting)
    finally:
        torch.set_num_threads(threads)
    assert seconds / 5 < pace * sum(group.work for group in waiting) < seconds * 5


def test_a_sample_that_fails_forecasts_nothing(monkeypatch):
    monkeypatch.setattr(forecast, "ProcessPool", InlinePool)
    monkeypatch.setattr(measure, "time_group", lambda *_: None)
    seen = forecast.forecast(load({"seeds": 1}), "nowhere")
    assert math.isnan(seen.core_seconds) and math.isnan(seen.seconds())


def test_a_sweep_that_takes_too_long_asks_before_it_measures(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    monkeypatch.setattr(measure, "time_group", lambda *_: 1e3)
    asked = load({"length": [16, 20_000], "hidden": 8, "features": 4, "seeds": 2})
    reported = []
    with pytest.raises(TooManyPointsError, match="a sweep of 4 points, about .* days"):
        runner.run(asked, tmp_path, jobs=1, progress=reported.append)
    assert InlinePool.made[-1].measured() == {}
    assert not any(isinstance(event, events.PointsDone) for event in reported)
