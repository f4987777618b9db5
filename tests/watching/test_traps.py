"""What goes wrong where gradients of a running model are read."""

from __future__ import annotations

import copy
import gc
import math
import warnings

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

import gradlab
from gradlab.errors import ConfigError
from gradlab.modules import Call
from gradlab.watching.finding import FindingWarning
from tests.watching.training import Classifier, Loop, Training, quiet


def calls_alive() -> int:
    gc.collect()
    return sum(type(thing) is Call for thing in gc.get_objects())


class Interrupted(Exception):
    """Of the user's own."""


@pytest.mark.parametrize("where", ["after the forward pass", "in the backward pass"])
def test_an_exception_leaks_no_record(where):
    training = Training(Classifier())
    before = calls_alive()
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        for _ in range(20):
            loss = training.loss()
            if where == "in the backward pass":
                weight = training.model.rnn.weight_ih_l0
                handle = weight.register_hook(_interrupt)
                with pytest.raises(Interrupted):
                    loss.backward()
                handle.remove()
            del loss
        assert calls_alive() - before <= 1  # of the pass that was not finished
        training.update()
    assert len(w.history.updates[0].layers) == 2
    assert calls_alive() == before


def _interrupt(gradient):
    raise Interrupted


def test_evaluation_with_gradients_leaks_no_record():
    training = Training(Classifier())
    before = calls_alive()
    with gradlab.watch(training.model, 1, on_finding=quiet):
        for _ in range(20):
            training.loss()
        assert calls_alive() == before


@pytest.mark.parametrize("reentrant", [False, True])
def test_activation_checkpointing(reentrant):
    """Its segments are one backward pass, and leave nothing behind."""

    class Checkpointed(Classifier):
        def __init__(self):
            super().__init__(num_layers=1, dropout=0.0)
            self.head = nn.Linear(3, 2)

        def forward(self, x):
            x = x.requires_grad_()
            for _ in range(3):
                x = checkpoint(self.one, x, use_reentrant=reentrant)
            return self.head(x[:, -1])

        def one(self, x):
            return self.rnn(x)[0][..., :3]

    torch.manual_seed(0)
    training = Training(Checkpointed())
    before = calls_alive()
    with gradlab.watch(training.model, 1, on_finding=quiet) as w:
        training.update(parts=2)
        training.update()
    assert calls_alive() == before
    assert w.history.names == tuple(f"rnn run {k}" for k in (1, 2, 3))
    lengths = [[row.length for row in update.layers] for update in w.history.updates]
    assert lengths == [[12, 12, 12]] * 2
    assert math.isnan(w.history.updates[0].clip) == reentrant


def test_a_gradient_penalty_makes_sizes_unknown():
    training = Training(Classifier(nn.GRU, num_layers=1, dropout=0.0))
    model = training.model

    def loss():
        x = torch.randn(4, 12, 3, requires_grad=True)
        y = model(x).square().sum()
        (by_x,) = torch.autograd.grad(y, x, create_graph=True)
        return y + by_x.square().sum()

    training.loss = loss
    with gradlab.watch(model, 1, on_finding=quiet) as w:
        training.update()
    ((_, row),) = w.history.of("rnn")
    assert not row.magnitudes


def test_hooks_raise_nothing_into_the_model(monkeypatch):
    monkeypatch.setattr("gradlab.modules.recorder.Layout", None)
    training = Training(Classifier())
    plain = Training(copy.deepcopy(training.model))
    with gradlab.watch(training.model, 1) as w:
        torch.manual_seed(0)
        with pytest.warns(FindingWarning, match="could not measure.*AttributeError"):
            training.update()
    torch.manual_seed(0)
    plain.update()
    assert training.losses == plain.losses and not w.history.updates


def test_a_subclass_with_its_own_forward_is_refused():
    class Own(nn.LSTM):
        def forward(self, x):
            return super().forward(x)

    with pytest.raises(ConfigError, match="Own with a forward of its own"):
        gradlab.watch(nn.Sequential(Own(2, 3)))


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")
def test_a_scripted_model_is_refused():
    with pytest.raises(ConfigError, match="a scripted GRU"):
        gradlab.watch(torch.jit.script(nn.Sequential(nn.GRU(2, 3))))


@pytest.mark.parametrize("how", ["torch.compile", "compile"])
@pytest.mark.parametrize("model", [Classifier, Loop])
def test_compiled_models(model, how):
    """A loop of cells compiled before is run eagerly for the measured step."""
    torch.manual_seed(0)
    plain = model()
    if how == "compile":
        plain.compile(backend="eager")
    compiled = plain if how == "compile" else torch.compile(plain, backend="eager")
    training = Training(compiled)
    training.update()
    kept = list(warnings.filters)
    with gradlab.watch(compiled, 2, on_finding=quiet) as w:
        training.run(4)
    assert [row.update for row in w.history.updates] == [1, 2, 4]
    assert warnings.filters == kept
    torch._dynamo.reset()


def test_a_module_that_is_never_called_is_a_finding():
    model = nn.ModuleDict({"rnn": nn.GRU(2, 3), "head": nn.Linear(2, 2)})
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    with gradlab.watch(model, 50) as w:
        for k in range(5):
            optimizer.zero_grad()
            model["head"](torch.randn(3, 2)).sum().backward()
            if k == 2:
                with pytest.warns(FindingWarning, match="no backward pass through rnn"):
                    optimizer.step()
            else:
                optimizer.step()
    assert [finding.kind for finding in w.findings] == ["unread"]
    assert w.findings[0].certainty == "unknown"


