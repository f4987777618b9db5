"""What a sweep's log holds, and that no trouble with it ends the sweep."""

import json
import math
from datetime import datetime
from pathlib import Path
from typing import get_args

import pytest

from gradlab.config.loading import load
from gradlab.errors import ConfigError, GradlabError
from gradlab.progress import events
from gradlab.progress.log import Log
from gradlab.progress.state import State
from gradlab.progress.watch import Watch
from gradlab.runs import run as runner
from tests.runs.inline import InlinePool


SMALL = {
    "cell": "rnn",
    "hidden": 6,
    "features": 3,
    "sequences": 2,
    "length": 5,
    "seeds": 2,
    "measures": ["spectral_norm"],
}
POINT = events.PointDone("k", ("g",), {"cell": "rnn", "gain": math.inf}, "boom")
START = events.Started("s", Path("r"), 3, 1, 0, {"g": (3, 1)}, 2, math.nan)
EVENTS = {
    "started": START,
    "writer": events.Writer("process 1 on luna"),
    "no lock": events.LockUnavailable(Path("r")),
    "waiting": events.Waiting("tcp://lab:8786"),
    "verified": events.Verified("nothing to compare", math.nan, {"rnn, tanh": 1e-16}),
    "timed": events.Timed(12.5),
    "point": events.PointsDone((POINT,), 2.5),
    "lost": events.WorkerLost("terminated", 4),
    "log lost": events.LogLost("x: no space"),
    "stopped": events.Stopped(),
    "finished": events.Finished(),
}
COUNTS = {"total", "done", "failed", "computed", "not_finite", "rate", "seconds_left"}
FIELDS = {
    "started": COUNTS | {"name", "folder", "grids", "jobs", "work"},
    "writer": {"name"},
    "no lock": {"folder"},
    "waiting": {"scheduler"},
    "verified": {"text", "error", "checks"},
    "timed": {"work"},
    "point": {"key", "grids", "params", "status", "message", "seconds"}
    | {"not_finite", "failed_before"},
    "progress": COUNTS | {"work"},
    "lost": {"cause", "points"},
    "log lost": {"cause"},
    "stopped": COUNTS,
    "finished": COUNTS,
}


def refuse(text):
    raise AssertionError(f"{text} is no JSON")


def lines(file):
    text = file.read_text(encoding="utf-8")
    assert text.endswith("\n")
    return [json.loads(line, parse_constant=refuse) for line in text.splitlines()]


@pytest.fixture(autouse=True)
def inline(monkeypatch):
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    monkeypatch.setattr(InlinePool, "made", [])


def test_there_is_an_example_of_every_event():
    assert {type(event) for event in EVENTS.values()} == set(get_args(events.Event))


@pytest.mark.parametrize("name", EVENTS)
def test_every_event_has_its_fields_and_is_valid_json(tmp_path, name):
    with Log(tmp_path / "log") as log:
        if name != "started":
            log.take(START)
        log.take(EVENTS[name])
    start, *found = lines(tmp_path / "log")
    first, *rest = found or [start]
    assert first["event"] == name
    for line in (first, *rest):
        own = line.keys() - {"event", "time", "elapsed"}
        assert own == FIELDS[line["event"]]
        assert datetime.fromisoformat(line["time"]).tzinfo is not None
        assert line["elapsed"] >= 0


def test_a_sweep_tells_each_point_once_and_again_adds_to_the_file(tmp_path):
    file = tmp_path / "r" / "run.log"
    results = runner.run(load(SMALL), tmp_path / "r", jobs=1, log=file)
    reported = lines(file)
    points = [line for line in reported if line["event"] == "point"]
    assert sorted(p["key"] for p in points) == sorted(p.key for p in results.points)
    assert {p["status"] for p in points} == {"done"}
    runner.run(load(SMALL), tmp_path / "r", jobs=1, log=file)
    assert [line["event"] for line in lines(file)[len(reported) :]] == [
        "started",
        "finished",
    ]


def test_what_ends_a_run_is_its_last_line(tmp_path, monkeypatch):
    def broken(self, verify):
        raise GradlabError(got="a\nmess", expected="order", try_="again")

    monkeypatch.setattr(runner._Run, "compute", broken)
    with pytest.raises(GradlabError):
        runner.run(load(SMALL), tmp_path / "r", jobs=1, log=tmp_path / "log")
    last = lines(tmp_path / "log")[-1]
    assert last["event"] == "error" and "a mess" in last["message"]


def test_a_log_that_cannot_be_written_is_refused_before_anything_is_computed(tmp_path):
    with pytest.raises(ConfigError, match="--log .*: Is a directory"):
        runner.run(load(SMALL), tmp_path / "r", jobs=1, log=tmp_path)
    assert not InlinePool.made


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_under_the_log_is_told_once_and_ends_nothing(tmp_path):
    reported = []
    results = runner.run(
        load(SMALL), tmp_path / "r", jobs=1, log="/dev/full", progress=reported.append
    )
    lost = [event.cause for event in reported if isinstance(event, events.LogLost)]
    assert lost == ["/dev/full: No space left on device"]
    assert results.meta["counts"]["done"] == 2


FAILING = """
from gradlab.measures.base import Measure
class FailingHere(Measure):
    "Fails where one of two weights is positive."
    def compute(self, context):
        weight = context.cell.weight_hh.detach()
        if (weight[..., 0, :2] > 0).any():
            raise ValueError("a weight is positive")
        return context.labelled(weight.amax((-1, -2)), by_sequence=False)
"""


def test_a_program_a_log_and_a_watch_count_alike(tmp_path):
    (tmp_path / "failing.py").write_text(FAILING)
    config = {**SMALL, "seeds": 6, "measures": ["failing_here"]}
    config["grid"] = [{"name": "a", "gain": [1, 2]}, {"name": "b", "gain": [2]}]
    sweep = load(config, load=[tmp_path / "failing.py"])
    state = State()
    file, folder = tmp_path / "log", tmp_path / "r"
    runner.run(sweep, folder, jobs=1, verify=False, log=file, progress=state.take)
    logged = lines(file)[-1]
    watched = State()
    for event in Watch(folder).look():
        watched.take(event)
    assert 0 < state.failed < state.done == state.total == 12
    for name in ("total", "done", "failed"):
        assert getattr(state, name) == logged[name] == getattr(watched, name)
    assert state.grids == watched.grids
    assert watched.seconds_left() == logged["seconds_left"] == 0.0
