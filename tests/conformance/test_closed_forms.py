import math

import pytest
import torch

from gradlab.cells.gru import GRU
from gradlab.cells.lstm import LSTM
from gradlab.cells.rnn import RNN
from gradlab.check.closed_forms import list_differences, verify
from gradlab.check.finding import distance
from gradlab.errors import VerificationError


def test_closed_forms_hold():
    for cell, activation in (("rnn", "relu"), ("gru:reset_before", "tanh")):
        found = verify(cell, activation)
        assert found.error < 1e-13
        assert found.compared > 400


def test_a_cell_with_a_projection_is_large_enough():
    assert verify("lstm:proj=16", "tanh").error < 1e-13


@pytest.mark.parametrize(
    "cell", ["gru:z_replaces", "gru:reset_before", "lstm", "lstm:peephole+proj=5"]
)
def test_with_h_detached_autograd_gives_the_conveyor(cell):
    found = verify(cell, "tanh")
    assert found.conveyor < 1e-14
    assert found.conveyor_compared >= 2 * 2 * 7 * 7


def test_where_there_is_no_conveyor_none_is_compared():
    found = verify("rnn", "tanh")
    assert math.isnan(found.conveyor)
    assert found.conveyor_compared == 0


def test_a_conveyor_that_is_not_autograds_is_reported(monkeypatch):
    """The forget gate alone is no longer it once peepholes look at c."""

    def forgets_peepholes(cell, inputs, state, step):
        return step.gates["forget_gate"]

    monkeypatch.setattr(LSTM, "conveyor", forgets_peepholes)
    with pytest.raises(VerificationError, match="conveyor over 1 steps .* off by"):
        verify("lstm:peephole", "tanh")
    assert verify("lstm", "tanh").conveyor < 1e-14


def test_no_absolute_tolerance():
    tiny = torch.tensor([3e-15, 4e-15], dtype=torch.float64)
    assert distance(torch.zeros_like(tiny), tiny) == 1.0
    assert distance(tiny, torch.zeros_like(tiny)) == float("inf")
    assert distance(torch.zeros(2), torch.zeros(2)) == 0.0
    assert not distance(tiny * float("nan"), tiny) <= 1.0


def test_the_list_names_the_worst_places_first():
    theirs = torch.ones(2, 3, dtype=torch.float64)
    ours = theirs.clone()
    ours[1, 2], ours[0, 1] = 3.0, 1.5
    assert list_differences(ours, theirs) == (
        "2 of 6 numbers differ\n"
        "index (1, 2): ours 3, autograd 1, ratio 3\n"
        "index (0, 1): ours 1.5, autograd 1, ratio 1.5"
    )
    assert list_differences(ours, theirs, rows=1).count("index") == 1


def test_the_list_of_zeros_and_nans():
    theirs = torch.zeros(2, dtype=torch.float64)
    ours = torch.tensor([float("nan"), 1.0], dtype=torch.float64)
    text = list_differences(ours, theirs)
    assert "index (0,): ours nan, autograd 0, ratio none, autograd is 0" in text


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_a_jacobian_that_is_wrong_over_a_time_axis_is_reported(kind, monkeypatch):
    right = kind.jacobian

    def first(self, inputs, state, step, *, out=None):
        if inputs.dim() == 3:
            inputs, state, step = repeated_first(inputs, state, step)
        return right(self, inputs, state, step, out=out)

    monkeypatch.setattr(kind, "jacobian", first)
    with pytest.raises(VerificationError, match="J_2 of all at once .* off by"):
        verify(kind.name)


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_a_jacobian_added_to_the_buffer_is_reported(kind, monkeypatch):
    right = kind.jacobian

    def added(self, inputs, state, step, *, out=None):
        found = right(self, inputs, state, step)
        if out is not None:
            found.blocks["h", "h"].add_(out.blocks["h", "h"])
        return found

    monkeypatch.setattr(kind, "jacobian", added)
    with pytest.raises(VerificationError, match="J_1 of all at once .* off by"):
        verify(kind.name)


@pytest.mark.parametrize("kind", [RNN, GRU, LSTM])
def test_a_vjp_that_is_wrong_over_a_time_axis_is_reported(kind, monkeypatch):
    right = kind.vjp

    def first(self, inputs, state, step, cotangents, *, out=None):
        if inputs.dim() == 3:
            inputs, state, step = repeated_first(inputs, state, step)
        return right(self, inputs, state, step, cotangents, out=out)

    monkeypatch.setattr(kind, "vjp", first)
    with pytest.raises(VerificationError, match="vjp through step 2 of all at once"):
        verify(kind.name)


def repeated_first(inputs, state, step):
    """Return the first step in place of every one."""
    k = torch.zeros(len(inputs), dtype=torch.long)
    return inputs[k], tuple(part[k] for part in state), step.at(k)
