"""Weights by block, forget bias once, chrono; what depends on what."""

import re

import numpy as np
import pytest
import torch

from gradlab import catalog, cells
from gradlab.errors import ConfigError
from gradlab.initializers import draws_all, initialize_
from gradlab.seeding import stream
from tests.cells.custom_cells import IndRNN


H = 32


def made(spec="lstm", init="default", hidden=H, **settings):
    cell = cells.build(spec, 4, hidden, dtype=torch.float64)
    return initialize_(cell, catalog.get("initializers", init)(), **settings)


def blocks(cell) -> dict[str, torch.Tensor]:
    return {
        name: cell.weight_hh.detach()[rows] for name, rows in cell.weight_blocks.items()
    }


@pytest.mark.parametrize("spec", ["rnn", "lstm", "gru"])
def test_orthogonal_is_orthogonal_block_by_block(spec):
    eye = torch.eye(H, dtype=torch.float64)
    for block in blocks(made(spec, "orthogonal", gain=0.7)).values():
        torch.testing.assert_close(block @ block.mT, 0.49 * eye)


def test_spectral_radius_is_the_gain_block_by_block():
    for block in blocks(made("gru", "spectral_radius", gain=1.3)).values():
        radius = torch.linalg.eigvals(block).abs().max().item()
        assert radius == pytest.approx(1.3, rel=1e-12)


def test_identity_is_gain_times_the_identity():
    for block in blocks(made("lstm", "identity", gain=2.0)).values():
        assert torch.equal(block, 2 * torch.eye(H, dtype=torch.float64))


@pytest.mark.parametrize(
    ("init", "variance"),
    [
        ("default", 1 / (3 * 128)),
        ("glorot_uniform", 1 / 128),
        ("glorot_normal", 1 / 128),
        ("he", 2 / 128),
        ("gaussian", 1 / 128),
    ],
)
def test_variances(init, variance):
    weight = made("rnn", init, hidden=128).weight_hh
    assert weight.var().item() == pytest.approx(variance, rel=0.05)


def test_weights_do_not_depend_on_gain_activation_length_or_other_parameters():
    plain = made(seed=5)
    doubled = made(seed=5, gain=2.0, forget_bias="chrono", length=9)
    assert torch.equal(doubled.weight_hh, 2 * plain.weight_hh)
    assert torch.equal(doubled.weight_ih, plain.weight_ih)
    assert torch.equal(made("lstm:peephole", seed=5).weight_hh, plain.weight_hh)
    same = blocks(made("lstm:no_forget", seed=5))["output_gate"]
    assert torch.equal(same, blocks(plain)["output_gate"])
    assert not torch.equal(made(seed=6).weight_hh, plain.weight_hh)


def test_float32_weights_are_the_rounded_float64_ones():
    cell = initialize_(cells.build("gru", 4, H, dtype=torch.float32), seed=3)
    assert torch.equal(cell.weight_hh, made("gru", seed=3).weight_hh.float())


def test_input_weights_and_biases_are_pytorchs_default_whatever_the_init():
    cell, plain = made(init="he", gain=3.0), made()
    for name in ("weight_ih", "bias_ih", "bias_hh"):
        assert torch.equal(cell.get_parameter(name), plain.get_parameter(name))
        assert cell.get_parameter(name).abs().max() <= H**-0.5
    assert made("lstm:proj=5").weight_hr.abs().max() <= H**-0.5


