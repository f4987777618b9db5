"""What a diagnosis gives, that it changes nothing, and what it refuses."""

from __future__ import annotations

import json
import math
import random

import numpy as np
import pytest
import torch
from torch import nn

import gradlab
from gradlab.errors import ConfigError, VerificationError
from gradlab.modules import replay
from tests.diagnosis.networks import Reader, batch, reader, squared


class Normed(Reader):
    """A reader with a buffer that changes, dropout, and random numbers of its own."""

    def __init__(self) -> None:
        super().__init__(layers=2)
        self.lstm.dropout = 0.5
        self.norm = nn.BatchNorm1d(24)
        self.eval_only = nn.Linear(2, 2).eval()

    def forward(self, x):
        random.random()
        np.random.rand()  # noqa: NPY002
        return self.head(self.norm(self.lstm(x)[0][:, -1]))


def state_of(model):
    """All that a diagnosis must leave as it was."""
    return {
        "weights": {k: v.clone() for k, v in model.state_dict().items()},
        "grads": [
            p.grad if p.grad is None else p.grad.clone() for p in model.parameters()
        ],
        "modes": [m.training for m in model.modules()],
        "hooks": [len(m._forward_hooks) for m in model.modules()],
        "torch": torch.get_rng_state(),
        "python": random.getstate(),
        "numpy": np.random.get_state()[1].tolist(),  # noqa: NPY002
    }


def assert_same(before, after):
    for name, value in before["weights"].items():
        assert torch.equal(value, after["weights"][name]), name
    for one, other in zip(before["grads"], after["grads"], strict=True):
        assert (one is None) == (other is None)
        assert one is None or torch.equal(one, other)
    assert torch.equal(before["torch"], after["torch"])
    for name in ("modes", "hooks", "python", "numpy"):
        assert before[name] == after[name]


@pytest.mark.parametrize("trained", [False, True])
def test_nothing_of_the_model_changes(trained):
    torch.manual_seed(0)
    model = Normed()
    given = batch(30)
    if trained:
        squared(model(given[0]), given).backward()
    before = state_of(model)
    gradlab.diagnose(model, given, squared)
    assert_same(before, state_of(model))


def test_nothing_changes_though_the_loss_fails():
    model, given = reader(), batch(30)
    before = state_of(model)

    def fails(output, _):
        output.sum().backward()
        raise ZeroDivisionError("of the user")

    with pytest.raises(ZeroDivisionError, match="of the user"):
        gradlab.diagnose(model, given, fails)
    assert_same(before, state_of(model))


def test_every_layer_and_direction_has_its_numbers():
    torch.manual_seed(0)
    model = nn.GRU(8, 16, num_layers=2, bidirectional=True, batch_first=True)
    found = gradlab.diagnose(
        model, batch(40)[0], lambda o, _: o[0].square().mean(), remedies=False
    )
    assert list(found.verdicts) == [
        "GRU layer 1 forward",
        "GRU layer 1 reverse",
        "GRU layer 2 forward",
        "GRU layer 2 reverse",
    ]
    for layer in found.layers:
        assert layer.steps == 40 and layer.sequences == 4 and layer.batch == 8
        assert layer.value("spectral_norm", block="joint", lag=0) == 0.0
        assert layer.kept == pytest.approx(
            math.exp(layer.value("growth_rate", block="joint"))
        )
        np.testing.assert_allclose(layer.weight_share.values.sum(1), 1.0)
    frame = found.frame()
    assert {"layer", "measure", "block", "lag", "step", "value", "sd"} <= {*frame}
    assert set(frame["layer"]) == set(found.verdicts)


