"""Points that are trained: their numbers, their stops, what is kept of them."""

import math

import numpy as np
import pytest

import gradlab
from gradlab.config.loading import load
from gradlab.runs import checkpoints
from gradlab.runs import run as runner
from gradlab.runs.trained import measure_trained, train
from gradlab.store.table import table
from gradlab.sweeps.plan import plan
from tests.runs.inline import InlinePool


CONFIG = {
    "name": "learn",
    "task": "lag:5",
    "hidden": 6,
    "cell": ["rnn", "lstm"],
    "forget_bias": ["keep", "chrono"],
    "seeds": 3,
    "sequences": 2,
    "updates": 12,
}


@pytest.fixture(autouse=True)
def inline(monkeypatch):
    InlinePool.made = []
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    monkeypatch.setattr(InlinePool, "stop_after", None)
    monkeypatch.setattr(InlinePool, "deadly", staticmethod(lambda task: False))


def swept(out, **more):
    return gradlab.sweep({**CONFIG, **more}, jobs=1, verify=False, out=out)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "ProcessPool", InlinePool)
        return swept(tmp_path_factory.mktemp("whole") / "r")


def rows(results):
    return table(results).sort_values(
        ["cell", "forget_bias", "seed", "measure", "block", "index", "step", "lag"]
        + ["update"],
        ignore_index=True,
    )


def assert_equal(one, other):
    gradlab_rows = rows(one), rows(other)
    assert gradlab_rows[0].equals(gradlab_rows[1])


def test_each_point_has_what_its_training_left(whole):
    assert {point.status for point in whole.points} == {"done"}
    point = whole.points[0]
    assert point.record("training_loss").coords["update"] == tuple(range(12))
    assert point.record("score").coords["update"] == tuple(range(13))
    norms = point.record("spectral_norm")
    assert norms.coords["update"] == (0, 1, 2, 4, 8, 12)
    assert norms.at(update=0, block="joint", lag=0) == pytest.approx(0)
    assert point.record("update_counts").at(index="first_not_finite") == math.inf
    shares = point.record("weight_share").at(update=12)
    assert shares.sum() == pytest.approx(1)


def test_before_training_it_is_the_network_without_a_task(whole):
    """The gates after 0 updates are those of the same weights on the same inputs."""
    from gradlab.measures import measure
    from gradlab.runs.build import build
    from gradlab.sweeps.keys import task_of
    from gradlab.tasks.base import one_hot, stream_of
    from gradlab.trajectory import unroll

    planned = plan(load(CONFIG))
    key, point = next((k, p) for k, p in planned.points.items() if p.cell == "lstm")
    task = task_of("lag:5")
    batch = task.fresh(stream_of(task, point.seed, "measure"), 2)
    inputs = one_hot(batch.inputs, 6)
    trajectory = unroll(build(point).double(), inputs)
    twin = measure(trajectory, "spectral_norm")["spectral_norm"].over_sequences()
    (stored,) = (p for p in whole.points if p.key == key)
    found = stored.record("spectral_norm").sel(update=0)
    assert found.coords["lag"] == twin.coords["lag"]
    np.testing.assert_allclose(found.values, twin.values, atol=1e-12)