@pytest.mark.parametrize(
    ("spec", "gate", "sign"),
    [
        ("lstm", "forget_gate", 1),
        ("lstm:coupled", "forget_gate", 1),
        ("gru", "update_gate", 1),
        ("gru:z_replaces", "update_gate", -1),
        ("gru:reset_before+z_replaces", "update_gate", -1),
    ],
)
def test_the_forget_bias_is_set_once_with_the_right_sign(spec, gate, sign):
    cell, plain = made(spec, forget_bias=3.0), made(spec)
    rows = cell.weight_blocks[gate]
    assert cell.keep_gate == (gate, sign)
    assert (cell.bias_ih[rows] == 3.0 * sign).all()
    assert (cell.bias_hh[rows] == 0).all()
    others = torch.ones(len(cell.bias_ih), dtype=bool)
    others[rows] = False
    assert torch.equal(cell.bias_ih[others], plain.bias_ih[others])
    x, h = torch.zeros(1, 4, dtype=torch.float64), cell.initial_state(1)
    kept = cell.conveyor(x, h, cell.step(x, h)).mean().item()
    assert kept == pytest.approx(1 / (1 + np.exp(-3)), abs=1e-12)


@pytest.mark.parametrize("spec", ["lstm", "gru", "gru:z_replaces", "lstm:coupled"])
def test_chrono(spec):
    cell = made(spec, forget_bias="chrono:100", seed=2)
    gate, sign = cell.keep_gate
    rows = cell.weight_blocks[gate]
    bias = sign * cell.bias_ih.detach()[rows].numpy()
    share = stream(2, "chrono").uniform(size=H)
    np.testing.assert_allclose(np.exp(bias), 1 + share * 98, rtol=1e-12)
    assert (cell.bias_hh[rows] == 0).all()
    assert (cell.input_gate is None) == (spec != "lstm")
    if cell.input_gate is not None:
        rows = cell.weight_blocks[cell.input_gate]
        assert torch.equal(cell.bias_ih[rows], torch.from_numpy(-bias))
        assert (cell.bias_hh[rows] == 0).all()


BIASES = ["keep", 0.0, 5.0, "chrono", "chrono:16"]


@pytest.mark.parametrize("given", BIASES)
@pytest.mark.parametrize("forget", BIASES)
def test_the_two_gates_are_set_apart(forget, given):
    """Each gate's bias depends on its own setting alone; nothing else moves."""
    cell = made(forget_bias=forget, input_bias=given, length=64)
    plain = made()
    negated = given if isinstance(given, str) else -given
    alike = made(forget_bias=negated, input_bias="keep", length=64)
    alone = made(forget_bias=forget, input_bias="keep", length=64)
    forget_rows, input_rows = (
        cell.weight_blocks[f"{g}_gate"] for g in ("forget", "input")
    )
    for name in ("bias_ih", "bias_hh"):
        bias, drawn = cell.get_parameter(name), plain.get_parameter(name)
        assert torch.equal(bias[forget_rows], alone.get_parameter(name)[forget_rows])
        expected = -alike.get_parameter(name)[forget_rows]
        if given == "keep":
            expected = drawn[input_rows]
        assert torch.equal(bias[input_rows], expected)
        assert torch.equal(bias[2 * H :], drawn[2 * H :])


def test_an_input_bias_that_is_not_given_completes_chrono_and_nothing_else():
    for forget, implied in [("keep", "keep"), (3.0, "keep"), ("chrono", "chrono")]:
        auto = made(forget_bias=forget, length=64)
        given = made(forget_bias=forget, input_bias=implied, length=64)
        assert torch.equal(auto.bias_ih, given.bias_ih)
        assert torch.equal(auto.bias_hh, given.bias_hh)


@pytest.mark.parametrize("spec", ["rnn", "gru", "lstm:coupled"])
def test_one_gate_for_both_has_no_input_bias(spec):
    assert made(spec).input_gate is None
    with pytest.raises(ConfigError, match="no input gate with a bias"):
        made(spec, input_bias=-3.0)


def test_chrono_without_a_forget_gate_leaves_the_input_gate():
    with pytest.raises(ConfigError, match="no keep gate with a bias"):
        made("lstm:no_forget", forget_bias="chrono:9")
    closed = made("lstm:no_forget", input_bias=-3.0)
    assert (closed.bias_ih[closed.weight_blocks["input_gate"]] == -3).all()


