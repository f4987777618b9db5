"""A watched run is the same as any other, and what is on the watch is right."""

from __future__ import annotations

import contextlib
import copy
import gc
import io
import math
import pickle
import subprocess
import sys
import tracemalloc
import weakref

import pytest
import torch
from torch import nn
from torch.nn.modules.module import _has_any_global_hook
from torch.optim.optimizer import _global_optimizer_post_hooks

import gradlab
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.modules import record, replay
from gradlab.watching.finding import FindingError, FindingWarning
from gradlab.watching.history import MOST_UPDATES, History
from tests.watching.training import Classifier, Loop, Training, quiet, trained


def watching(every, **options):
    options = {"on_finding": quiet, **options}
    return lambda model: gradlab.watch(model, every, **options)


@pytest.mark.parametrize("every", [1, 50])
def test_200_updates_with_dropout_and_adam_are_bit_for_bit_the_same(every):
    plain = trained(3, lambda model: contextlib.nullcontext(), 200)
    watched = trained(3, watching(every), 200)
    assert plain[0] == watched[0]
    assert torch.equal(plain[1], watched[1])
    assert all(torch.equal(plain[2][name], watched[2][name]) for name in plain[2])


def test_updates_measured_are_the_first_and_every_so_many():
    training = Training(Classifier())
    with gradlab.watch(training.model, 5, on_finding=quiet) as w:
        training.run(11)
    assert [row.update for row in w.history.updates] == [1, 5, 10]
    assert w.history.names == ("rnn layer 1", "rnn layer 2")
    assert w.updates == 11


def test_closing_leaves_no_trace():
    model = Classifier()
    before = [dict(vars(module)) for module in model.modules()]
    hooks = len(_global_optimizer_post_hooks)
    with gradlab.watch(model, 1, on_finding=quiet) as w:
        Training(model).run(2)
        assert [dict(vars(module)) for module in model.modules()] == before
        assert _has_any_global_hook()
    assert not _has_any_global_hook()
    assert len(_global_optimizer_post_hooks) == hooks
    w.close()
    assert gradlab.watch(model) is not w
    gradlab.watch(model).close()


def test_what_is_recorded_goes_with_the_update():
    training = Training(Classifier())
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        training.optimizer.zero_grad()
        loss = training.loss()
        alive = weakref.ref(w._hooks.recorder.calls[0])
        loss.backward()
        assert alive() is not None
        training.optimizer.step()
        del loss
        gc.collect()
        assert alive() is None


def test_hooks_are_on_around_a_measured_step_alone():
    training = Training(Classifier())
    with gradlab.watch(training.model, 3, on_finding=quiet):
        on = []
        for _ in range(6):
            on.append(bool(_has_any_global_hook()))
            training.update()
    assert on == [True, False, True, False, False, True]


def test_a_watch_says_in_one_line_what_it_is():
    model = Classifier()
    with gradlab.watch(model, 2, on_finding=quiet) as w:
        assert repr(w) == "<Watch of Classifier: 0 of 0 updates measured, 0 findings>"
        Training(model, steps=80).run(5)
    assert repr(w) == "<Watch of Classifier: 3 of 5 updates measured, 1 finding>"


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_a_compiled_model_has_the_name_of_what_was_compiled():
    with gradlab.watch(torch.compile(Classifier(), backend="eager")) as w:
        assert w.model_name == "Classifier"


def test_watching_twice_is_one_watch():
    model = Classifier()
    with gradlab.watch(model) as w:
        assert gradlab.watch(model, 7) is w
    with pytest.raises(ConfigError, match="every = 0"):
        gradlab.watch(model, 0)


