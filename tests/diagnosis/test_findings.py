"""Networks broken on purpose are named rightly; healthy ones are left alone."""

from __future__ import annotations

import math
import re

import pytest
import torch

import gradlab
from gradlab.diagnosis import Reach, least
from tests.diagnosis.networks import (
    Cut,
    EveryStep,
    Planted,
    batch,
    healed,
    reader,
    squared,
)


def found(model, given=None, **options):
    """Diagnose without remedies; return findings by kind, the first of each."""
    given = batch() if given is None else given
    diagnosis = gradlab.diagnose(model, given, squared, remedies=False, **options)
    by_kind: dict = {}
    for finding in diagnosis.findings:
        by_kind.setdefault(finding.kind, finding)
    return diagnosis, by_kind


def test_a_closed_forget_gate():
    model = reader()
    gradlab.remedy.forget_bias_(model.lstm, -3)
    diagnosis, by_kind = found(model)
    assert list(by_kind) == ["vanishing"]
    assert diagnosis.findings[0].where == "lstm"
    assert diagnosis.findings[0].text == (
        "lstm: the gradient is 10^-78.9 times as large at the first step as at the "
        "last, below 1/1000 after 5 of 100 steps"
    )
    assert diagnosis.findings[0].cause == (
        "forget gate: its geometric mean is 0.0477, above 0.9 in 0 of 24 units; "
        "its bias is -3 on average"
    )


def test_recurrent_weights_ten_times_too_large():
    model = reader()
    with torch.no_grad():
        model.lstm.weight_hh_l0.mul_(10)
    _, by_kind = found(model)
    assert list(by_kind) == ["exploding", "large"]
    assert "weight_hh, block" in by_kind["exploding"].cause
    assert "its spectral norm is 1" in by_kind["exploding"].cause
    assert "PyTorch's default has about 1.2" in by_kind["large"].text


def test_inputs_that_saturate_the_gates():
    inputs, targets = batch()
    _, by_kind = found(reader(), (60 * inputs, targets))
    assert list(by_kind) == ["vanishing", "saturated"]
    for finding in by_kind.values():
        assert "the inputs saturate it: weight_ih x has a size of" in finding.cause


def test_a_saturated_gate_is_named_with_its_share():
    """Of a gate's values, those of which a sigmoid is within 5 % of 0 or 1."""
    inputs, targets = batch()
    model = reader()
    _, by_kind = found(model, (60 * inputs, targets))
    seen = re.fullmatch(
        r"lstm: (\d+) % of the (\w+) gate is saturated, within 5 % of 0 or 1",
        by_kind["saturated"].text,
    )
    gates = ("input", "forget", "candidate", "output")
    rows = 24 * gates.index(seen[2])
    values = []
    hidden = model.lstm(60 * inputs)[0]
    before = torch.cat([torch.zeros(8, 1, 24), hidden[:, :-1]], 1)
    lstm = model.lstm
    a = 60 * inputs @ lstm.weight_ih_l0.T + before @ lstm.weight_hh_l0.T
    values = torch.sigmoid(a + lstm.bias_ih_l0 + lstm.bias_hh_l0)[..., rows : rows + 24]
    share = ((values < 0.05) | (values > 0.95)).double().mean().item()
    assert int(seen[1]) == round(100 * share) > 50


def test_a_detach_in_the_middle():
    torch.manual_seed(0)
    diagnosis, by_kind = found(Cut())
    assert diagnosis.findings[0].kind == "detached"
    assert by_kind["detached"].text == (
        "lstm: the state is detached between call 1 and call 2, so no gradient goes "
        "back further than 50 steps from there"
    )
    assert "unreached" not in by_kind


def test_a_nan_planted_at_step_37_of_the_second_layer():
    torch.manual_seed(0)
    diagnosis, by_kind = found(Planted(37))
    assert list(by_kind) == ["nonfinite"]
    assert by_kind["nonfinite"].text == (
        "second: not finite from step 37 of the forward pass on, first in its inputs "
        "(sequence 1)"
    )
    assert diagnosis.verdicts["second"] == "not_finite"


@pytest.mark.parametrize("layer", [0, 1])
def test_a_weight_that_is_not_a_number(layer):
    model = reader(layers=2)
    with torch.no_grad():
        getattr(model.lstm, f"weight_hh_l{layer}")[3, 2] = float("nan")
    diagnosis, _ = found(model)
    assert diagnosis.findings[0].text == f"weight_hh_l{layer} of lstm is not finite"