def test_the_losss_own_gradient_is_autograds():
    torch.manual_seed(0)
    cell, head = nn.LSTMCell(8, 5), nn.Linear(5, 1)
    module = nn.LSTM(8, 5, batch_first=True)
    module.load_state_dict({f"{k}_l0": v for k, v in cell.state_dict().items()})
    inputs, targets = batch(20)

    def loss(output, _):
        return (head(output[0][:, -1]) - targets).square().mean()

    found = gradlab.diagnose(module, inputs, loss, remedies=False)
    state = torch.zeros(8, 5), torch.zeros(8, 5)
    hidden = []
    for x in inputs.unbind(1):
        state = cell(x, state)
        state[0].retain_grad()
        hidden.append(state[0])
    (head(state[0]) - targets).square().mean().backward()
    theirs = [h.grad.norm(dim=1).square().mean().sqrt().log().item() for h in hidden]
    ours = found.layers[0].loss_gradient.at(block="h")[1:]
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_gradients_by_inputs_and_gates_are_autograds(kind):
    """By a bias of its own at every step, and by c_t with what h_t passes on."""
    torch.manual_seed(0)
    module, inputs = kind(8, 5, batch_first=True), batch(12)[0]

    def loss(output, _):
        return output[0][:, -1].square().sum()

    found = gradlab.diagnose(module, inputs, loss, remedies=False).layers[0]
    x = inputs.clone().requires_grad_()
    rows = module.bias_ih_l0
    biases = [rows.detach().expand(8, -1).clone().requires_grad_() for _ in range(12)]
    weights = module.weight_ih_l0, module.weight_hh_l0
    hidden, cells = torch.zeros(8, 5), []
    state = (hidden, hidden) if kind is nn.LSTM else hidden
    one = {nn.RNN: torch._VF.rnn_tanh_cell, nn.GRU: torch._VF.gru_cell}
    for t, bias in enumerate(biases):
        # the bias of a sequence: read as one more input, by an identity
        wide = torch.cat([x[:, t], torch.ones(8, 1)], 1)
        states = []
        for b in range(8):
            weight = torch.cat([weights[0], bias[b][:, None]], 1)
            before = (
                tuple(part[b : b + 1] for part in state)
                if kind is nn.LSTM
                else state[b : b + 1]
            )
            step = torch._VF.lstm_cell if kind is nn.LSTM else one[kind]
            no_bias = torch.zeros_like(rows)
            states.append(
                step(
                    wide[b : b + 1],
                    before,
                    weight,
                    weights[1],
                    no_bias,
                    module.bias_hh_l0,
                )
            )
        if kind is nn.LSTM:
            state = tuple(torch.cat(part) for part in zip(*states, strict=True))
            cells.append([c for _, c in states])  # from which h is computed
            for c in cells[-1]:
                c.retain_grad()
        else:
            state = torch.cat(states)
    last = state[0] if kind is nn.LSTM else state
    last.square().sum().backward()

    def size(gradient):
        return gradient.norm(dim=1).square().mean().sqrt().log().item()

    within = found.gradients_within
    np.testing.assert_allclose(
        within.at(block="x"), [size(x.grad[:, t]) for t in range(12)], rtol=1e-4
    )
    for name, place in gate_rows(kind).items():
        theirs = [size(bias.grad[:, place]) for bias in biases]
        np.testing.assert_allclose(within.at(block=name), theirs, rtol=1e-4)
    if kind is nn.LSTM:
        theirs = [size(torch.cat([c.grad for c in of_step])) for of_step in cells]
        np.testing.assert_allclose(within.at(block="c_graph"), theirs, rtol=1e-4)


def gate_rows(kind):
    """Rows of torch's weights by gate, five units each."""
    names = {
        nn.RNN: ["recurrent"],
        nn.LSTM: ["input_gate", "forget_gate", "candidate", "output_gate"],
        nn.GRU: ["reset_gate", "update_gate", "candidate"],
    }[kind]
    return {name: slice(5 * k, 5 * k + 5) for k, name in enumerate(names)}


def test_each_steps_share_of_the_weights_gradient():
    """Against G_t from torch: weights that are other tensors at every step."""
    torch.manual_seed(0)
    module = nn.LSTM(8, 5, batch_first=True)
    inputs = batch(12)[0]

    def loss(output, _):
        return output[0][:, -1].square().sum()

    found = gradlab.diagnose(module, inputs, loss, remedies=False).layers[0]
    copies = [module.weight_hh_l0.detach().clone().requires_grad_() for _ in range(12)]
    state = torch.zeros(8, 5), torch.zeros(8, 5)
    for x, weight in zip(inputs.unbind(1), copies, strict=True):
        state = torch._VF.lstm_cell(
            x,
            state,
            module.weight_ih_l0,
            weight,
            module.bias_ih_l0,
            module.bias_hh_l0,
        )
    parts = torch.autograd.grad(state[0].square().sum(), copies)
    whole = torch.stack(parts).sum(0)
    shares = [float((part * whole).sum() / whole.square().sum()) for part in parts]
    np.testing.assert_allclose(
        found.weight_share.at(block="weight_hh_l0"), shares, rtol=1e-4, atol=1e-6
    )