def test_a_pickle_made_meanwhile_loads_without_gradlab(tmp_path):
    training = Training(nn.LSTM(3, 4))
    with gradlab.watch(training.model, 1, on_finding=quiet):
        training.model(torch.randn(5, 2, 3))[0].sum().backward()
        torch.save(training.model, tmp_path / "model.pt")
        torch.save(training.model.state_dict(), tmp_path / "weights.pt")
        twin = copy.deepcopy(training.model)
        pickle.loads(pickle.dumps(training.model))
    assert not twin._forward_hooks and not twin._forward_pre_hooks
    code = (
        "import sys; sys.modules['gradlab'] = None\n"
        "import torch\n"
        "model = torch.load('model.pt', weights_only=False)\n"
        "model.load_state_dict(torch.load('weights.pt'))\n"
        "print(tuple(model(torch.zeros(5, 2, 3))[0].shape))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert out.stdout.strip() == "(5, 2, 4)", out.stderr


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_the_numbers_are_those_of_a_replay(kind):
    torch.manual_seed(1)
    model = kind(3, 5, batch_first=True)
    twin, x = copy.deepcopy(model), torch.randn(4, 30, 3)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with gradlab.watch(model, 1, on_finding=quiet, exact=True, sequences=3) as w:
        model(x)[0][:, -1].square().sum().backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1e-3)
        optimizer.step()
    with record(twin) as recorder:
        twin(x)[0][:, -1].square().sum().backward()
    (run,) = replay(recorder.calls)
    trajectory, found = run.aligned()
    (update,) = w.history.updates
    (row,) = update.layers
    lag = row.lags.index(7)
    for name, state in zip("hc", found.state, strict=False):
        expected = state[30 - 7, :3].norm(dim=-1).log().mean()
        assert row.by_state[name][lag] == pytest.approx(float(expected), abs=1e-4)
    squares = sum(state[:, :3].double().square().sum(-1) for state in found.state)
    curve = squares.sqrt().log().mean(1).flip(0)
    expected = curve - curve.max()
    assert row.together[lag] == pytest.approx(float(expected[7]), abs=1e-4)
    for name, gate in trajectory.gates.items():
        assert row.gates[name] == pytest.approx(float(gate[:, :3].mean()), abs=1e-5)
    norms = [p.grad.norm() for p in twin.parameters()]
    total = float(torch.stack(norms).norm())
    assert update.gradient_norm == pytest.approx(total, rel=1e-5)
    assert update.clip == pytest.approx(1e-3 / total, rel=1e-3)
    new, old = model.weight_hh_l0.detach(), twin.weight_hh_l0.detach()
    change = (new - old).norm() / old.norm()
    assert row.update_ratio == pytest.approx(float(change), rel=1e-3)
    few = gradlab.unroll(gradlab.from_torch(twin), x[:3])
    assert row.exact_horizon == gradlab.jacobian_norms(few, "joint").horizon


@pytest.mark.parametrize(
    ("cell", "options"),
    [
        ("lstm", {"gain": 1.0}),
        ("gru", {"gain": 1.0}),
        ("rnn", {"gain": 1.0}),
        ("gru", {"gain": 1.5}),
        ("lstm", {"gain": 2.0}),
        ("lstm", {"forget_bias": 1.0}),
    ],
)
def test_the_estimate_is_within_a_tenth_of_the_horizon(cell, options):
    torch.manual_seed(2)
    own = gradlab.initialize_(gradlab.build(cell, 8, 32), seed=1, **options)
    model = gradlab.to_torch(own)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with gradlab.watch(model, 1, on_finding=quiet, exact=True) as w:
        model(torch.randn(8, 120, 8))[0][:, -1].sum().backward()
        optimizer.step()
    ((_, row),) = w.history.of(w.history.names[0])
    assert row.exact_horizon < 120
    assert row.horizon == pytest.approx(row.exact_horizon, rel=0.1, abs=1.5)


def test_reach_is_how_far_the_loss_itself_gets():
    """A loss at every step reaches everywhere, whatever the network forgets."""
    torch.manual_seed(0)
    reaches = []
    for every_step in (False, True):
        model = nn.LSTM(3, 8)
        optimizer = torch.optim.SGD(model.parameters(), 0.0)
        with gradlab.watch(model, 1, on_finding=quiet) as w:
            outputs = model(torch.randn(60, 2, 3))[0]
            (outputs if every_step else outputs[-1]).square().sum().backward()
            optimizer.step()
        ((_, row),) = w.history.of("LSTM")
        reaches.append(row.reach)
        assert row.horizon < 40
    assert reaches[0] < 40 and reaches[1] == math.inf


