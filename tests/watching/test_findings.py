"""Each kind of trouble, made on purpose, is named where it is."""

from __future__ import annotations

import math
import re

import pytest
import torch
from torch import nn

import gradlab
from gradlab.watching.finding import Finding
from tests.watching.training import Classifier, Training, quiet


def found(model, run, kind, **options):
    """Watch one update; return the finding of a kind."""
    optimizer = torch.optim.SGD(model.parameters(), 1e-3)
    with gradlab.watch(model, 1, on_finding=quiet, **options) as w:
        run().backward()
        optimizer.step()
    kinds = {finding.kind: finding for finding in w.findings}
    return kinds.get(kind)


@pytest.mark.parametrize("exact", [False, True])
def test_pytorchs_default_vanishes_by_its_forget_gate(exact):
    torch.manual_seed(0)
    model = nn.ModuleDict({"encoder": nn.LSTM(8, 32)})
    x = torch.randn(200, 4, 8)
    finding = found(
        model,
        lambda: model["encoder"](x)[0][-1].sum(),
        "vanishing",
        exact=exact,
    )
    assert (finding.where, finding.gate) == ("encoder", "forget_gate")
    assert finding.certainty == ("exact" if exact else "estimate")
    assert 170 < finding.step < 195
    steps = 200 - finding.step
    assert finding.length == 200
    assert finding.text.startswith(
        f"encoder forgets within {steps} of 200 steps: that far back, less than 1/1000 "
        "of a gradient is left; its forget gate (mean 0.5"
    )


def test_chronos_biases_are_no_finding():
    for seed in range(3):
        torch.manual_seed(seed)
        model = gradlab.remedy.chrono_(nn.LSTM(8, 32), t_max=200)
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        with gradlab.watch(model, 1, on_finding=quiet) as w:
            model(torch.randn(200, 4, 8))[0][-1].sum().backward()
            optimizer.step()
        assert not w.findings


def test_the_worst_of_two_layers_is_the_culprit():
    torch.manual_seed(0)
    model = nn.LSTM(8, 16, num_layers=2)
    with torch.no_grad():
        model.bias_hh_l0[16:32] = -3.0
    x = torch.randn(60, 4, 8)
    finding = found(model, lambda: model(x)[0][-1].sum(), "vanishing")
    assert finding.where == "LSTM layer 1"
    assert finding.others == ("LSTM layer 2",)


def test_a_large_gain_explodes():
    model = nn.RNN(4, 32, nonlinearity="relu")
    with torch.no_grad():
        model.weight_hh_l0.mul_(6.0)
    x = torch.randn(12, 4, 4)
    finding = found(model, lambda: model(x)[0][-1].sum(), "exploding")
    assert finding.where == "RNN" and finding.gate is None
    assert 0 <= finding.step < 12 and finding.length == 12
    assert finding.text == (
        f"RNN explodes within {12 - finding.step} of 12 steps: that far back, a "
        "gradient is more than 1000 times as large"
    )


def test_a_network_beyond_float32_explodes_too():
    model = nn.RNN(4, 8, nonlinearity="relu", bias=False)
    with torch.no_grad():
        model.weight_hh_l0.copy_(1e8 * torch.eye(8))
    x = 1e-30 * torch.rand(7, 4, 4)
    finding = found(model, lambda: 1e-30 * model(x)[0][-1].sum(), "exploding")
    assert finding is not None


def test_dead_units_pass_nothing_on():
    model = nn.RNN(4, 8, nonlinearity="relu")
    with torch.no_grad():
        model.bias_hh_l0.fill_(-100.0)
    x = torch.randn(12, 4, 4)
    finding = found(model, lambda: model(x)[0].sum(), "dead")
    assert (finding.where, finding.certainty) == ("RNN", "exact")
    assert finding.step == 11


def test_a_layer_that_no_gradient_reaches():
    model = Classifier(dropout=0.0)
    finding = found(model, lambda: 0.0 * model(torch.randn(2, 9, 3)).sum(), "dead")
    assert finding.where == "rnn layer 2" and finding.others == ("rnn layer 1",)
    assert "no gradient reaches rnn layer 2" in finding.text


def test_dead_units_in_some_sequences():
    model = nn.RNN(4, 8, nonlinearity="relu")
    with torch.no_grad():
        model.weight_ih_l0.fill_(1.0)
    x = torch.ones(12, 4, 4)
    x[:, 1] = -100.0
    finding = found(model, lambda: model(x)[0][-1].sum(), "dead")
    assert finding.text.endswith("exactly 0 from 1 steps back in 1 of 4 sequences")