def test_what_overflows_in_half_precision_alone_is_unknown():
    """dL/dx of about 1e6: more than float16 has, and nothing in a wider dtype."""
    model = torch.nn.RNN(1, 1, nonlinearity="relu", bias=False, batch_first=True)
    with torch.no_grad():
        model.weight_hh_l0.fill_(2.0)
        model.weight_ih_l0.fill_(1.0)
    inputs = torch.zeros(2, 11, 1)
    inputs[:, 0] = 2.0**-6  # h ends at 16, a gradient of 1000 at 1024 times as much

    def loss(output, _):
        return 1000 * output[0][:, -1].sum()

    diagnosis = gradlab.diagnose(model.half(), inputs.half(), loss)
    assert [finding.kind for finding in diagnosis.findings] == ["unknown"]
    assert diagnosis.findings[0].text == (
        "RNN: torch's gradient of inputs has an inf or NaN and the replay has none, so "
        "that the step where it arises is unknown and nothing can be compared"
    )
    assert diagnosis.parity == {} and diagnosis.remedies == ()


def test_a_loss_alone_that_is_not_finite_is_unknown():
    def infinite(output, given):
        return squared(output, given) + math.inf

    diagnosis = gradlab.diagnose(healed(30, 0), batch(30), infinite, remedies=False)
    (finding,) = diagnosis.findings
    assert (finding.kind, finding.where) == ("unknown", "loss")
    assert finding.text.startswith("the loss is inf, though all that recurrent modules")
    assert diagnosis.parity["worst"] < 1e-4


def test_a_loss_at_every_step_that_hides_it():
    torch.manual_seed(0)
    _, by_kind = found(EveryStep(), batch(200, every_step=True))
    assert list(by_kind) == ["vanishing", "hidden"]
    assert "a loss at 200 of 200 steps hides that" in by_kind["hidden"].text


def test_a_loss_at_the_end_hides_nothing():
    _, by_kind = found(reader(), batch(200))
    assert list(by_kind) == ["vanishing"]


def test_pytorchs_default_vanishes_at_200_steps():
    diagnosis, by_kind = found(reader(), batch(200))
    assert diagnosis.verdicts == {"lstm": "vanishing"}
    assert diagnosis.layers[0].reach.horizon < 30
    assert "its bias is" in by_kind["vanishing"].cause


@pytest.mark.parametrize(
    "seeds",
    [range(3), pytest.param(range(3, 20), marks=pytest.mark.slow)],
    ids=["few", "many"],
)
def test_a_healthy_network_is_never_flagged(seeds):
    for seed in seeds:
        diagnosis, by_kind = found(healed(200, seed), batch(200))
        assert by_kind == {}, seed
        assert diagnosis.verdicts["lstm"] in ("stable", "fading", "growing")


def test_a_relu_network_that_explodes_and_one_that_vanishes():
    torch.manual_seed(0)
    model = torch.nn.RNN(8, 24, nonlinearity="relu", batch_first=True)
    inputs, _ = batch()

    def last(output, _):
        return output[0][:, -1].square().mean()

    with torch.no_grad():
        model.bias_hh_l0.fill_(5.0)  # every unit stays above zero
        model.weight_hh_l0.copy_(1.5 * torch.eye(24))
    diagnosis = gradlab.diagnose(model, inputs, last, remedies=False)
    assert diagnosis.findings[0].kind == "exploding"
    assert diagnosis.findings[0].cause == "weight_hh: its spectral norm is 1.5"
    with torch.no_grad():
        model.weight_hh_l0.copy_(0.5 * torch.eye(24))
    diagnosis = gradlab.diagnose(model, inputs, last, remedies=False)
    assert diagnosis.findings[0].kind == "vanishing"
    assert "its spectral radius is 0.5" in diagnosis.findings[0].cause


def test_what_explodes_ranks_below_what_vanishes():
    far = Reach("exploding", 20.0, math.inf, 8.0)
    short = Reach("vanishing", -30.0, 12.0, 0.0)
    longer = Reach("vanishing", -20.0, 30.0, 0.0)
    stable = Reach("stable", -0.5, math.inf, 7.0)
    growing = Reach("growing", 3.0, math.inf, 7.0)
    lost = Reach("not_finite", math.nan, math.nan, math.nan)
    unknown = Reach("vanishing", -20.0, 30.0, math.nan)
    ranked = [lost, far, short, unknown, longer, growing, stable]
    assert sorted(reversed(ranked), key=lambda reach: reach.rank) == ranked
    names = dict(zip("abcdefg", ranked, strict=True))
    assert least(names) == "a" and least({"f": growing, "g": stable}) == "f"
    single = Reach("", math.nan, math.inf, math.nan)
    assert least({"one step": single, "b": far}) == "b"
    assert least({"one step": single}) == "one step"