def test_remedies_are_measured_and_the_best_comes_first():
    given = batch(150)
    model = reader()
    found = gradlab.diagnose(model, given, squared)
    titles = [remedy.title for remedy in found.remedies]
    assert set(titles[:2]) == {"chrono", "forget bias 3"}
    assert titles[-1] == "gradient clipping" and not found.remedies[-1].after
    assert found.verdicts == {"lstm": "vanishing"}
    for remedy in found.remedies[:-1]:
        again = reader()
        exec(remedy.code, {"gradlab": gradlab, "torch": torch, "model": again})
        after = gradlab.diagnose(again, given, squared, remedies=False).layers[0].reach
        assert remedy.after["lstm"] == after
    best = found.remedies[0].after["lstm"]
    assert best.horizon == math.inf and best.singular_values > 10


def test_the_singular_values_are_those_of_the_exact_spectrum():
    given = batch(60)
    found = gradlab.diagnose(reader(), given, squared, remedies=False)
    exact = found.measure("lstm", "live_directions")["live_directions"]
    assert found.layers[0].reach.singular_values == float(exact.values)
    model = reader()
    gradlab.remedy.chrono_(model.lstm, t_max=60)
    found = gradlab.diagnose(model, given, squared, remedies=False)
    exact = found.measure("lstm", "live_directions")["live_directions"]
    assert found.layers[0].reach.singular_values == float(exact.values) > 0


def test_it_is_json():
    found = gradlab.diagnose(reader(), batch(30), squared)
    read = json.loads(found.as_json())
    assert read["layers"][0]["verdict"] == found.verdicts["lstm"]
    assert read["parity"]["dtype"] == "float32"
    assert read["remedies"][0]["after"]["lstm"]["horizon"] == "inf"


def test_half_precision_autocast():
    model = nn.GRU(8, 16, batch_first=True)

    class Auto(nn.Module):
        def __init__(self):
            super().__init__()
            self.gru = model

        def forward(self, x):
            with torch.autocast("cpu", torch.bfloat16):
                return self.gru(x)[0][:, -1].float()

    found = gradlab.diagnose(
        Auto(), batch(30)[0], lambda o, _: o.square().mean(), remedies=False
    )
    assert found.parity["dtype"] == "bfloat16"
    assert 1e-4 < found.parity["worst"] < 2e-2


def test_a_gradient_that_underflows_in_float32_is_still_right():
    """Of a plain network whose gradient at the first step is below 1e-45."""
    torch.manual_seed(0)
    model = nn.RNN(8, 16, batch_first=True)
    inputs = batch(400)[0]

    def loss(output, _):
        return output[0][:, -1].square().mean()

    single = gradlab.diagnose(model, inputs, loss, remedies=False).layers[0]
    double = gradlab.diagnose(
        model.double(), inputs.double(), loss, remedies=False
    ).layers[0]
    assert single.loss_gradient.at(block="h")[1] < -110
    np.testing.assert_allclose(
        single.loss_gradient.values, double.loss_gradient.values, atol=2e-2
    )


@pytest.mark.filterwarnings("ignore:`torch.jit:DeprecationWarning")  # of dynamo
def test_a_compiled_model_is_run_as_it_was_written():
    model = reader()
    compiled = torch.compile(model)
    given = batch(30)
    one, other = (
        gradlab.diagnose(m, given, squared, remedies=False) for m in (model, compiled)
    )
    assert one.verdicts == other.verdicts
    assert one.layers[0].reach == other.layers[0].reach


def test_what_is_refused():
    given = batch(10)
    with pytest.raises(ConfigError, match="with no nn.RNN, nn.LSTM"):
        gradlab.diagnose(nn.Linear(8, 1), given, squared)
    with pytest.raises(ConfigError, match=r"gives a Tensor of shape \(8, 1\)"):
        gradlab.diagnose(reader(), given, lambda output, _: output)
    with pytest.raises(ConfigError, match="gives a tensor without a gradient"):
        gradlab.diagnose(reader(), given, lambda output, _: output.detach().sum())
    model = reader()
    with pytest.raises(ConfigError, match="which does not depend on lstm"):
        gradlab.diagnose(model, given, lambda *_: model.head.weight.sum())

    class Frozen(Reader):
        def forward(self, x):
            with torch.no_grad():
                hidden = self.lstm(x)[0][:, -1]
            return self.head(hidden)

    with pytest.raises(ConfigError, match="records no gradients in lstm"):
        gradlab.diagnose(Frozen(), given, squared)


def test_a_wrong_replay_is_refused(monkeypatch):
    def wrong(calls, *rest):
        for call in calls:
            call.weights["weight_hh_l0"][0] += 1
        return replay(calls, *rest)

    monkeypatch.setattr("gradlab.diagnosis.diagnose.replay", wrong)
    with pytest.raises(VerificationError, match="a replay that differs from torch's"):
        gradlab.diagnose(reader(), batch(10), squared)
