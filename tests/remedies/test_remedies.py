"""What each remedy changes, exactly that, and what it refuses."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.stats
import torch
from torch import nn
from torch.nn.utils import parametrizations, prune

import gradlab
from gradlab import catalog, cells
from gradlab.cells import MultiLayerCell
from gradlab.errors import ConfigError
from gradlab.remedies.chrono import Chrono
from gradlab.remedies.clipping import Clipping
from gradlab.remedies.forget_bias import ForgetBias
from gradlab.remedies.gain import Gain
from gradlab.remedies.orthogonal import Orthogonal
from gradlab.remedies.spectral_norm import SpectralNorm
from gradlab.remedy import (
    chrono_,
    flossing_,
    forget_bias_,
    gain_,
    orthogonal_,
    pascanu_,
    spectral_norm_,
)


H = 6
INPUT_ROWS, KEEP_ROWS = slice(0, H), slice(H, 2 * H)
"""Of an LSTM's gates i f g o; of a GRU's r z n the keep gate has the same rows."""

GATED = {
    "LSTM": lambda: nn.LSTM(3, H),
    "LSTM of layers and directions": lambda: nn.LSTM(
        3, H, num_layers=2, bidirectional=True, dropout=0.5
    ),
    "projected LSTM": lambda: nn.LSTM(3, H, num_layers=2, proj_size=4),
    "LSTMCell": lambda: nn.LSTMCell(3, H),
    "GRU": lambda: nn.GRU(3, H, num_layers=2, bidirectional=True),
    "GRUCell": lambda: nn.GRUCell(3, H, dtype=torch.float64),
    "gradlab LSTM": lambda: cells.build("lstm:layers=2", 3, H, seed=0),
    "gradlab GRU": lambda: cells.build("gru", 3, H, seed=0),
}
PLAIN = {
    "RNN": lambda: nn.RNN(3, H, num_layers=2, bidirectional=True),
    "RNNCell": lambda: nn.RNNCell(3, H),
    "gradlab RNN": lambda: cells.build("rnn:layers=2", 3, H, seed=0),
}
ALL = GATED | PLAIN


def values(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def changed(before, module):
    """Return the names of the parameters with other numbers, and all rows that do."""
    after = values(module)
    assert list(after) == list(before)
    rows = {
        name: (after[name] != before[name]).reshape(len(after[name]), -1).any(1)
        for name in after
    }
    return {name: set(r.nonzero().flatten().tolist()) for name, r in rows.items()}


def rows_of(*parts):
    return {row for part in parts for row in range(3 * H)[part]}


@pytest.mark.parametrize("bias", [1, 3.0, -2])
@pytest.mark.parametrize("kind", GATED)
def test_the_forget_bias_is_set_and_nothing_else(kind, bias):
    module = GATED[kind]()
    before = values(module)
    assert forget_bias_(module, bias) is module
    for name, value in values(module).items():
        if name.startswith("bias_ih"):
            assert (value[KEEP_ROWS] == bias).all()
        elif name.startswith("bias_hh"):
            assert (value[KEEP_ROWS] == 0).all()
    for name, rows in changed(before, module).items():
        assert rows == (rows_of(KEEP_ROWS) if "bias" in name else set()), name


@pytest.mark.parametrize("kind", GATED)
def test_chrono_opens_the_keep_gate_and_closes_the_input_gate_by_the_same(kind):
    module = GATED[kind]()
    before, is_lstm = values(module), "LSTM" in kind
    assert chrono_(module, t_max=50, seed=4) is module
    after = values(module)
    for name in after:
        if name.startswith("bias_ih"):
            u = after[name][KEEP_ROWS].double().exp()
            assert ((u > 1 - 1e-6) & (u < 49 + 1e-4)).all()
            assert len(set(u.tolist())) == H
            if is_lstm:
                assert torch.equal(after[name][INPUT_ROWS], -after[name][KEEP_ROWS])
    gates = rows_of(KEEP_ROWS, INPUT_ROWS) if is_lstm else rows_of(KEEP_ROWS)
    for name, rows in changed(before, module).items():
        assert rows == (gates if "bias" in name else set()), name
        if name.startswith("bias_hh"):
            assert (after[name][list(gates)] == 0).all()


def test_chrono_is_uniform_from_1_to_t_max_less_1():
    drawn = [
        chrono_(nn.LSTM(1, 32, dtype=torch.float64), 201, seed).bias_ih_l0[32:64].exp()
        for seed in range(100)
    ]
    u = torch.cat(drawn).detach().numpy()
    assert u.min() >= 1 and u.max() <= 200
    assert scipy.stats.kstest(u, "uniform", args=(1, 199)).pvalue > 0.01


@pytest.mark.parametrize("spec", ["lstm:layers=2", "gru:layers=2", "lstm:proj=4"])
def test_draws_are_those_of_initialize(spec):
    theirs = cells.to_torch(cells.build(spec, 3, H, seed=9))
    ours = cells.build(spec, 3, H, seed=9)
    gradlab.initialize_(ours, "orthogonal", forget_bias="chrono", length=70, seed=9)
    chrono_(orthogonal_(theirs, seed=9), t_max=70, seed=9)
    expected = cells.to_torch(ours).state_dict()
    for name, value in theirs.state_dict().items():
        if "weight_hh" in name:
            assert torch.equal(value, expected[name])
        if "bias" in name:
            rows = slice(0, 2 * H) if "lstm" in spec else KEEP_ROWS
            assert torch.equal(value[rows], expected[name][rows])


def test_layers_and_directions_have_draws_of_their_own_and_the_first_is_that_of_one():
    one, deep = nn.GRU(3, H), nn.GRU(3, H, num_layers=2, bidirectional=True)
    for module in (one, deep):
        orthogonal_(chrono_(module, t_max=99, seed=1), seed=1)
    for name in ("bias_ih", "weight_hh"):
        suffixes = ("l0", "l0_reverse", "l1", "l1_reverse")
        draws = [getattr(deep, f"{name}_{s}")[KEEP_ROWS].detach() for s in suffixes]
        assert torch.equal(getattr(one, f"{name}_l0")[KEEP_ROWS], draws[0])
        for k, draw in enumerate(draws):
            assert all(not torch.equal(draw, other) for other in draws[:k])


@pytest.mark.parametrize("kind", ALL)
def test_orthogonal_blocks_are_so_gate_by_gate_and_nothing_else_changes(kind):
    module = ALL[kind]()
    before = values(module)
    orthogonal_(module, seed=2)
    for name, value in values(module).items():
        if "weight_hh" in name:
            for block in value.double().split(H):
                eye = torch.eye(block.shape[1], dtype=torch.float64)
                torch.testing.assert_close(block.mT @ block, eye, atol=1e-6, rtol=0)
    for name, rows in changed(before, module).items():
        every = set(range(len(before[name])))
        assert rows == (every if "weight_hh" in name else set()), name


@pytest.mark.parametrize("radius", [1.0, 0.3])
@pytest.mark.parametrize("kind", ALL)
def test_the_gain_scales_each_block_to_the_spectral_radius(kind, radius):
    module = ALL[kind]().double()
    before = values(module)
    gain_(module, radius)
    for name, value in values(module).items():
        if "weight_hh" not in name:
            assert torch.equal(value, before[name])
            continue
        for block, old in zip(value.split(H), before[name].split(H), strict=True):
            factors = block / old
            torch.testing.assert_close(factors, factors[:1, :1].expand(factors.shape))
            if "projected" in kind:
                block = before[name.replace("hh", "hr")] @ block
            largest = torch.linalg.eigvals(block).abs().max().item()
            assert largest == pytest.approx(radius, rel=1e-12)


@pytest.mark.parametrize("norm", [1.0, 0.3])
@pytest.mark.parametrize("kind", ALL)
def test_each_block_is_scaled_to_the_spectral_norm(kind, norm):
    module = ALL[kind]().double()
    before = values(module)
    assert spectral_norm_(module, norm) is module
    for name, value in values(module).items():
        if "weight_hh" not in name:
            assert torch.equal(value, before[name])
            continue
        for block, old in zip(value.split(H), before[name].split(H), strict=True):
            factors = block / old
            torch.testing.assert_close(factors, factors[:1, :1].expand(factors.shape))
            largest = np.linalg.svd(block.numpy(), compute_uv=False)[0]
            assert largest == pytest.approx(norm, rel=1e-12)


CHANGES = {
    "chrono": lambda module, seed: chrono_(module, 30, seed),
    "orthogonal": orthogonal_,
    "forget bias": lambda module, seed: forget_bias_(module, 3),
    "gain": lambda module, seed: gain_(module),
    "spectral norm": lambda module, seed: spectral_norm_(module),
    "flossing": lambda module, seed: flossing_(
        module, 2, steps=5, updates=2, seed=seed
    ),
    "pascanu": lambda module, seed: pascanu_(module, steps=5, updates=2, seed=seed),
}


SEEDLESS = ("forget bias", "gain", "spectral norm")


@pytest.mark.parametrize("change", CHANGES)
def test_a_seed_repeats_and_another_differs(change):
    fresh = nn.LSTM(3, H)
    found = []
    for seed in (0, 0, 1):
        module = nn.LSTM(3, H)
        module.load_state_dict(fresh.state_dict())
        found.append(values(CHANGES[change](module, seed)))
    same, other = (
        all(torch.equal(found[0][n], f[n]) for n in fresh.state_dict())
        for f in found[1:]
    )
    assert same and other == (change in SEEDLESS)


@pytest.mark.parametrize("change", CHANGES)
def test_all_but_values_stays(change):
    module = nn.LSTM(3, H, num_layers=2, dropout=0.5)
    module.weight_hh_l0.requires_grad_(False)
    optimizer = torch.optim.Adam(module.parameters(), lr=0.1)
    module(torch.randn(5, 2, 3))[0].sum().backward()
    before = list(module.named_parameters())
    gradients = [None if p.grad is None else p.grad.clone() for _, p in before]
    random = torch.random.get_rng_state(), np.random.get_state(legacy=False)  # noqa: NPY002
    CHANGES[change](module, 0)
    assert torch.equal(random[0], torch.random.get_rng_state())
    assert str(np.random.get_state(legacy=False)) == str(random[1])  # noqa: NPY002
    after = list(module.named_parameters())
    assert all(n == m and p is q for (n, p), (m, q) in zip(before, after, strict=True))
    assert all(p.is_leaf and p.grad_fn is None for _, p in after)
    assert [p.requires_grad for n, p in after] == [
        n != "weight_hh_l0" for n, _ in after
    ]
    for (_, p), gradient in zip(after, gradients, strict=True):
        assert (p.grad is None) == (gradient is None)
        assert gradient is None or torch.equal(p.grad, gradient)
    assert module.training
    changed_to = module.bias_ih_l0.detach().clone()
    optimizer.step()
    assert not torch.equal(module.bias_ih_l0, changed_to)


def test_the_forward_pass_uses_the_changed_weights():
    module, inputs = nn.LSTM(3, H, num_layers=2), torch.randn(5, 2, 3)
    module(inputs)
    chrono_(module, t_max=40)
    cell = cells.from_torch(module)
    ours = cell(inputs.transpose(0, 1))[0].transpose(0, 1)
    torch.testing.assert_close(module(inputs)[0], ours)


def test_a_high_gate_that_replaces_gets_minus_the_bias():
    cell = cells.build("gru:z_replaces", 3, H, seed=0)
    assert (forget_bias_(cell, 3).bias_ih[KEEP_ROWS] == -3).all()
    assert (chrono_(cell, 20).bias_ih[KEEP_ROWS] <= 0).all()


def test_half_precision_is_the_rounded_draw():
    half, whole = nn.LSTM(3, H, dtype=torch.bfloat16), nn.LSTM(3, H)
    for module in (half, whole):
        orthogonal_(chrono_(module, 100))
    assert torch.equal(half.bias_ih_l0[:12], whole.bias_ih_l0[:12].bfloat16())
    assert torch.equal(half.weight_hh_l0, whole.weight_hh_l0.bfloat16())


def test_the_horizon_goes_from_some_steps_to_beyond_the_length():
    lstm = nn.LSTM(4, 32, batch_first=True, dtype=torch.float64)
    gradlab.initialize_(cell := cells.from_torch(lstm), seed=0)
    lstm.load_state_dict({f"{n}_l0": w for n, w in cell.state_dict().items()})
    inputs = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 200, 4)))

    def horizon():
        trajectory = gradlab.unroll(lstm, inputs)
        return gradlab.jacobian_norms(trajectory, "joint").horizon.item()

    assert horizon() < 30
    chrono_(lstm, t_max=200)
    assert horizon() == np.inf


class Own(nn.LSTM):
    """A subclass that computes something else."""

    def forward(self, inputs, state=None):
        return super().forward(2 * inputs, state)


def ensemble():
    return cells.ensemble([cells.build("lstm", 3, H, seed=s) for s in range(2)])


def pruned():
    module = nn.LSTM(3, H)
    prune.l1_unstructured(module, "weight_hh_l0", 0.5)
    return module


@torch.inference_mode()
def in_inference_mode():
    return nn.RNN(3, H)


def model():
    found = nn.Module()
    found.encoder = nn.Module()
    found.encoder.lstm = nn.LSTM(3, H)
    return found


COMPUTED = "that is no parameter: it is computed from others"
REFUSED = [
    (forget_bias_, lambda: nn.RNN(3, H), "module = an RNN without a gate that keeps"),
    (chrono_, lambda: nn.RNNCell(3, H), "module = an RNNCell without a gate that ke"),
    (chrono_, lambda: nn.LSTM(3, H, bias=False), "module = an LSTM without a bias"),
    (forget_bias_, lambda: nn.GRUCell(3, H, False), "a GRUCell without a bias"),
    (forget_bias_, lambda: cells.build("lstm:no_forget", 3, H), "without a gate"),
    (
        chrono_,
        lambda: parametrizations.weight_norm(nn.LSTM(3, H), "weight_hh_l0"),
        f"weight_hh_l0 {COMPUTED}",
    ),
    (
        gain_,
        lambda: parametrizations.orthogonal(cells.build("rnn", 3, H), "weight_hh"),
        f"weight_hh {COMPUTED}",
    ),
    (orthogonal_, pruned, f"weight_hh_l0 {COMPUTED}"),
    (chrono_, lambda: nn.GRU(3, H, device="meta"), "weight_ih_l0 that is on the meta"),
    (gain_, in_inference_mode, "weight_ih_l0 that was made in torch.inference_mode"),
    (orthogonal_, ensemble, "that is an ensemble"),
    (gain_, lambda: Own(3, H), "Own with a forward of its own"),
    (gain_, lambda: nn.Linear(3, H), "module = a Linear"),
    (gain_, lambda: "lstm", "module = 'lstm'"),
    (gain_, model, "module = a Module"),
]


@pytest.mark.parametrize(("change", "make", "got"), REFUSED)
def test_what_is_refused(change, make, got):
    module = make()
    is_module = isinstance(module, nn.Module)
    before = values(module) if is_module and "meta" not in got else {}
    given = {forget_bias_: (3,), chrono_: (180,)}.get(change, ())
    with pytest.raises(ConfigError) as caught:
        change(module, *given)
    assert got in caught.value.got
    remedy = {
        forget_bias_: ForgetBias,
        chrono_: Chrono,
        gain_: Gain,
        orthogonal_: Orthogonal,
    }[change]()
    assert not remedy.applies_to(module)
    if before:
        assert not any(changed(before, module).values())


def test_of_a_model_the_recurrent_layer_is_named():
    with pytest.raises(ConfigError) as caught:
        orthogonal_(model())
    assert caught.value.try_ == "model.get_submodule('encoder.lstm')"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: chrono_(nn.LSTM(3, H), 1),
            "Got t_max = 1.\nExpected a whole number from 2 on.\nTry t_max=180",
        ),
        (
            lambda: chrono_(nn.LSTM(3, H), 180.5),
            "Got t_max = 180.5.\nExpected a whole number from 2 on.\nTry t_max=180",
        ),
        (
            lambda: orthogonal_(nn.LSTM(3, H), -1),
            "Got seed = -1.\nExpected a whole number from 0 on.\nTry seed=0",
        ),
        (
            lambda: forget_bias_(nn.LSTM(3, H), float("nan")),
            "Got bias = nan.\nExpected a finite number.\nTry bias=3",
        ),
        (
            lambda: gain_(nn.LSTM(3, H), 0),
            "Got spectral_radius = 0.\nExpected a finite number above 0.\n"
            "Try spectral_radius=1.0",
        ),
        (
            lambda: forget_bias_(nn.LSTM(3, H, bias=False), 3),
            "Got module = an LSTM without a bias.\nExpected an LSTM or a GRU with "
            "biases, or a cell with a keep gate.\nTry LSTM(..., bias=True)",
        ),
    ],
)
def test_the_whole_sentence(call, message):
    with pytest.raises(ConfigError) as caught:
        call()
    assert str(caught.value) == message


@pytest.mark.parametrize("change", [gain_, spectral_norm_])
@pytest.mark.parametrize("value", [0.0, float("nan")])
def test_a_block_that_cannot_be_scaled_leaves_all_as_it_was(value, change):
    module = nn.RNN(3, H, num_layers=2)
    nn.init.constant_(module.weight_hh_l1, value)
    first = module.weight_hh_l0.detach().clone()
    with pytest.raises(ConfigError, match="a recurrent block recurrent of shape"):
        change(module)
    assert torch.equal(module.weight_hh_l0, first)


def test_layers_of_which_one_has_no_keep_gate_are_refused_before_a_change():
    gated, open_ = (cells.build("lstm" + o, 3, 3, seed=0) for o in ("", ":no_forget"))
    cell = MultiLayerCell([gated, open_])
    before = values(cell)
    with pytest.raises(ConfigError, match="without a gate that keeps its state"):
        forget_bias_(cell, 3)
    assert not any(changed(before, cell).values())


@pytest.mark.parametrize(
    ("remedy", "seed", "code"),
    [
        (Chrono(), 0, "gradlab.remedy.chrono_(model.encoder.lstm, t_max=180)"),
        (Chrono(), 3, "gradlab.remedy.chrono_(model.encoder.lstm, t_max=180, seed=3)"),
        (ForgetBias(), 3, "gradlab.remedy.forget_bias_(model.encoder.lstm, 1)"),
        (ForgetBias(0.1), 0, "gradlab.remedy.forget_bias_(model.encoder.lstm, 0.1)"),
        (Orthogonal(), 3, "gradlab.remedy.orthogonal_(model.encoder.lstm, seed=3)"),
        (Gain(), 0, "gradlab.remedy.gain_(model.encoder.lstm)"),
        (SpectralNorm(), 0, "gradlab.remedy.spectral_norm_(model.encoder.lstm)"),
        (Gain(0.9), 0, "gradlab.remedy.gain_(model.encoder.lstm, 0.9)"),
    ],
)
def test_the_line_to_copy(remedy, seed, code):
    assert remedy.code("model.encoder.lstm", 180, seed) == code


def test_every_remedy_but_clipping_can_help():
    leaves = [catalog.get("remedies", name) for name in catalog.names("remedies")]
    assert {leaf for leaf in leaves if not leaf.can_help} == {Clipping}
    titles = [one.title for leaf in leaves for one in leaf.candidates()]
    assert titles == [
        "chrono",
        "gradient clipping",
        "gradient flossing, k = 8",
        "forget bias 1",
        "forget bias 3",
        "recurrent spectral radius 1",
        "layer normalization",
        "orthogonal recurrent blocks",
        "Pascanu regulariser",
        "Pascanu regulariser, squared",
        "recurrent spectral norm 1",
    ]


def test_clipping_scales_the_whole_gradient_by_one_factor():
    rnn, inputs = nn.RNN(3, H), torch.randn(30, 1, 3, requires_grad=True)
    rnn(inputs)[0][-1].sum().backward()
    parts = {n: p.grad.clone() for n, p in rnn.named_parameters()}
    total = torch.nn.utils.clip_grad_norm_(rnn.parameters(), 1e-3)
    for name, parameter in rnn.named_parameters():
        factor = 1e-3 / (total + 1e-6)
        torch.testing.assert_close(parameter.grad, parts[name] * factor)


def test_the_name_is_there_before_torch_is():
    code = (
        "import sys, gradlab; assert 'torch' not in sys.modules;"
        "print(gradlab.remedy.chrono_.__name__, gradlab.remedy.__name__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "chrono_ gradlab.remedy\n", done.stderr
