"""PyTorch's recurrent modules in, with their numbers, and out again."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

import gradlab
from gradlab.cells.base import Cell
from gradlab.errors import ConfigError, ShapeError


T, B, INPUTS, HIDDEN = 6, 2, 3, 4
DIAGNOSE = "(gradlab.diagnose takes whole models, both directions and packed batches)"

kinds = st.sampled_from(
    [
        (nn.RNN, {"nonlinearity": "tanh"}),
        (nn.RNN, {"nonlinearity": "relu"}),
        (nn.LSTM, {"proj_size": 0}),
        (nn.LSTM, {"proj_size": 2}),
        (nn.GRU, {}),
    ]
)


def randn(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(1)).double()


@settings(max_examples=16, deadline=None, derandomize=True)
@given(kinds, st.integers(1, 3), st.booleans(), st.booleans(), st.booleans())
def test_outputs_are_those_of_the_module(kind, layers, bias, batch_first, started):
    make, options = kind
    module = make(
        INPUTS,
        HIDDEN,
        layers,
        bias=bias,
        batch_first=batch_first,
        dtype=torch.float64,
        **options,
    )
    inputs = randn(B, T, INPUTS)
    theirs = inputs if batch_first else inputs.swapaxes(0, 1)
    start = None
    if started:
        n = options.get("proj_size") or HIDDEN
        start = randn(layers, B, n)
        start = (start, randn(layers, B, HIDDEN)) if make is nn.LSTM else start
    outputs, last = module(theirs, start)
    outputs = outputs if batch_first else outputs.swapaxes(0, 1)

    trajectory = gradlab.unroll(module, theirs, initial_state=start)
    cell = trajectory.cell
    found = trajectory.states[cell.output_state][1:].swapaxes(0, 1)
    torch.testing.assert_close(found, outputs, rtol=0, atol=1e-12)

    state = [s[0] for s in trajectory.states] if started else None
    ours, after = cell(inputs, state)
    torch.testing.assert_close(ours, outputs, rtol=0, atol=1e-12)
    last = last if isinstance(last, tuple) else (last,)
    for k, expected in enumerate(s[layer] for layer in range(layers) for s in last):
        torch.testing.assert_close(after[k], expected, rtol=0, atol=1e-12)

    back = gradlab.to_torch(cell)
    assert back.batch_first and type(back) is make
    weights = module.state_dict()
    assert back.state_dict().keys() == weights.keys()
    assert all(torch.equal(v, weights[k]) for k, v in back.state_dict().items())


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("make", [nn.RNN, nn.LSTM, nn.GRU])
def test_norms_are_those_of_autograd_through_the_module(make, layers):
    module = make(INPUTS, HIDDEN, layers, dtype=torch.float64)
    inputs = randn(T, B, INPUTS)
    norms = gradlab.jacobian_norms(gradlab.unroll(module, inputs), lags=range(T + 1))

    def last_state(*start: torch.Tensor) -> torch.Tensor:
        after = module(inputs[2:, :1], start if make is nn.LSTM else start[0])[1]
        after = after if isinstance(after, tuple) else (after,)
        return torch.cat([s.flatten() for s in after])

    state = module(inputs[:2, :1])[1]
    state = state if isinstance(state, tuple) else (state,)
    blocks = torch.autograd.functional.jacobian(last_state, state)
    whole = torch.cat([block.flatten(1) for block in blocks], 1)
    expected = torch.linalg.matrix_norm(whole, 2).log().item()
    ours = norms.ln_spectral_norm.at(block="joint", lag=T - 2, sequence=0)
    assert ours == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("make", [nn.RNNCell, nn.LSTMCell, nn.GRUCell])
def test_single_steps(make, bias):
    module = make(INPUTS, HIDDEN, bias=bias, dtype=torch.float64)
    x = randn(B, T, INPUTS)
    state = None
    for t in range(T):
        state = module(x[:, t], state)
    expected = state[0] if isinstance(state, tuple) else state
    cell = gradlab.from_torch(module)
    torch.testing.assert_close(cell(x)[1][0], expected, rtol=0, atol=1e-12)
    assert gradlab.unroll(module, x).length == T
    module.load_state_dict(cell.state_dict())


def test_weights_are_copied_and_no_random_number_is_drawn():
    module = nn.LSTM(INPUTS, HIDDEN)
    before = torch.get_rng_state()
    cell = gradlab.from_torch(module)
    back = gradlab.to_torch(cell)
    assert torch.equal(torch.get_rng_state(), before)
    with torch.no_grad():
        module.weight_hh_l0.zero_()
        back.weight_hh_l0.zero_()
    assert cell.weight_hh.abs().min() > 0


def test_a_cell_is_trained_by_calling_it():
    cell = gradlab.RNN(INPUTS, HIDDEN)
    outputs, (h,) = cell(torch.randn(B, T, INPUTS))
    assert outputs.shape == (B, T, HIDDEN) and torch.equal(outputs[:, -1], h)
    outputs.sum().backward()
    assert cell.weight_hh.grad.abs().sum() > 0


@pytest.mark.parametrize("layers", [1, 2])
def test_state_dicts_of_modules_load(layers):
    module = nn.LSTM(INPUTS, HIDDEN, layers, proj_size=2, dtype=torch.float64)
    spec = "lstm:proj=2" if layers == 1 else "lstm:layers=2+proj=2"
    cell = gradlab.build(spec, INPUTS, HIDDEN, dtype="float64")
    cell.load_state_dict(module.state_dict())
    x = randn(B, T, INPUTS)
    torch.testing.assert_close(cell(x)[0], module(x.swapaxes(0, 1))[0].swapaxes(0, 1))
    cell.load_state_dict(cell.state_dict())


def test_parametrized_weights_are_those_in_use():
    module = nn.LSTM(INPUTS, HIDDEN, dtype=torch.float64)
    nn.utils.parametrizations.weight_norm(module, "weight_hh_l0")
    with torch.no_grad():
        module.parametrizations.weight_hh_l0.original0.mul_(2)
    x = randn(T, B, INPUTS)
    found = gradlab.unroll(module, x).states[0][1:]
    torch.testing.assert_close(found, module(x)[0], rtol=0, atol=1e-12)


def test_dropout_is_refused_while_it_is_random():
    module = nn.GRU(INPUTS, HIDDEN, num_layers=2, dropout=0.5)
    with pytest.raises(ConfigError) as caught:
        gradlab.from_torch(module)
    assert str(caught.value) == (
        "Got GRU with dropout=0.5 in training mode.\n"
        "Expected a module whose step is no matter of chance.\n"
        "Try module.eval(), in which there is no dropout"
    )
    x = torch.randn(T, B, INPUTS)
    found = gradlab.unroll(module.eval(), x).states[1][1:]
    torch.testing.assert_close(found, module(x)[0])


class Reversed(nn.LSTM):
    def forward(self, inputs, hx=None):
        return super().forward(inputs.flip(0), hx)


def pruned() -> nn.Module:
    from torch.nn.utils import prune

    return prune.l1_unstructured(nn.RNN(3, 4), "weight_hh_l0", amount=0.5)


@pytest.mark.parametrize(
    ("module", "lines"),
    [
        (
            lambda: nn.GRU(3, 4, bidirectional=True),
            [
                "Got a bidirectional GRU.",
                f"Expected one direction {DIAGNOSE}.",
                "Try each direction by itself: a GRU with its weights, that of those "
                "named _reverse on inputs flipped in time",
            ],
        ),
        (
            lambda: nn.Sequential(nn.Linear(3, 3), nn.LSTM(3, 4)),
            [
                "Got module = a Sequential.",
                "Expected one of torch.nn's RNN, RNNCell, LSTM, LSTMCell, GRU, "
                f"GRUCell; of a model its recurrent layer {DIAGNOSE}.",
                "Try model.get_submodule('1')",
            ],
        ),
        (
            lambda: Reversed(3, 4),
            [
                "Got Reversed with a forward of its own.",
                "Expected the forward of LSTM.",
                "Try a gradlab.Cell with its step",
            ],
        ),
        (
            pruned,
            [
                "Got weight_hh_l0 that is no parameter: a hook computes it.",
                "Expected weights that are parameters.",
                "Try torch.nn.utils.remove_weight_norm or prune.remove before",
            ],
        ),
        (
            lambda: gradlab.RNN(3, 4),
            [
                "Got module = the gradlab cell rnn.",
                "Expected a module of torch.nn.",
                "Try the cell as it is",
            ],
        ),
    ],
)
def test_modules_that_are_refused(module, lines):
    with pytest.raises(ConfigError) as caught:
        gradlab.from_torch(module())
    assert str(caught.value) == "\n".join(lines)


class Own(gradlab.RNN):
    pass


@pytest.mark.parametrize(
    ("cell", "how"),
    [
        (lambda: gradlab.build("rnn", 3, 4, activation="sin"), "rnn with sin()"),
        (lambda: gradlab.build("lstm:peephole", 3, 4), "lstm with peephole"),
        (lambda: gradlab.build("gru:z_replaces", 3, 4), "gru with z_replaces"),
        (
            lambda: gradlab.build("gru:gate=hardsigmoid", 3, 4),
            "gru with gate hardsigmoid()",
        ),
        (
            lambda: gradlab.build("lstm:no_output_activation", 3, 4),
            "lstm with output_activation linear()",
        ),
        (lambda: Own(3, 4), "rnn of class Own"),
        (
            lambda: gradlab.cells.MultiLayerCell(
                [gradlab.RNN(3, 4), gradlab.RNN(4, 5)]
            ),
            "rnn with layers that differ",
        ),
        (
            lambda: gradlab.cells.ensemble([gradlab.RNN(3, 4)] * 2),
            "rnn of ensemble RNN",
        ),
    ],
)
def test_cells_that_pytorch_has_no_module_for(cell, how):
    with pytest.raises(ConfigError) as caught:
        gradlab.to_torch(cell())
    assert caught.value.got == f"cell {how}"
    assert "torch.nn has a module for" in caught.value.expected


def test_states_of_a_module_are_its_own():
    with pytest.raises(ShapeError) as caught:
        gradlab.unroll(nn.LSTM(3, 4), randn(T, B, 3).float(), initial_state=randn(B, 4))
    assert str(caught.value) == (
        "Got initial_state = a Tensor of shape (2, 4) and dtype torch.float64.\n"
        "Expected h_0, c_0 of shape (1, sequences, n).\n"
        "Try leaving it out, for zeros"
    )


def test_a_gradient_would_not_reach_a_module():
    with pytest.raises(ConfigError, match="grad=True with a copy"):
        gradlab.unroll(nn.RNN(3, 4), torch.zeros(T, B, 3), grad=True)


def test_half_precision_is_computed_in_float32_and_said():
    with pytest.warns(
        UserWarning, match="RNN in torch.float16: computed in torch.float32"
    ):
        cell = gradlab.from_torch(nn.RNN(3, 4).half())
    assert isinstance(cell, Cell) and cell.weight_hh.dtype == torch.float32


def test_layers_may_share_a_weight():
    module = nn.GRU(4, 4, num_layers=2, batch_first=True)
    module.weight_hh_l1 = module.weight_hh_l0
    inputs = torch.randn(2, 9, 4)
    ours = gradlab.from_torch(module)(inputs)[0]
    torch.testing.assert_close(ours, module(inputs)[0])


@pytest.mark.parametrize("kind", ["forward_pre_hook", "forward_hook"])
def test_a_module_whose_hooks_may_change_its_states_is_refused(kind):
    module = nn.LSTM(3, 4)
    handle = getattr(module, f"register_{kind}")(lambda *given: None)
    with pytest.raises(ConfigError, match=f"LSTM with a {kind}"):
        gradlab.from_torch(module)
    handle.remove()
    gradlab.from_torch(module)
