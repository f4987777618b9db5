import json
import shutil
import signal
import sqlite3
import sys

import pytest

from gradlab import catalog
from gradlab.check import closed_forms
from gradlab.config.loading import load
from gradlab.engines import worker
from gradlab.engines.engine import Answer
from gradlab.errors import StoreError, TooManyPointsError, VerificationError
from gradlab.progress import events
from gradlab.progress.state import State
from gradlab.runs import run as runner
from gradlab.store import Results
from gradlab.store.store import Store
from tests.runs.inline import InlinePool


SMALL = {
    "name": "small",
    "hidden": 8,
    "features": 5,
    "sequences": 2,
    "seeds": 2,
    "length": [4, 8],
    "measures": ["growth_rate", "verdict"],
    "grid": [
        {"name": "cells", "cell": ["rnn", "lstm"]},
        {"name": "gains", "cell": "rnn", "gain": [1, 2]},
    ],
}


@pytest.fixture(autouse=True)
def inline(monkeypatch):
    InlinePool.made = []
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    monkeypatch.setattr("gradlab.runs.measure.time_group", lambda *_: 0.01)
    monkeypatch.setattr(InlinePool, "stop_after", None)
    monkeypatch.setattr(InlinePool, "deadly", staticmethod(lambda task: False))
    return InlinePool


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The results of SMALL, computed once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "ProcessPool", InlinePool)
        folder = tmp_path_factory.mktemp("whole") / "r"
        return runner.run(load(SMALL), folder, jobs=1, verify=False)


@pytest.fixture
def computed(tmp_path, whole):
    """A folder that has SMALL, to go on in."""
    return shutil.copytree(whole.folder, tmp_path / "r")


def run(folder, config=SMALL, **options):
    told = []
    options.setdefault("verify", False)
    sweep = load(config, load=options.pop("load", ()))
    results = runner.run(sweep, folder, jobs=1, progress=told.append, **options)
    return results, told


def numbers(results):
    return {
        (point.key, name): point.record(name)
        for point in results.points
        for name in results.measures
        if point.record(name) is not None
    }


def crew():
    return InlinePool.made[-1]


def counted(told):
    """Return what events add up to."""
    state = State()
    for event in told:
        state.take(event)
    return state


def test_all_points_are_computed_once_and_told(tmp_path):
    results, told = run(tmp_path / "r")
    assert results.meta["counts"]["done"] == len(results.points) == 12
    assert {name: len(points) for name, points in results.grids.items()} == {
        "cells": 8,
        "gains": 8,
    }
    assert set(crew().measured().values()) == {1}
    assert isinstance(told[0], events.Started)
    assert (told[0].total, told[0].done) == (12, 0)
    assert told[0].grids == {"cells": (8, 0), "gains": (8, 0)}
    state = counted(told)
    assert (state.done, state.grids["gains"].done, state.seconds_left()) == (12, 8, 0.0)
    assert isinstance(told[-1], events.Finished)


def test_a_folder_that_cannot_be_locked_is_told_and_used(tmp_path, monkeypatch):
    monkeypatch.setattr("gradlab.store.lock.fcntl", None)
    results, told = run(tmp_path / "r")
    assert results.meta["counts"]["done"] == 12
    assert events.LockUnavailable(tmp_path / "r") in told


def test_meta_tells_versions_times_and_checks(tmp_path):
    meta = run(tmp_path / "r", command="gradlab sweep small.toml", verify=True)[0].meta
    assert meta["name"] == "small"
    assert meta["command"] == "gradlab sweep small.toml"
    assert set(meta["versions"]) == {"python", "gradlab", "torch", "numpy"}
    assert meta["seconds"] > 0 and meta["started"] <= meta["finished"]
    assert [check["kind"] for check in meta["verification"]] == [
        "rnn, tanh",
        "lstm, tanh",
    ]
    assert all(check["error"] < 1e-12 for check in meta["verification"])
    assert meta["thresholds"] == [1e-3, 0.1, 10.0, 1e3]
    assert load(tmp_path / "r" / "sweep.toml") == load(SMALL)


