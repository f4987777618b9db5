"""The origin of what is not finite: pass, layer, direction, step, gate, sequence."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from gradlab.modules import record
from gradlab.modules.nonfinite import NonFinite, locate


def located(model, inputs, loss=lambda given: given[0].square().sum()):
    """The origin in a recorded pass of a model."""
    with record(model, by_inputs=True) as recorder:
        loss(model(inputs)).backward()
    return locate(recorder.calls)


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def test_where_all_is_finite():
    assert located(nn.LSTM(3, 4, num_layers=2), torch.randn(9, 2, 3)) is None


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
def test_an_input(kind):
    inputs = torch.randn(40, 3, 5)
    inputs[36, 2, 1] = float("inf")
    found = located(kind(5, 4), inputs)
    assert found == NonFinite("forward", kind.__name__, 37, 2, "inputs")


def test_above_a_bidirectional_layer_only_the_lowest_origin_counts():
    inputs = torch.randn(20, 2, 3)
    inputs[11, 1] = float("nan")
    found = located(nn.GRU(3, 4, num_layers=3, bidirectional=True), inputs)
    assert found == NonFinite("forward", "GRU layer 1 forward", 12, 1, "inputs")


def test_a_weight_of_one_direction():
    model = nn.LSTM(3, 4, num_layers=2, bidirectional=True)
    with torch.no_grad():
        model.weight_hh_l1_reverse[2, 3] = float("nan")
    found = located(model, torch.randn(7, 2, 3))
    assert found == NonFinite("forward", "LSTM", None, None, "weight_hh_l1_reverse")


def test_an_initial_state():
    model = nn.GRU(3, 4)
    start = torch.zeros(1, 2, 4)
    start[0, 1] = float("nan")
    with record(model) as recorder:
        model(torch.randn(5, 2, 3), start)[0].sum().backward()
    found = locate(recorder.calls)
    assert found == NonFinite("forward", "GRU", 1, 1, "initial state")


def test_a_state_that_overflows_in_the_forward_pass():
    model = nn.RNN(1, 1, nonlinearity="relu", bias=False)
    with torch.no_grad():
        model.weight_hh_l0.fill_(1e10)
        model.weight_ih_l0.fill_(1.0)
    found = located(model, torch.ones(9, 1, 1))  # 1e10 ** 3 fits, ** 4 does not
    assert found == NonFinite("forward", "RNN", 5, 0, "recurrent")


def test_a_gradient_that_overflows_is_found_in_the_modules_own_dtype():
    """A float64 replay stays finite there."""
    model = nn.RNN(1, 1, nonlinearity="relu", bias=False)
    with torch.no_grad():
        model.weight_hh_l0.fill_(1e10)
        model.weight_ih_l0.fill_(1e-30)
    inputs = torch.zeros(9, 1, 1)
    inputs[0] = 1.0  # h grows to 1e30 at t = 7; the gradient from there overflows

    def loss(given):
        return (given[0][6] * 1e-30).sum() + 1e20 * given[0][6].sum()

    found = located(model, inputs[:7], loss)
    assert found is not None
    assert (found.direction, found.where, found.sequence) == ("backward", "RNN", 0)
    assert found.what in ("gradient", "recurrent")
    assert found.step == 5  # 1e20, 1e30 at t = 6, 1e40 at t = 5


def test_a_gradient_that_comes_from_outside():
    model = nn.GRU(3, 4)

    def loss(given):
        scaled = given[0] * torch.tensor(1e30)
        return (scaled * 1e30)[4].sum()

    found = located(model, torch.randn(9, 2, 3), loss)
    assert found == NonFinite("backward", "GRU", 5, 0, "gradient from outside")


def test_steps_of_a_reversed_and_packed_sequence_are_the_modules():
    inputs = torch.randn(8, 2, 3)
    inputs[2, 0] = float("nan")
    packed = nn.utils.rnn.pack_padded_sequence(
        inputs, torch.tensor([5, 8]), enforce_sorted=False
    )
    model = nn.GRU(3, 4, bidirectional=True)
    with record(model) as recorder:
        model(packed)[1].sum().backward()
    found = locate(recorder.calls)
    assert found == NonFinite("forward", "GRU forward", 3, 0, "inputs")
