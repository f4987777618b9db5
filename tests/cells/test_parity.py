"""The same weights as torch.nn's cells and fused networks give the same numbers."""

import pytest
import torch
from torch import nn

from gradlab import cells
from tests.cells.cases import activation, relative


T, B, INPUTS, HIDDEN = 60, 3, 5, 12

SINGLE = {
    "rnn": (nn.RNNCell, {}),
    "rnn relu": (nn.RNNCell, {"nonlinearity": "relu"}),
    "lstm": (nn.LSTMCell, {}),
    "gru": (nn.GRUCell, {}),
}
FUSED = {
    "rnn": (nn.RNN, {}),
    "rnn relu": (nn.RNN, {"nonlinearity": "relu"}),
    "lstm": (nn.LSTM, {}),
    "lstm:proj=4": (nn.LSTM, {"proj_size": 4}),
    "gru": (nn.GRU, {}),
}
LIVELY = {
    "rnn": (3.0, 2.9),
    "rnn relu": (2.6, 2.75),
    "lstm": (4.2, 4.7),
    "lstm:proj=4": (5.4, 6.8),
    "gru": (4.3, 3.75),
}
"""Gains (with biases, without) at which |dh_T/dh_0| lies between 0.1 and 10."""


def pair(name: str, table: dict, bias: bool, gain: float = 1.0):
    """Torch's module, its weights multiplied by ``gain``, and ours with the same."""
    make, extra = table[name]
    torch.manual_seed(3)
    theirs = make(INPUTS, HIDDEN, bias=bias, dtype=torch.float64, **extra)
    spec, _, phi = name.partition(" ")
    ours = cells.build(
        spec,
        INPUTS,
        HIDDEN,
        activation=activation(phi) if phi else None,
        bias=bias,
        dtype=torch.float64,
    )
    weights = {k.removesuffix("_l0"): v for k, v in theirs.state_dict().items()}
    for key in {"weight_hh", "weight_hr"} & set(weights):
        weights[key] *= gain
    ours.load_state_dict(weights)
    return theirs, ours


def run(step, state: tuple, inputs: torch.Tensor) -> torch.Tensor:
    """The states h over the inputs, (T, B, n)."""
    hidden = []
    for x in inputs:
        state = step(x, state)
        hidden.append(state[0])
    return torch.stack(hidden)


def slope(step, state: tuple, inputs: torch.Tensor) -> torch.Tensor:
    """dh_T/dh_0 of sequence 0, in one backward pass over a copy for each row."""
    rows = state[0].shape[-1]
    start = tuple(s[:1].expand(rows, -1).clone().requires_grad_() for s in state)
    last = run(step, start, inputs[:, :1].expand(-1, rows, -1))[-1]
    return torch.autograd.grad(last.diagonal().sum(), start[0])[0]


def draw(ours):
    generator = torch.Generator().manual_seed(4)
    inputs = torch.randn(T, B, INPUTS, generator=generator, dtype=torch.float64)
    state = [
        torch.randn(B, n, generator=generator, dtype=torch.float64) * 0.5
        for n in ours.state_sizes
    ]
    return inputs, tuple(state)


@pytest.mark.parametrize("gain", ["default", "lively"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", SINGLE)
def test_cells(name, bias, gain):
    theirs, ours = pair(
        name, SINGLE, bias, LIVELY[name][not bias] if gain == "lively" else 1
    )

    def step(x, state):
        after = theirs(x, state if len(state) == 2 else state[0])
        return after if isinstance(after, tuple) else (after,)

    check(ours, step, lively=gain == "lively")


@pytest.mark.parametrize("gain", ["default", "lively"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", FUSED)
def test_fused_networks(name, bias, gain):
    theirs, ours = pair(
        name, FUSED, bias, LIVELY[name][not bias] if gain == "lively" else 1
    )

    def step(x, state):
        state = tuple(s[None] for s in state)
        _, after = theirs(x[None], state if len(state) == 2 else state[0])
        return tuple(s[0] for s in (after if isinstance(after, tuple) else (after,)))

    check(ours, step, lively=gain == "lively")
    inputs, state = draw(ours)
    before = tuple(s[None] for s in state)
    with torch.no_grad():
        whole, _ = theirs(inputs, before if len(before) == 2 else before[0])
        assert relative(run(_advance(ours), state, inputs), whole) <= 1e-12


def check(ours, step, *, lively: bool):
    inputs, state = draw(ours)
    with torch.no_grad():
        hidden = run(step, state, inputs)
        assert relative(run(_advance(ours), state, inputs), hidden) <= 1e-12
    expected = slope(step, state, inputs)
    assert relative(slope(_advance(ours), state, inputs), expected) <= 1e-10
    size = expected.norm().item()
    assert 0.1 < size < 10 if lively else size < 1e-3
    chain = torch.eye(sum(ours.state_sizes), dtype=torch.float64)
    with torch.no_grad():
        for x in inputs:
            after = ours.step(x, state)
            chain = (
                ours.jacobian(x, state, after).dense(
                    ours.state_names, ours.state_sizes
                )[0]
                @ chain
            )
            state = after.state
    width = ours.state_sizes[0]
    assert relative(chain[:width, :width], expected) <= 1e-10


def _advance(ours):
    return lambda x, state: ours.step(x, state).state


def test_names_and_shapes_are_those_of_torch():
    for name, table in [(n, SINGLE) for n in SINGLE] + [("lstm:proj=4", FUSED)]:
        for bias in (True, False):
            theirs, ours = pair(name, table, bias)
            weights = {
                k.removesuffix("_l0"): v.shape for k, v in theirs.state_dict().items()
            }
            assert {k: v.shape for k, v in ours.state_dict().items()} == weights