@pytest.mark.parametrize("unscaled", [False, True])
def test_a_scaler_leaves_sizes_as_they_are(unscaled):
    torch.manual_seed(1)
    model = Classifier(dropout=0.0)
    twin, x = copy.deepcopy(model), torch.randn(4, 12, 3)
    rows = []
    for one, scaled in ((model, True), (twin, False)):
        optimizer = torch.optim.SGD(one.parameters(), 0.1)
        scaler = torch.amp.GradScaler("cpu", init_scale=2.0**12, enabled=scaled)
        with gradlab.watch(one, 1, scaler=scaler, on_finding=quiet) as w:
            scaler.scale(one(x).square().sum()).backward()
            if unscaled:
                scaler.unscale_(optimizer)
                nn.utils.clip_grad_norm_(one.parameters(), 0.1)
            scaler.step(optimizer)
            scaler.update()
        rows.append(w.history.updates[0])
    mine, other = rows
    assert mine.gradient_norm == pytest.approx(other.gradient_norm, rel=1e-4)
    assert mine.clip == pytest.approx(other.clip, rel=1e-4)
    assert (mine.clip < 0.9) == unscaled
    for one, same in zip(mine.layers, other.layers, strict=True):
        assert one.by_state["h"] == pytest.approx(same.by_state["h"], abs=1e-3)


def test_an_overflow_that_a_scaler_skips_is_none_and_a_nan_in_the_model_is():
    model = Classifier(num_layers=1, dropout=0.0)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=2.0**120)
    with gradlab.watch(model, 1, scaler=scaler, optimizer=optimizer) as w:
        for _ in range(2):  # overflows; the scaler halves its scale
            optimizer.zero_grad()
            scaler.scale(1e6 * model(torch.randn(4, 12, 3)).square().sum()).backward()
            scaler.step(optimizer)
            scaler.update()
        assert w.updates == 0 and not w.findings
        x = torch.randn(4, 12, 3)
        x[1, 6, 0] = math.nan
        scaler.scale(model(x).square().sum()).backward()
        scaler.step(optimizer)
        with pytest.warns(FindingWarning, match="NaN or inf arises"):
            w.step()
    (finding,) = w.findings
    assert (finding.kind, finding.step, finding.gate) == ("nonfinite", 7, "inputs")
    assert finding.certainty == "exact"


@pytest.mark.parametrize("scaler", [None, "given"])
def test_under_float16_sizes_are_known_with_the_scaler_alone(scaler):
    model = Classifier(nn.GRU, num_layers=1, dropout=0.0)
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    known = torch.amp.GradScaler("cpu", init_scale=128.0)
    given = known if scaler else None
    with gradlab.watch(model, 1, scaler=given, on_finding=quiet) as w:
        with torch.autocast("cpu", torch.float16):
            loss = model(torch.randn(4, 12, 3)).float().square().sum()
        known.scale(loss).backward()
        known.step(optimizer)
    (row,) = w.history.updates
    assert row.layers[0].magnitudes == bool(scaler)
    assert math.isnan(row.gradient_norm) != bool(scaler)


def test_two_losses_on_one_graph_add_up():
    torch.manual_seed(0)
    model = Classifier(dropout=0.0)
    twin, x = copy.deepcopy(model), torch.randn(4, 12, 3)
    rows = []
    for one, apart in ((model, True), (twin, False)):
        optimizer = torch.optim.SGD(one.parameters(), 0.1)
        with gradlab.watch(one, 1, on_finding=quiet) as w:
            y = one(x)
            first, second = y.square().sum(), y[:, 0].sum()
            if apart:
                first.backward(retain_graph=True)
                second.backward()
            else:
                (first + second).backward()
            optimizer.step()
        rows.append(w.history.updates[0].layers[0])
    assert rows[0].by_state["h"] == pytest.approx(rows[1].by_state["h"], abs=1e-4)


def test_distributed_data_parallel_by_process(tmp_path):
    torch.distributed.init_process_group(
        "gloo", init_method=f"file://{tmp_path}/store", rank=0, world_size=1
    )
    try:
        model = Classifier(dropout=0.0)
        twin = copy.deepcopy(model)
        parallel = nn.parallel.DistributedDataParallel(model)
        x, rows = torch.randn(4, 12, 3), []
        for watched, run in ((parallel, parallel), (twin, twin)):
            optimizer = torch.optim.SGD(run.parameters(), 0.1)
            with gradlab.watch(watched, 1, on_finding=quiet) as w:
                run(x).square().sum().backward()
                nn.utils.clip_grad_norm_(run.parameters(), 1e-2)
                optimizer.step()
            rows.append(w.history.updates[0])
    finally:
        torch.distributed.destroy_process_group()
    assert rows[0].gradient_norm == pytest.approx(rows[1].gradient_norm, rel=1e-5)
    assert rows[0].clip == pytest.approx(rows[1].clip, rel=1e-5)
    assert [row.name for row in rows[0].layers] == [
        "module.rnn layer 1",
        "module.rnn layer 2",
    ]