def test_again_computes_nothing_and_keeps_the_meta(computed, whole):
    second, told = run(computed)
    assert InlinePool.made == []
    assert [type(event) for event in told] == [events.Started, events.Finished]
    assert (told[0].done, told[0].work) == (12, 0.0)
    assert second.meta == whole.meta


def test_more_points_compute_only_these(computed):
    results, told = run(computed, {**SMALL, "seeds": 3})
    assert {point.seed for point in crew().measured()} == {2}
    assert results.meta["counts"]["requested"] == 18
    assert told[0].done == 12


def test_fewer_points_are_reported_and_the_others_counted(computed):
    results, _ = run(computed, {**SMALL, "seeds": 1})
    assert results.meta["counts"] == {
        "requested": 6,
        "done": 6,
        "failed": 0,
        "missing": 0,
        "not_finite": 0,
        "others": 6,
    }


def test_one_measure_more_computes_this_one_only(computed, whole):
    more = {**SMALL, "measures": [*SMALL["measures"], "stable_rank"]}
    results, _ = run(computed, more)
    given = [a[1].by_measure for name, a in crew().calls if name == "measure"]
    assert {name for wanted in given for name in wanted} == {"stable_rank"}
    assert numbers(whole).items() <= numbers(results).items()
    assert all(point.record("stable_rank") for point in results.points)


def test_other_thresholds_take_the_verdict_anew_and_nothing_else(computed):
    results, _ = run(computed, {**SMALL, "thresholds": [1e-6, 0.1, 10, 1e6]})
    given = [a[1].by_measure for name, a in crew().calls if name == "measure"]
    assert {name for wanted in given for name in wanted} == {"verdict"}
    settings = json.loads(results.points[0].computed["verdict"].settings)
    assert settings == {"thresholds": [1e-6, 0.1, 10.0, 1e6]}
    assert results.meta["thresholds"] == [1e-6, 0.1, 10.0, 1e6]


def test_a_measure_whose_version_rose_is_taken_anew(tmp_path):
    source = (
        "from gradlab.measures.base import Measure\n"
        "class Rising(Measure):\n"
        "    'The last state.'\n"
        "    version = {}\n"
        "    def compute(self, context):\n"
        "        return {} * context.trajectory.states[0][-1].sum(-1)\n"
    )
    file = tmp_path / "rising.py"
    config = {**SMALL, "measures": ["rising"]}
    found = []
    for version in (1, 2, 2):
        file.write_text(source.format(version, version))
        results, _ = run(tmp_path / "r", config, load=[file])
        found.append(results.points[0].record("rising"))
        assert results.points[0].computed["rising"].version == version
    assert found[1].at() == 2 * found[0].at()
    assert len(InlinePool.made) == 2


def test_another_way_round_gives_the_same_bits(tmp_path, monkeypatch, whole):
    monkeypatch.setattr("gradlab.runs.groups.GROUP_BYTES", 1)
    single, _ = run(tmp_path / "single")
    assert len(crew().calls) > 12
    assert numbers(whole) == numbers(single)


def test_interrupted_it_keeps_what_is_done_and_goes_on(tmp_path, monkeypatch, whole):
    monkeypatch.setattr(InlinePool, "stop_after", 2)
    told = []
    with pytest.raises(KeyboardInterrupt):
        runner.run(load(SMALL), tmp_path / "r", jobs=1, progress=told.append)
    done = len(crew().measured()) - len(crew().calls[-1][1][0])
    assert isinstance(told[-1], events.Stopped)
    assert 0 < counted(told).done == done < 12
    assert Results.open(tmp_path / "r").meta["counts"]["missing"] == 12 - done
    monkeypatch.setattr(InlinePool, "stop_after", None)
    results, _ = run(tmp_path / "r")
    assert len(crew().measured()) == 12 - done
    assert numbers(results) == numbers(whole)


