"""``--dry-run`` tells what a sweep would take, and takes nothing."""

import json
import re

import pytest

import gradlab
from gradlab.engines import machine
from gradlab.engines.machine import cores
from gradlab.runs import forecast
from tests.cli.inline import InlinePool


FEW = ("--cell=rnn", "--hidden=8", "--length=8,9", "--features=4", "--seeds=2")
CHEAP = ("--cell=rnn", "--hidden=8", "--measure=growth_rate")
SMALL = {"cell": "rnn", "hidden": 8, "measures": ["growth_rate"]}


@pytest.fixture(autouse=True)
def timed_here(monkeypatch):
    """Time samples in this process."""
    monkeypatch.setattr(forecast, "ProcessPool", InlinePool)


def told(result):
    """Lines of the answer by their first word."""
    return {line.split()[0]: line for line in result.stdout.splitlines() if line}


def test_nothing_is_written(run, home):
    lines = told(run("sweep", *FEW, "--jobs=1", "--dry-run"))
    name = "rnn-hidden-8-length-8_9-seeds-2-features-4"
    assert lines[f"{name}:"] == f"{name}: 4 points; nothing is computed"
    assert lines["sweep"].split() == ["sweep", "4", "0", "4"]
    assert re.match(r"here       about \d s with 1 worker, up to 4", lines["here"])
    assert re.search(r"\d s on 10 workers, \d s on 100 workers; up to 4", lines["a"])
    assert lines["run"] == f"run it     gradlab sweep {' '.join(FEW)} --jobs=1"
    assert list(home.iterdir()) == []


def test_what_is_there_counts_as_done(run, inline, home):
    run("sweep", *FEW, "--out=mine", "--measure=spectral_norm", "--no-verify")
    before = {path: path.read_bytes() for path in (home / "mine").iterdir()}
    more = ("--out=mine", "--measure=spectral_norm", "--dry-run")
    answer = run("sweep", *FEW, *more).stdout
    assert "sweep       4     4           0" in answer
    assert answer.endswith("nothing is left to compute\n")
    wider = told(run("sweep", *FEW[:-1], "--seeds=3", *more))
    assert wider["sweep"].split() == ["sweep", "6", "4", "2"]
    assert {path: path.read_bytes() for path in (home / "mine").iterdir()} == before


def test_failed_points_are_told(run, inline, monkeypatch):
    def raises(points, needs):
        raise MemoryError("no room")

    with monkeypatch.context() as broken:
        broken.setattr("gradlab.runs.measure.measure", raises)
        run("sweep", *FEW, "--out=mine", "--no-verify", code=1)
    ahead = ("sweep", *FEW, "--out=mine", "--dry-run")
    assert "4 failed earlier; --retry-failed computes" in run(*ahead).stdout
    assert "to compute" in run(*ahead, "--retry-failed").stdout
    assert told(run(*ahead, "--retry-failed"))["sweep"].split()[-1] == "4"


def test_points_of_several_grids_count_once(run):
    answer = run("sweep", "--dry-run").stdout
    assert "a point of several grids is computed once" in answer
    seen = gradlab.forecast()
    assert seen.total < sum(points for points, _ in seen.grids.values())


def test_a_script_reads_the_same(run):
    answer = json.loads(run("sweep", *FEW, "--dry-run", "--json").stdout)
    assert answer["points"] == answer["left"] == 4
    assert answer["grids"] == {"sweep": {"points": 4, "done": 0}}
    here = answer["engines"]["here"]
    assert here["workers"] == min(2, cores())
    assert here["memory"] > here["workers"] * machine.WORKER_MEMORY
    assert [c["workers"] for c in answer["engines"]["cluster"]] == [10, 100]


def test_no_bound_and_no_yes(run):
    answer = run(
        "sweep", *CHEAP, "--gain", "0.01:12:0.01", "--seeds=5", "--dry-run"
    ).stdout
    assert "6,000 points" in answer


def test_a_million_points_are_counted_without_making_them(run, monkeypatch):
    monkeypatch.setattr(forecast, "plan", None)
    answer = run(
        "sweep", *CHEAP, "--gain", "0.001:10:0.001", "--seeds=100", "--dry-run"
    )
    assert "up to 1,000,000 points" in answer.stdout
    assert "workers" in told(answer)["a"]


def test_more_workers_take_less_time_until_the_writer_is_the_bound():
    seen = gradlab.forecast({"gain": "1:100:1", "seeds": 10}, jobs=2)
    times = [seen.seconds(workers) for workers in (2, 10, 100, 10**6)]
    assert times == sorted(times, reverse=True)
    assert times[-1] >= seen.left * forecast.WRITING
    assert seen.seconds(4) == pytest.approx(forecast.START_UP + seen.core_seconds / 4)


def test_memory_bounds_the_workers():
    few = gradlab.forecast({**SMALL, "gain": "1:100:1"}, jobs=8, memory="1.2GB")
    assert few.jobs == 3
    assert few.memory <= few.limit == 1_200_000_000
    assert gradlab.forecast({**SMALL, "gain": [1], "seeds": 1}, jobs=8).jobs == 1


def test_points_that_do_not_fit_are_named(run):
    huge = ("--cell=lstm", "--hidden=2048", "--length=64,4096", "--sequences=8")
    answer = run("sweep", *huge, "--seeds=1", "--memory=1GB", "--dry-run").stdout
    assert "need more memory than there is and would be set aside" in answer


def test_the_forecast_is_what_the_sweep_starts_with(run, inline):
    ahead = json.loads(run("sweep", *FEW, "--dry-run", "--json").stdout)
    started = run("sweep", *FEW, "--no-verify", "--jobs=1").stderr
    assert f"{ahead['points']} points" in started
    assert cores() >= ahead["engines"]["here"]["workers"]


def test_what_is_wrong_is_said_as_ever(run, home):
    assert "Got --gain" in run("sweep", "--gain=x", "--dry-run", code=2).stderr
    assert "--memory" in run("sweep", "--memory=1", "--dry-run", code=2).stderr
    (home / "bad").mkdir()
    (home / "bad" / "results.sqlite").write_bytes(b"no database at all" * 100)
    assert "bad/results.sqlite" in run("sweep", "--out=bad", "--dry-run", code=1).stderr


def test_a_group_that_cannot_be_timed_is_said(run, monkeypatch):
    monkeypatch.setattr("gradlab.runs.forecast.time_sample", lambda *_: float("nan"))
    assert "unknown: the group that was timed" in run("sweep", *FEW, "--dry-run").stdout
    ahead = json.loads(run("sweep", *FEW, "--dry-run", "--json").stdout)
    assert ahead["engines"]["here"]["seconds"] is None