def test_under_accumulation_the_last_part_is_measured_and_the_norm_is_of_the_sum():
    torch.manual_seed(4)
    model = Classifier(dropout=0.0)
    twin = copy.deepcopy(model)
    parts = [torch.randn(4, 12, 3) for _ in range(3)]
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with gradlab.watch(model, 1, on_finding=quiet) as w:
        losses = []
        for x in parts:
            losses.append(model(x).square().sum())
            losses[-1].backward()
        optimizer.step()
    with record(twin.rnn) as recorder:
        for x in parts:
            recorder.clear()
            twin(x).square().sum().backward()
    run = replay(recorder.calls)[1]
    ((_, row),) = w.history.of("rnn layer 2")
    expected = run.gradients.state[0][-1].norm(dim=-1).log().mean()
    assert row.by_state["h"][0] == pytest.approx(float(expected), abs=1e-4)
    norms = [p.grad.norm() for p in twin.parameters()]
    assert w.history.updates[0].gradient_norm == pytest.approx(
        float(torch.stack(norms).norm()), rel=1e-5
    )
    assert w.history.updates[0].clip == 1.0


def test_steps_by_hand_are_counted_where_no_optimizer_is():
    model = nn.GRU(3, 4)
    with gradlab.watch(model, 2, on_finding=quiet) as w:
        for k in range(4):
            model.zero_grad()
            model(torch.randn(6, 2, 3))[0].sum().backward()
            with torch.no_grad():
                for weight in model.parameters():
                    weight -= 0.1 * weight.grad
            w.step(loss=float(k))
    assert [(row.update, row.loss) for row in w.history.updates] == [
        (1, 0.0),
        (2, 1.0),
        (4, 3.0),
    ]
    assert all(row.layers[0].update_ratio > 0 for row in w.history.updates)


def test_a_step_by_hand_after_an_optimizer_adds_the_loss_alone():
    training = Training(Classifier())
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        for k in range(3):
            training.update()
            w.step(loss=torch.tensor(float(k)))
    assert w.updates == 3
    assert [row.loss for row in w.history.updates] == [0, 1, 2]


def test_another_models_optimizer_is_not_counted():
    training, other = Training(Classifier()), Training(Classifier())
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        other.run(3)
        training.run(2)
    assert w.updates == 2


def test_of_two_optimizers_the_one_with_the_recurrent_weights_counts():
    model = Classifier()
    head = torch.optim.SGD(model.head.parameters(), 0.1)
    rnn = torch.optim.SGD(model.rnn.parameters(), 0.1)
    with gradlab.watch(model, 1, on_finding=quiet) as w:
        for _ in range(2):
            model(torch.randn(2, 8, 3)).sum().backward()
            head.step()
            rnn.step()
    assert w.updates == 2
    assert all(row.layers[0].update_ratio > 0 for row in w.history.updates)
    with gradlab.watch(model, 1, optimizer=head, on_finding=quiet) as w:
        rnn.step()
        head.step()
    assert w.updates == 1


def test_a_closure_called_within_the_step():
    model = Classifier(dropout=0.0)
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=3)
    x = torch.randn(4, 9, 3)

    def closure():
        optimizer.zero_grad()
        loss = model(x).square().sum()
        loss.backward()
        return loss

    with gradlab.watch(model, 1, on_finding=quiet) as w:
        optimizer.step(closure)
        optimizer.step(closure)
    assert [row.update for row in w.history.updates] == [1, 2]
    assert all(len(row.layers) == 2 for row in w.history.updates)