def test_an_answer_that_is_being_written_is_written_to_its_end(tmp_path, monkeypatch):
    """Ctrl-C after the first of a group's points: the others were computed, too."""
    saved = []

    def save_point(store, key, *rest, **more):
        save(store, key, *rest, **more)
        saved.append(key)
        if len(saved) == 1:
            signal.raise_signal(signal.SIGINT)

    save = Store.save_point
    monkeypatch.setattr(Store, "save_point", save_point)
    told = []
    with pytest.raises(KeyboardInterrupt):
        runner.run(load(SMALL), tmp_path / "r", jobs=1, progress=told.append)
    together = len(crew().calls[-1][1][0])
    assert together > 1
    assert len(saved) == counted(told).done == together
    assert Results.open(tmp_path / "r").meta["counts"]["done"] == together


FAILING = (
    "from gradlab.measures.base import Measure\n"
    "class Failing(Measure):\n"
    "    'Fails where a state is above a bound.'\n"
    "    def compute(self, context):\n"
    "        weight = context.cell.weight_hh.abs().amax((-1, -2))\n"
    "        if (weight > 0.5).any():\n"
    "            raise ValueError('weights above one half')\n"
    "        return weight.unsqueeze(-1).expand(context.batch_shape)\n"
)


def test_a_failing_point_is_recorded_and_the_rest_goes_on(tmp_path):
    file = tmp_path / "failing.py"
    file.write_text(FAILING)
    config = {**SMALL, "measures": ["growth_rate", "failing"]}
    results, told = run(tmp_path / "r", config, load=[file])
    failed = [point for point in results.points if point.status == "failed"]
    assert {point.params["gain"] for point in failed} == {2.0}
    assert {point.message for point in failed} == {
        "measure failing: ValueError: weights above one half (failing.py:7)"
    }
    # what could be measured is kept and shown
    assert all(point.measured and point.record("growth_rate") for point in failed)
    assert results.meta["counts"]["failed"] == len(failed) == 4
    assert results.meta["counts"]["done"] == 8
    assert counted(told).failed == 4
    # again: failed points are left alone, and retried when asked
    before = len(InlinePool.made)
    run(tmp_path / "r", config, load=[file])
    assert len(InlinePool.made) == before
    run(tmp_path / "r", config, load=[file], retry_failed=True)
    assert {point.gain for point in crew().measured()} == {2.0}
    file.write_text(FAILING.replace("> 0.5", "> 9.5"))
    results, _ = run(tmp_path / "r", config, load=[file], retry_failed=True)
    assert results.meta["counts"]["failed"] == 0


BROKEN = (
    "from gradlab.cells.base import Cell, Step\n"
    "class Bare(Cell):\n"
    "    def step(self, inputs, state): return state\n"
    "class Narrow(Cell):\n"
    "    def step(self, inputs, state): return Step((state[0][..., :2],))\n"
    "class Raising(Cell):\n"
    "    def step(self, inputs, state): raise ValueError('no step')\n"
)


def test_a_cell_that_cannot_step_fails_alone_and_says_why(tmp_path):
    file = tmp_path / "broken.py"
    file.write_text(BROKEN)
    config = {"cell": ["bare", "narrow", "raising", "rnn"], "hidden": 4, "length": 4}
    results, _ = run(tmp_path / "r", config, load=[file], verify=True)
    told = {p.params["cell"]: p.message for p in results.points}
    assert told == {
        "bare": "cell bare: Got a tuple from step of cell bare. Expected a Step. "
        "Try return Step(state=(h,))",
        "narrow": "cell narrow: Got next states of shapes (4, 2) from step of cell "
        "narrow. Expected (4, 4), as the states before. Try state_sizes, where a state "
        "is not hidden_size wide",
        "raising": "cell raising: ValueError: no step (broken.py:7)",
        "rnn": "",
    }
    checks = {check["kind"]: check["error"] for check in results.meta["verification"]}
    assert checks.pop("rnn, tanh") < 1e-12
    assert checks == {"bare": None, "narrow": None, "raising": None}