def test_a_gradient_that_underflows_is_not_dead():
    torch.manual_seed(0)
    model = nn.LSTM(4, 8)
    x = torch.randn(400, 2, 4)
    assert not found(model, lambda: model(x)[0][-1].sum(), "dead")
    finding = found(model, lambda: model(x)[0][-1].sum(), "vanishing")
    steps = int(re.search(r"it underflows float32 after (\d+) steps", finding.text)[1])
    x.requires_grad_()
    model(x)[0][-1].sum().backward()
    by_lag = x.grad.flip(0).abs().amax((1, 2))
    # torch's own goes on in subnormal numbers, to 1e-45
    assert by_lag[steps - 10] > 0 and not by_lag[steps + 60 :].any()


class Translator(nn.Module):
    """An encoder whose last state is where a decoder begins."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.encoder, self.decoder = nn.GRU(3, 8), nn.GRU(3, 8)
        self.steps = steps

    def forward(self, x):
        read = torch.zeros(self.steps, x.shape[1], 3)
        return self.decoder(read, self.encoder(x)[1])[0][-1]


@pytest.mark.parametrize(("steps", "kind"), [(600, "underflow"), (20, None)])
def test_a_layer_behind_one_that_underflows_is_not_dead(steps, kind):
    torch.manual_seed(0)
    model, x = Translator(steps), torch.randn(9, 2, 3)
    assert not found(model, lambda: model(x).sum(), "dead")
    finding = found(model, lambda: model(x).sum(), "underflow")
    assert (finding.kind if finding else None) == kind
    if finding:
        assert (finding.where, finding.certainty) == ("encoder", "unknown")
        assert finding.text == (
            "no gradient reaches encoder in float32: it underflows on the way"
        )


@pytest.mark.parametrize(("bias", "kind"), [(20.0, "underflow"), (50.0, "dead")])
def test_what_float32_alone_rounds_to_zero_is_told_from_zero(bias, kind):
    """1 - z is 2e-9 at 20, which float32 takes as 0, and float64 at 50 as well."""
    torch.manual_seed(0)
    model = nn.GRU(3, 4, num_layers=2)
    with torch.no_grad():
        model.bias_hh_l1[4:8] = bias
    finding = found(model, lambda: model(torch.randn(9, 2, 3))[0].sum(), kind)
    assert (finding.where, finding.certainty) == ("GRU layer 1", "exact")


@pytest.mark.parametrize("kind", ["vanishing", "exploding", "dead"])
def test_a_finding_ends_with_what_to_do(kind):
    finding = Finding(kind, 3, "rnn", 1, None, "exact", "rnn does so")
    clause = "; gradlab.diagnose(model, batch, loss) measures remedies"
    assert str(finding) == "update 3: rnn does so" + clause * (kind != "dead")


def test_a_nan_is_named_where_it_arises():
    model = nn.LSTM(3, 4, num_layers=2)
    with torch.no_grad():
        model.weight_hh_l1[5, 2] = math.nan
    finding = found(model, lambda: model(torch.randn(9, 2, 3))[0].sum(), "nonfinite")
    assert (finding.where, finding.gate) == ("LSTM", "weight_hh_l1")
    assert finding.certainty == "exact"


def test_an_overflow_of_the_backward_pass():
    model = nn.GRU(3, 4)
    finding = found(
        model,
        lambda: (3e38 * model(torch.randn(9, 2, 3))[0] * 10.0).sum(),
        "nonfinite",
    )
    assert "backward pass of GRU at step 9" in finding.text


def test_a_detach_in_the_middle():
    model = nn.GRU(3, 4)

    def run():
        outputs, state = model(torch.randn(9, 2, 3))
        return outputs.sum() + model(torch.randn(9, 2, 3), state.detach())[0].sum()

    finding = found(model, run, "detached")
    assert finding.where == "GRU" and "call 2 of GRU" in finding.text


def test_a_place_is_reported_once():
    training = Training(Classifier(hidden=16, dropout=0.0), steps=80)
    reported = []
    with gradlab.watch(training.model, 1, on_finding=reported.append) as w:
        training.run(4)
    assert [finding.kind for finding in reported] == ["vanishing"]
    assert reported == w.findings