def test_the_gradient_at_the_first_input_is_autograds():
    import torch

    from gradlab.runs.build import build
    from gradlab.runs.measure import measures_of
    from gradlab.sweeps.keys import task_of
    from gradlab.tasks.base import one_hot, stream_of
    from gradlab.training.head import BIAS, WEIGHT, draw_head

    planned = plan(load({**CONFIG, "cell": "gru", "measures": "first_input_gradient"}))
    key, point = next(iter(planned.points.items()))
    trainer = train([point], [], None)
    measures = measures_of(planned.requirements[key])
    (records,) = measure_trained([point], trainer, measures, "joint")
    (found,) = records["first_input_gradient"]
    task, cell = task_of("lag:5"), build(point).double()
    head = draw_head(point.seed, 6, 2)
    batch = task.fresh(stream_of(task, point.seed, "measure"), 2)
    inputs = torch.from_numpy(one_hot(batch.inputs, 6))
    first = [cell.weight_ih.detach().clone().requires_grad_() for _ in range(2)]
    logs = []
    for b, weight in enumerate(first):
        weights = dict(cell.named_parameters()) | {"weight_ih": weight}
        state = cell.initial_state(1)
        x = inputs[b : b + 1]
        state = torch.func.functional_call(
            _Step(cell), {f"cell.{n}": p for n, p in weights.items()}, (x[:, 0], state)
        )
        for t in range(1, 5):
            state = cell.step(x[:, t], state).state
        weight32 = {name: value.float().double() for name, value in head.items()}
        logits = state[0] @ weight32[WEIGHT].mT + weight32[BIAS]
        right = torch.from_numpy(batch.targets[b : b + 1, -1])
        loss = torch.nn.functional.cross_entropy(logits, right)
        (gradient,) = torch.autograd.grad(loss, weight)
        logs.append(gradient.norm().log().item())
    assert found.at(update=0) == pytest.approx(np.mean(logs), abs=1e-12)


def _Step(cell):
    import torch

    class Step(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.cell = cell

        def forward(self, inputs, state):
            return self.cell.step(inputs, state).state

    return Step()


def test_stops_change_no_number_and_leave_nothing(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)  # after every update
    stopped = swept(tmp_path / "r")
    assert_equal(stopped, whole)
    assert not (tmp_path / "r" / checkpoints.FOLDER).exists()


def test_a_killed_training_goes_on_where_it_was(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)
    monkeypatch.setattr(InlinePool, "stop_after", 14)
    with pytest.raises(KeyboardInterrupt):
        swept(tmp_path / "r")
    kept = list((tmp_path / "r" / checkpoints.FOLDER).iterdir())
    assert kept
    kept[0].write_bytes(kept[0].read_bytes()[:-9])  # as if the disk had failed
    monkeypatch.setattr(InlinePool, "stop_after", None)
    assert_equal(swept(tmp_path / "r"), whole)


def test_a_checkpoint_of_another_network_is_not_taken(whole, tmp_path):
    out, keys = tmp_path / "r", plan(load(CONFIG)).points
    swept(out, hidden=3, seeds=1)
    for key in keys:
        checkpoints.write(out, key, checkpoints.Checkpoint(3, b"something else"))
    assert checkpoints.read(out, keys).keys() == keys.keys()
    assert_equal(swept(out), whole)


def test_other_members_change_no_bit(whole, tmp_path):
    assert_equal_of_seed_two = swept(tmp_path / "r", seeds=[2])
    frame, alone = rows(whole), rows(assert_equal_of_seed_two)
    part = frame[frame["seed"] == 2].reset_index(drop=True)
    assert part["value"].equals(alone["value"]) and part["sd"].equals(alone["sd"])


@pytest.mark.parametrize("cell", ["lstm:peephole", "gru:layers=2", "lstm:proj=3"])
def test_cells_without_a_closed_form_learn_too(cell, tmp_path):
    results = swept(tmp_path / "r", cell=cell, forget_bias="keep", updates=3, seeds=2)
    for point in results.points:
        assert point.status == "done", point.message
        assert np.isfinite(point.record("training_loss").values).all()
        assert (np.diff(point.record("gate_mean").values, axis=0) != 0).any()


def test_measures_can_be_taken_at_chosen_moments(tmp_path):
    results = swept(
        tmp_path / "r",
        cell="rnn",
        seeds=1,
        measure_at="0,5",
        measures=["growth_rate", "weight_spectral_norm"],
    )
    (point,) = results.points
    assert point.record("growth_rate").coords["update"] == (0, 5)
    assert point.record("weight_spectral_norm").coords["update"] == (0, 5)
    assert point.record("first_success") is not None