CLOSED = (
    "import torch\n"
    "from gradlab.cells.base import Cell, Step, StepJacobian\n"
    "class Closed(Cell):\n"
    "    'h_t = tanh(x_t + h_{t-1}), with a closed form.'\n"
    "    def step(self, inputs, state):\n"
    "        return Step((torch.tanh(inputs[..., :1] + state[0]),))\n"
    "    def jacobian(self, inputs, state, step, *, out=None):\n"
    "        own = 1 - step.state[0] ** 2\n"
    "        return StepJacobian({('h', 'h'): own.diag_embed()})\n"
)


@pytest.mark.parametrize(
    ("right", "wrong", "cause"),
    [
        (
            "return StepJ",
            "return 1 / 0 or StepJ",
            "ZeroDivisionError: .* .closed.py:9.",
        ),
        ("return StepJ", "return out['hh'] or StepJ", "TypeError: 'NoneType' object"),
        ("torch.tanh(", "torch.tanh(inputs.new_ones(4) + ", "Got 'The size of"),
    ],
    ids=["raises", "needs out", "cannot step with 7 units"],
)
def test_a_closed_form_that_raises_is_a_failed_check(tmp_path, right, wrong, cause):
    file = tmp_path / "closed.py"
    file.write_text(CLOSED)
    config = {"cell": ["rnn", "closed"], "hidden": 4, "length": 4}
    results, _ = run(tmp_path / "right", config, load=[file], verify=True)
    assert all(check["error"] < 1e-12 for check in results.meta["verification"])
    assert len(results.meta["verification"]) == 2
    file.write_text(CLOSED.replace(right, wrong))
    with pytest.raises(VerificationError, match=f"Got closed: {cause}"):
        run(tmp_path / "wrong", config, load=[file], verify=True)


def test_a_point_that_kills_its_worker_each_time_is_set_aside(tmp_path, monkeypatch):
    def deadly(task):
        return any(p.cell == "lstm" and p.seed == 1 for p in task.points)

    monkeypatch.setattr(InlinePool, "deadly", staticmethod(deadly))
    results, told = run(tmp_path / "r")
    failed = [point for point in results.points if point.status == "failed"]
    assert {(p.params["cell"], p.params["seed"]) for p in failed} == {("lstm", 1)}
    assert {p.message for p in failed} == {"killed, most likely for want of memory"}
    assert results.meta["counts"]["done"] == 10
    lost = [event for event in told if isinstance(event, events.WorkerLost)]
    # once in its group, then alone; its neighbour is tried once alone
    assert sorted(event.points for event in lost) == [1, 1, 1, 1, 1, 1, 2, 2]


@pytest.fixture
def check_last(monkeypatch):
    """Workers answer the self-check after all groups."""
    answers = InlinePool.answers

    def in_order(self):
        late = [task for task in self.tasks if task[0] == "verify"]
        for task in late:
            self.tasks.remove(task)
            self.tasks.append(task)
        return answers(self)

    monkeypatch.setattr(InlinePool, "answers", in_order)


def test_groups_that_return_before_the_check_wait_for_it(tmp_path, check_last):
    results, told = run(tmp_path / "r", verify=True)
    kinds = [type(event) for event in told]
    assert kinds.index(events.Verified) < kinds.index(events.PointsDone)
    assert results.meta["counts"]["done"] == 12


def test_interrupted_before_the_check_ends_it_keeps_no_unchecked_number(
    tmp_path, monkeypatch, check_last, whole
):
    monkeypatch.setattr(InlinePool, "stop_after", 2)
    told = []
    with pytest.raises(KeyboardInterrupt):
        runner.run(load(SMALL), tmp_path / "r", jobs=1, progress=told.append)
    assert len(crew().measured()) > 0
    assert counted(told).done == 0
    stopped = Results.open(tmp_path / "r")
    assert stopped.meta["counts"]["missing"] == 12
    assert not any(point.measured for point in stopped.points)
    monkeypatch.setattr(InlinePool, "stop_after", None)
    results, _ = run(tmp_path / "r", verify=True)
    assert numbers(results) == numbers(whole)