def test_chrono_takes_the_length_and_shares_its_draws():
    short = made(forget_bias="chrono", length=16).bias_ih
    fixed = made(forget_bias="chrono:16", length=64).bias_ih
    long = made(forget_bias="chrono", length=64).bias_ih
    assert torch.equal(short, fixed)
    rows = slice(H, 2 * H)
    assert torch.equal(short[rows].argsort(), long[rows].argsort())
    assert not torch.equal(short, long)


KINDS = "a number, keep, chrono or chrono:LENGTH"


@pytest.mark.parametrize(
    ("setting", "expected", "try_"),
    [
        ("big", KINDS, "3"),
        ("chrono:1", "a length of at least 2", "chrono:256"),
        ("chrono:x", KINDS, "chrono"),
        ("nan", KINDS, "3"),
        ("auto", KINDS, "3"),
        (True, KINDS, "3"),
    ],
)
def test_forget_biases_that_are_none(setting, expected, try_):
    with pytest.raises(ConfigError) as caught:
        made(forget_bias=setting, length=16)
    assert str(caught.value) == (
        f"Got forget bias {setting!r}.\nExpected {expected}.\nTry {try_}"
    )


def test_chrono_without_a_length():
    with pytest.raises(ConfigError, match="a length of 2 or more"):
        made(forget_bias="chrono")


def test_a_narrow_block_has_no_radius():
    with pytest.raises(ConfigError, match="Try orthogonal"):
        made("lstm:proj=5", "spectral_radius")


def test_torchs_generator_is_left_alone():
    before = torch.random.get_rng_state()
    made("lstm", "orthogonal", forget_bias="chrono", length=9)
    assert torch.equal(before, torch.random.get_rng_state())


class Scaled(cells.Cell):
    """A user's cell with a parameter that initializers know nothing of."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.weight_hh = torch.nn.Parameter(torch.ones(hidden_size, hidden_size))
        self.scale = torch.nn.Parameter(torch.ones(hidden_size))

    def step(self, inputs, state):
        return cells.Step(state=(self.scale * torch.tanh(state[0] @ self.weight_hh),))


def test_which_cells_are_drawn_whole():
    for spec in ("rnn", "lstm:proj=3", "lstm:peephole", "gru:reset_before"):
        assert draws_all(made(spec)) and draws_all(
            made(f"{spec.split(':')[0]}:layers=2")
        )
    assert not draws_all(Scaled(4, 4))


def test_what_is_drawn_once_is_not_changed_by_the_cells_that_got_it():
    first, again = made("lstm", forget_bias=3.0), made("lstm")
    assert not torch.equal(first.bias_ih, again.bias_ih)
    with torch.no_grad():
        first.weight_ih.zero_()
    assert torch.equal(made("lstm").weight_ih, again.weight_ih)
    assert torch.equal(made("lstm").bias_ih, again.bias_ih)


@pytest.mark.parametrize(
    ("cell", "given", "names", "could"),
    [
        (IndRNN(4, 8), {"init": "orthogonal", "gain": 3}, "init, gain", "none of"),
        (IndRNN(4, 8), {"forget_bias": 2}, "forget_bias", "none of these"),
        (cells.build("rnn", 4, 8), {"forget_bias": 1.0}, "forget_bias", "init, gain$"),
        (cells.build("gru", 4, 8), {"input_bias": -1}, "input_bias", "forget_bias$"),
        (cells.build("rnn:layers=2", 4, 8), {"forget_bias": 1}, "forget_bias", "init"),
    ],
)
def test_what_would_set_nothing_is_refused(cell, given, names, could):
    before = [one.clone() for one in cell.parameters()]
    with pytest.raises(ConfigError) as caught:
        initialize_(cell, **given)
    assert caught.value.got.startswith(f"{names} for cell ")
    assert re.search(could, caught.value.expected)
    assert all(map(torch.equal, before, cell.parameters()))
