"""Remedies on one network: claims on textbook settings, against other routes."""

import copy
import json

import numpy as np
import pytest
import torch
from torch import nn

import gradlab
from gradlab import catalog, cells
from gradlab.catalog import registry
from gradlab.cli.remedy_text import answer
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.remedies.clipping import change_of_ratios
from gradlab.seeding import stream


T, I, H = 60, 8, 16


def network(spec="lstm", gain=1.0):
    cell = cells.build(spec, I, H, dtype=torch.float64)
    return gradlab.initialize_(cell, gain=gain, seed=0)


def sequences(deviation=1.0, count=2, length=T):
    drawn = stream(1, "inputs").standard_normal((count, length + 1, I))
    return torch.from_numpy(deviation * drawn)


def compared(spec, *names, gain=1.0, deviation=1.0):
    cell = network(spec, gain)
    inputs = sequences(deviation)
    return cell, inputs, gradlab.compare_remedies(cell, inputs, remedies=names or None)


def exponent(cell, inputs):
    trajectory = gradlab.unroll(cell, inputs, burn_in=1)
    found = gradlab.lyapunov_exponents(trajectory, 1)
    return found.exponents.values.mean()


TEXTBOOK = {
    "chrono": ("lstm", 1.0, 1.0),
    "forget_bias": ("lstm", 1.0, 1.0),
    "gain": ("rnn", 1.0, 1.0),
    "orthogonal": ("rnn", 1.0, 1.0),
    "spectral_norm": ("rnn", 6.0, 0.1),
    "layer_norm": ("lstm", 1.0, 1.0),
    "clipping": ("rnn", 1.0, 1.0),
    "flossing": ("rnn", 1.0, 1.0),
    "pascanu": ("rnn", 1.0, 1.0),
}
"""Remedy -> cell, gain and deviation of the inputs of the network it is made for."""

SLOW = ("flossing", "pascanu")


def test_every_remedy_has_a_textbook_setting():
    assert set(TEXTBOOK) == set(catalog.names("remedies"))


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=[pytest.mark.slow, pytest.mark.timeout(900)])
        if n in SLOW
        else n
        for n in TEXTBOOK
    ],
)
def test_lambda_1_changes_as_claimed(name):
    spec, gain, deviation = TEXTBOOK[name]
    cell, inputs, found = compared(spec, name, gain=gain, deviation=deviation)
    before = found.before[found.layer]
    assert before.exponent == exponent(cell, inputs)
    assert before.exponent > 0.02 if name == "spectral_norm" else before.exponent < -0.2
    for effect in found.remedies:
        after = effect.after[found.layer]
        assert effect.held == {spec: True}, (effect.title, before, after)
        if effect.code:  # the change by hand, measured by hand
            changed = copy.deepcopy(cell)
            exec(effect.code, {"cell": changed, "gradlab": gradlab})
            assert exponent(changed, inputs) == after.exponent
        if name not in ("clipping", "spectral_norm"):
            assert after.reach.horizon > before.reach.horizon


def test_without_names_all_are_tried_that_make_no_updates():
    _, _, found = compared("rnn")
    assert found.untried == ("flossing", "pascanu")
    tried = [effect.name for effect in found.remedies if effect.after]
    assert tried == ["clipping", "gain", "layer_norm", "orthogonal", "spectral_norm"]
    idle = {effect.name: effect.note for effect in found.remedies if not effect.after}
    assert set(idle) == {"chrono", "forget_bias"}
    assert idle["chrono"] == (
        "does not apply: an RNN without a gate that keeps its state"
    )


def test_the_network_stays_as_it_is():
    cell = network("lstm")
    before = {name: value.clone() for name, value in cell.state_dict().items()}
    gradlab.compare_remedies(cell, sequences(length=10), remedies=["chrono", "gain"])
    assert all(torch.equal(before[n], v) for n, v in cell.state_dict().items())


WORSE = '''
"""A remedy that does the opposite."""
from gradlab.remedies.base import Remedy

class Worse(Remedy):
    """Recurrent weights of a tenth."""

    name = "worse"
    why = "It is not so."

    @property
    def title(self):
        return "a tenth of the weights"

    def applies_to(self, module):
        return hasattr(module, "weight_hh")

    def apply_(self, module, length, seed=0):
        module.weight_hh.data.mul_(0.1)

    def code(self, module_name, length, seed=0):
        return f"{module_name}.weight_hh.data.mul_(0.1)"
'''


def test_a_remedy_that_does_not_do_what_it_claims_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "EXTERNAL", {})
    (tmp_path / "worse.py").write_text(WORSE)
    catalog.load_file(tmp_path / "worse.py")
    _, _, found = compared("rnn", "worse", "orthogonal")
    (missed,) = found.missed
    assert missed.name == "worse"
    before, after = found.before["rnn"].exponent, missed.after["rnn"].exponent
    line = f"a tenth of the weights: not as claimed (towards 0): {before:.3f} became "
    assert f"{line}{after:.3f}" in answer(found, [])
    row = found.frame().set_index("remedy").loc["worse"]
    assert row["as_claimed"] is False or not row["as_claimed"]