def test_an_optimizer_inside_the_backward_pass():
    model = Classifier(dropout=0.0)
    optimizers = {p: torch.optim.SGD([p], 0.1) for p in model.parameters()}
    for weight in model.parameters():
        weight.register_post_accumulate_grad_hook(lambda p: optimizers[p].step())
    with gradlab.watch(model, 1, on_finding=quiet) as w:
        for _ in range(3):
            model.zero_grad()
            model(torch.randn(4, 9, 3)).square().sum().backward()
    assert w.updates == 3
    assert [row.update for row in w.history.updates] == [1, 2, 3]
    assert all(row.layers[0].update_ratio > 0 for row in w.history.updates)


def test_paused_measures_nothing_and_counts_on():
    training = Training(Classifier())
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        training.update()
        with w.paused():
            training.run(2)
            assert not _has_any_global_hook()
        training.update()
    assert [row.update for row in w.history.updates] == [1, 4]


def test_a_watch_goes_on_from_its_state(tmp_path):
    training = Training(Classifier(nn.RNN, nonlinearity="relu"))
    with gradlab.watch(training.model, 2, on_finding=quiet) as w:
        training.run(3)
    torch.save(w.state_dict(), tmp_path / "watch.pt")
    with gradlab.watch(training.model, 2, on_finding=quiet) as again:
        again.load_state_dict(torch.load(tmp_path / "watch.pt"))
        training.run(2)
    assert [row.update for row in again.history.updates] == [1, 2, 4]
    assert repr(again.history.updates[:2]) == repr(w.history.updates)
    assert again.findings[: len(w.findings)] == w.findings


def test_layers_by_name():
    model = nn.ModuleDict({"a": nn.GRU(3, 3), "b": nn.GRU(3, 3)})
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with gradlab.watch(model, 1, layers="b", on_finding=quiet) as w:
        model["b"](model["a"](torch.randn(5, 2, 3))[0])[0].sum().backward()
        optimizer.step()
    assert w.history.names == ("b",)
    with pytest.raises(UnknownNameError, match="layer 'c'"):
        gradlab.watch(model, layers=["c"])


def test_the_frame_is_tidy():
    training = Training(Classifier(nn.GRU))
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        training.run(2)
        w.step(loss=0.5)
    frame = w.frame()
    assert list(frame) == ["update", "layer", "measure", "block", "lag", "value"]
    assert set(frame.measure) == {
        *("loss", "gradient_norm", "clip", "ln_loss_gradient", "ln_product_estimate"),
        *("gate_mean", "length", "reach", "horizon_estimate", "update_ratio"),
        "underflow",
    }
    loss = frame[(frame.measure == "loss") & (frame["update"] == 2)]
    assert loss.value.tolist() == [0.5]


def test_history_is_thinned_beyond_its_bound():
    history = History()
    training = Training(Classifier(num_layers=1, dropout=0.0), steps=2)
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        training.update()
    for _ in range(3 * MOST_UPDATES):
        history.append(w.history.updates[0])
    assert len(history.updates) <= MOST_UPDATES and history.stride == 4


@pytest.mark.slow
def test_memory_does_not_grow_over_2000_updates():
    """Beyond the history itself, which is bounded."""
    training = Training(Classifier(hidden=3, num_layers=1, dropout=0.0), steps=4)
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        training.run(1100)  # the history is full, and thinned
        gc.collect()
        tracemalloc.start()
        before = len(gc.get_objects())
        training.run(450)
        gc.collect()
        rows = len(w.history.updates)
        first, _ = tracemalloc.get_traced_memory()
        training.run(450)
        gc.collect()
        second, _ = tracemalloc.get_traced_memory()
        after = len(gc.get_objects())
        tracemalloc.stop()
    assert w.updates == 2000 and rows <= MOST_UPDATES
    assert second - first < 450 * 3000  # bytes a row
    assert after - before < 20 * MOST_UPDATES