def test_interrupted_as_the_check_arrives_it_keeps_what_waited_for_it(
    tmp_path, monkeypatch, check_last
):
    def arrived(self):
        (check,) = [task for task in self.tasks if task[0] == "verify"]
        yield Answer("verify", value=worker.resolve(check[1])(*check[2]))

    monkeypatch.setattr(InlinePool, "stop_after", 2)
    monkeypatch.setattr(InlinePool, "arrived", arrived)
    told = []
    with pytest.raises(KeyboardInterrupt):
        runner.run(load(SMALL), tmp_path / "r", jobs=1, progress=told.append)
    done = len(crew().measured()) - len(crew().calls[-1][1][0])
    assert counted(told).done == done > 0
    assert Results.open(tmp_path / "r").meta["counts"]["done"] == done


def test_closed_forms_that_disagree_stop_the_sweep(tmp_path, monkeypatch):
    from gradlab.cells.rnn import RNN

    jacobian = RNN.jacobian

    def wrong(self, *at, out=None):
        found = jacobian(self, *at)
        block = found.blocks["h", "h"].clone()
        block[..., 1, 2, 3] *= 1.5
        return type(found)({("h", "h"): block}, found.conveyor)

    monkeypatch.setattr(RNN, "jacobian", wrong)
    with pytest.raises(VerificationError) as caught:
        run(tmp_path / "r", verify=True)
    text = str(caught.value)
    assert text.startswith("Got rnn, tanh: J_1 (sequence, later, earlier) off by")
    assert "1 of 98 numbers differ\nindex (1, 2, 3): ours" in text
    assert "ratio 1.5.\nExpected autograd's numbers to 1e-12" in text
    assert Results.open(tmp_path / "r").meta["counts"]["done"] == 0
    results, told = run(tmp_path / "other", verify=False)
    assert results.meta["verification"] == []
    assert not any(isinstance(event, events.Verified) for event in told)


def test_weights_that_explode_are_results(tmp_path):
    config = {
        **SMALL,
        "activation": "linear",
        "gain": 1e20,
        "measures": ["breakdown", "verdict"],
        "grid": [{"name": "cells", "cell": "rnn"}],
    }
    results, told = run(tmp_path / "r", config)
    counts = results.meta["counts"]
    assert counts["failed"] == 0 and counts["done"] == counts["not_finite"] == 4
    assert counted(told).not_finite == 4
    assert {p.broke_at for p in results.points} <= {2.0, 3.0}


def test_a_sweep_past_the_bound_asks_for_a_yes(tmp_path, monkeypatch):
    monkeypatch.setattr("gradlab.runs.forecast.POINTS", 11)
    with pytest.raises(TooManyPointsError, match="up to 16 points"):
        run(tmp_path / "r")
    assert not (tmp_path / "r").exists()
    assert run(tmp_path / "r", yes=True)[0].meta["counts"]["done"] == 12


def test_a_disk_that_fills_in_the_middle_loses_nothing(tmp_path, monkeypatch, whole):
    from gradlab.store import store as module

    connect = module._connect

    def small(file):
        connection = connect(file)
        pages = connection.execute("pragma page_count").fetchone()[0]
        connection.execute(f"pragma max_page_count={pages + 3}")
        return connection

    monkeypatch.setattr(module, "_connect", small)
    with pytest.raises(StoreError, match="disk is full"):
        run(
            tmp_path / "r",
            {**SMALL, "measures": ["frobenius_norm", *SMALL["measures"]]},
        )
    monkeypatch.setattr(module, "_connect", connect)
    kept = sqlite3.connect(tmp_path / "r" / "results.sqlite")
    assert kept.execute("pragma integrity_check").fetchone() == ("ok",)
    kept.close()
    assert numbers(run(tmp_path / "r")[0]).items() >= numbers(whole).items()


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"sequences": 3}, True),
        ({"features": 6}, True),
        ({"burn_in": 5}, True),
        ({"initial_state": "gaussian"}, True),
        ({"first_seed": 9}, True),
        ({"question": "why?"}, False),
    ],
)
def test_each_setting_changes_what_is_computed(tmp_path, whole, change, differs):
    second = run(tmp_path / "r", {**SMALL, **change})[0]
    same = [
        one.record("growth_rate") == two.record("growth_rate")
        for one, two in zip(whole.points, second.points, strict=True)
    ]
    assert (not any(same)) if differs else all(same)