def test_of_a_model_the_numbers_are_those_of_diagnose():
    torch.manual_seed(0)
    model = nn.Sequential(nn.GRU(I, H, batch_first=True))
    batch = sequences(length=12).float()

    def loss(output, batch):
        return output[0][:, -1].square().mean()

    weights = {n: value.clone() for n, value in model.state_dict().items()}
    found = gradlab.compare_remedies(model, batch, loss)
    assert all(torch.equal(weights[n], v) for n, v in model.state_dict().items())
    theirs = gradlab.diagnose(model, batch, loss)
    reaches = {layer.name: layer.reach for layer in theirs.layers}
    assert {name: one.reach for name, one in found.before.items()} == reaches
    ours = {effect.title: effect for effect in found.remedies if effect.code}
    others = {one.title: one for one in theirs.remedies if one.code}
    assert set(ours) == set(others)
    for title, effect in ours.items():
        assert effect.code == others[title].code
        reach = {name: one.reach for name, one in effect.after.items()}
        assert reach == others[title].after


def test_a_cell_and_the_same_module_agree():
    module = nn.LSTM(I, H, batch_first=True, dtype=torch.float64)
    cell, inputs = cells.from_torch(module), sequences()
    found = gradlab.compare_remedies(module, inputs, remedies=["forget_bias"])
    trajectory = gradlab.unroll(cell, inputs)
    mean = gradlab.lyapunov_exponents(trajectory, 1).exponents.values.mean()
    assert found.before[found.layer].exponent == pytest.approx(mean, rel=1e-9)


def test_curves_run_from_1_to_what_is_left():
    _, _, found = compared("lstm", "chrono")
    for one in (found.before["lstm"], found.remedies[0].after["lstm"]):
        assert one.lags[0] == 0 and one.steps == T
        assert one.ln_left[0] == pytest.approx(0, abs=1e-12)
        assert one.ln_left[-1] == pytest.approx(one.reach.ln_left, rel=1e-6)


def test_clipping_scales_all_parts_alike_however_small():
    sizes = 10.0 ** -torch.arange(0, 150, 10, dtype=torch.float64)
    parts = sizes[:, None, None] * torch.from_numpy(
        stream(0, "parts").standard_normal((15, 4, 3))
    )
    assert change_of_ratios(parts) < 1e-12
    assert change_of_ratios(parts[:1]) == 0
    assert change_of_ratios(torch.zeros(3, 2, 2)) == 0


def test_ratios_that_change_are_seen(monkeypatch):
    def clip_each(weights, largest):
        for weight in weights:
            weight.grad.mul_(largest / weight.grad.norm())

    monkeypatch.setattr(nn.utils, "clip_grad_norm_", clip_each)
    parts = torch.tensor([1.0, 1e-3]).double()[:, None, None].expand(2, 3, 3)
    assert change_of_ratios(parts) == pytest.approx(3 * np.log(10))


def test_the_result_as_json_and_as_a_page(tmp_path):
    _, _, found = compared("rnn", "orthogonal", "clipping")
    data = json.loads(found.as_json())
    assert data["layer"] == "rnn"
    assert [one["name"] for one in data["remedies"]] == ["orthogonal", "clipping"]
    assert data["remedies"][0]["after"]["rnn"]["exponent"] < 0
    page = found.report(tmp_path / "page.html").read_text(encoding="utf-8")
    assert "orthogonal recurrent blocks" in page and "Furthest it reaches" in page
    with pytest.raises(ConfigError, match=r"ends in \.html"):
        found.report(tmp_path / "page.txt")


@pytest.mark.parametrize(
    ("call", "error", "got"),
    [
        (
            lambda: compared("rnn", "orthogonl"),
            UnknownNameError,
            "remedy 'orthogonl'",
        ),
        (lambda: compared("rnn", "chrono"), ConfigError, "an RNN without a gate"),
        (lambda: compared("lstm:coupled", "layer_norm"), ConfigError, "with coupled"),
        (
            lambda: gradlab.compare_remedies(network(), sequences(), len),
            ConfigError,
            "of a cell",
        ),
        (
            lambda: gradlab.compare_remedies(
                nn.LSTM(I, H), sequences().float(), remedies=["layer_norm"]
            ),
            ConfigError,
            "layer_norm, which changes equations",
        ),
        (
            lambda: gradlab.compare_remedies(nn.Linear(I, H), sequences().float()),
            ConfigError,
            "Linear",
        ),
        (
            lambda: gradlab.compare_remedies(
                nn.LSTM(I, H, batch_first=True), sequences().float()[:, :1]
            ),
            ConfigError,
            "a single step",
        ),
    ],
)
def test_what_is_refused(call, error, got):
    with pytest.raises(error) as caught:
        call()
    assert got in caught.value.got