def test_a_writer_gets_finite_scalars():
    class Writer:
        def __init__(self):
            self.scalars = []

        def add_scalar(self, name, value, step):
            self.scalars.append((name, value, step))

    writer, training = Writer(), Training(Classifier(nn.GRU))
    with gradlab.watch(training.model, 2, writer=writer, on_finding=quiet) as w:
        training.update()
        w.step(loss=1.5)
        training.update()
    names = {name for name, _, _ in writer.scalars}
    assert {"gradlab/loss", "gradlab/clip", "gradlab/rnn_layer_1/reach"} <= names
    assert {"gradlab/rnn_layer_2/update_gate", "gradlab/gradient_norm"} <= names
    assert {step for _, _, step in writer.scalars} == {1, 2}
    assert all(math.isfinite(value) for _, value, _ in writer.scalars)


def test_on_finding_warns_raises_or_calls():
    found = []
    for on_finding in ("warn", "raise", found.append):
        model = Classifier(hidden=16, num_layers=1, dropout=0.0)
        training = Training(model, steps=80)
        weights = copy.deepcopy(training.model.state_dict())
        with gradlab.watch(training.model, 1, on_finding=on_finding) as w:
            if on_finding == "warn":
                with pytest.warns(FindingWarning, match="rnn forgets"):
                    training.update()
                training.run(3)  # once a place
            elif on_finding == "raise":
                with pytest.raises(FindingError, match="rnn forgets") as error:
                    training.update()
                assert pickle.loads(pickle.dumps(error.value)).finding == w.findings[0]
                for name, weight in training.model.state_dict().items():
                    assert torch.equal(weight, weights[name])  # before the update
            else:
                training.update()
                assert found == w.findings[:1]
    with pytest.raises(ConfigError, match="on_finding = 'shout'"):
        gradlab.watch(training.model, on_finding="shout")


def test_what_fails_within_is_a_warning_and_the_run_goes_on(monkeypatch):
    monkeypatch.setattr(
        "gradlab.watching.measured_update.measure", lambda *_, **__: 1 / 0
    )
    training = Training(Classifier())
    with gradlab.watch(training.model, 1, on_finding="raise"):
        with pytest.warns(FindingWarning, match="could not measure update 0: Zero"):
            training.update()
    assert len(training.losses) == 1


def test_evaluation_under_no_grad_is_not_seen():
    training = Training(Classifier())
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        with torch.no_grad():
            training.loss()
        training.update()
    assert len(w.history.updates[0].layers) == 2


@pytest.mark.parametrize("cell", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
def test_a_loop_of_cells(cell):
    training = Training(Loop(cell))
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        training.run(2)
    ((_, row), _) = w.history.of("cell")
    assert row.length == 12 and len(row.product) == 13


def test_truncated_backpropagation_both_ways():
    for detached in (True, False):
        model = nn.LSTM(3, 5)
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        with gradlab.watch(model, 1, on_finding=quiet) as w:
            state, losses = None, []
            for _ in range(3):
                outputs, state = model(torch.randn(6, 2, 3), state)
                if detached:
                    state = tuple(part.detach() for part in state)
                losses.append(outputs.sum())
                if detached:
                    losses[-1].backward()
                    optimizer.step()
            if not detached:
                sum(losses).backward()
                optimizer.step()
        lengths = [row.layers[0].length for row in w.history.updates]
        assert lengths == ([6, 6, 6] if detached else [18])
        assert "detached" not in [finding.kind for finding in w.findings]


def test_packed_sequences_by_their_ends():
    model = nn.GRU(3, 4, bidirectional=True)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    packed = nn.utils.rnn.pack_padded_sequence(
        torch.randn(9, 4, 3), torch.tensor([3, 9, 7, 8]), enforce_sorted=False
    )
    with gradlab.watch(model, 1, on_finding=quiet) as w:
        model(packed)[1].square().sum().backward()
        optimizer.step()
    assert w.history.names == ("GRU forward", "GRU reverse")
    ((_, row),) = w.history.of("GRU reverse")
    assert (row.length, row.sequences) == (7, 3)


def test_pickled_state_without_gradlab_needs_no_classes():
    training = Training(Classifier())
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        training.update()
    buffer = io.BytesIO()
    torch.save(w.state_dict(), buffer)
    buffer.seek(0)
    assert repr(torch.load(buffer, weights_only=True)) == repr(w.state_dict())