def test_a_cell_derived_from_ours_keeps_its_axes(tmp_path):
    file = tmp_path / "derived.py"
    file.write_text(
        "from gradlab.cells.lstm import LSTM\n"
        "class DerivedForRunner(LSTM):\n"
        "    'An LSTM by another name.'\n"
    )
    config = {**SMALL, "cell": "derived_for_runner", "forget_bias": 2, "grid": []}
    results, _ = run(tmp_path / "r", config, load=[file], verify=True)
    assert {p.params["forget_bias"] for p in results.points} == {2.0}
    assert results.meta["verification"][0]["error"] < 1e-12
    twin, _ = run(tmp_path / "twin", {**config, "cell": "lstm"})
    mine = [p.record("growth_rate") for p in results.points]
    assert mine == [p.record("growth_rate") for p in twin.points]


def test_names_of_kinds_tell_cells_without_closed_forms(tmp_path):
    file = tmp_path / "plain_for_runner.py"
    file.write_text(
        "import torch\n"
        "from gradlab.cells.base import Cell, Step\n"
        "class PlainForRunner(Cell):\n"
        "    'Written without closed forms.'\n"
        "    def __init__(self, input_size, hidden_size):\n"
        "        super().__init__(input_size, hidden_size)\n"
        "        self.w = torch.nn.Linear(input_size + hidden_size, hidden_size)\n"
        "    def step(self, inputs, state):\n"
        "        return Step((self.w(torch.cat([inputs, state[0]], -1)).tanh(),))\n"
    )
    catalog.load_file(file)
    agreement = closed_forms.verify("plain_for_runner", None)
    assert agreement.error != agreement.error and agreement.compared == 0
    results, told = run(
        tmp_path / "r",
        {**SMALL, "grid": [{"name": "mine", "cell": "plain_for_runner"}]},
        load=[file],
        verify=True,
    )
    assert results.meta["counts"]["done"] == 4
    assert results.meta["verification"][0]["error"] is None
    assert {p.params["gain"] for p in results.points} == {None}
    said = next(event for event in told if isinstance(event, events.Verified))
    assert said.text == "nothing to compare"


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be removed")
@pytest.mark.parametrize("what", ["file", "folder", "replaced"])
def test_a_store_that_is_removed_meanwhile_stops_the_run_and_loses_nothing(
    tmp_path, whole, what
):
    folder, saved = tmp_path / "r", []

    def remove(event):
        if isinstance(event, events.PointsDone) and not saved:
            saved.extend(point.key for point in event.points)
            if what == "folder":
                shutil.rmtree(folder)
                return
            (folder / "results.sqlite").unlink()
            if what == "replaced":
                shutil.copy(whole.folder / "results.sqlite", folder)

    with pytest.raises(StoreError) as caught:
        runner.run(load(SMALL), folder, jobs=1, verify=False, progress=remove)
    rescued = tmp_path / "r-rescued"
    assert str(caught.value) == (
        f"Got {folder}/results.sqlite, removed, moved or replaced while results were "
        "written to it.\n"
        f"Expected that file until the end; what was saved in it is in {rescued}.\n"
        f"Try the same command with --out {rescued}"
    )
    assert len(crew().measured()) < len(whole.points)
    kept = Results.open(rescued)
    assert {p.key for p in kept.points if p.status == "done"} == set(saved)
    assert sorted(entry.name for entry in tmp_path.iterdir()) in (
        ["r", "r-rescued"],
        ["r-rescued"],
    )
    if what != "folder":
        assert not list(folder.glob("results.sqlite-*"))
    if what == "replaced":
        assert numbers(Results.open(folder)) == numbers(whole)
    if what == "file":
        assert numbers(run(rescued)[0]) == numbers(whole)
