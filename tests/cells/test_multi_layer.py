"""Cells one above the other: torch's numbers, autograd's derivatives, the same bits."""

import pytest
import torch
from torch import nn

from gradlab import cells
from gradlab.cells import MultiLayerCell, Step, StepJacobian, ensemble
from gradlab.check.bits import differing_bits
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.initializers import initialize_
from tests.cells.cases import activation, members, relative, rough, twin, visit
from tests.cells.test_building import Pair


T, B, INPUTS, HIDDEN = 40, 3, 5, 8
TORCHS = {
    "rnn": (nn.RNN, {}),
    "rnn relu": (nn.RNN, {"nonlinearity": "relu"}),
    "lstm": (nn.LSTM, {}),
    "lstm:proj=4": (nn.LSTM, {"proj_size": 4}),
    "gru": (nn.GRU, {}),
}
SPECS = [
    "rnn:layers=2",
    "rnn:layers=4",
    "lstm:layers=2",
    "lstm:layers=3",
    "lstm:layers=2+peephole+proj=3",
    "lstm:layers=2+no_forget",
    "lstm:coupled+layers=2",
    "gru:layers=3",
    "gru:layers=2+reset_before",
    "gru:layers=2+z_replaces",
]


def pair(name: str, layers: int, bias: bool):
    """Torch's network and ours with the same weights, large enough to be lively."""
    make, extra = TORCHS[name]
    torch.manual_seed(3)
    theirs = make(
        INPUTS, HIDDEN, num_layers=layers, bias=bias, dtype=torch.float64, **extra
    )
    with torch.no_grad():
        for key, weight in theirs.named_parameters():
            weight *= 2.0 if "hh" in key and "relu" not in name else 1.0
    plain, _, phi = name.partition(" ")
    ours = cells.build(
        f"{plain}{'+' if ':' in plain else ':'}layers={layers}",
        INPUTS,
        HIDDEN,
        activation=activation(phi) if phi else None,
        bias=bias,
        dtype=torch.float64,
    )
    ours.load_state_dict(theirs.state_dict())
    return theirs, ours


def torchs_run(theirs, inputs, state):
    """Torch's top outputs and last states; our states in and out."""
    kinds = 2 if isinstance(theirs, nn.LSTM) else 1
    before = tuple(torch.stack(state[k::kinds]) for k in range(kinds))
    top, after = theirs(inputs, before if kinds == 2 else before[0])
    after = after if kinds == 2 else (after,)
    count = len(state) // kinds
    return top, tuple(after[k][layer] for layer in range(count) for k in range(kinds))


@pytest.mark.parametrize(
    ("layers", "bias"),
    [
        (2, False),
        (3, True),
        pytest.param(2, True, marks=pytest.mark.slow),
        pytest.param(3, False, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("name", TORCHS)
def test_they_are_torchs(name, layers, bias):
    """Outputs, last states, dh_T/ds_0 by autograd and by the product of Jacobians."""
    theirs, ours = pair(name, layers, bias)
    generator = torch.Generator().manual_seed(4)
    inputs = torch.randn(T, B, INPUTS, generator=generator, dtype=torch.float64)
    start = tuple(
        (torch.randn(B, n, generator=generator, dtype=torch.float64) / 2)
        for n in ours.state_sizes
    )
    there = tuple(s.clone().requires_grad_() for s in start)
    expected, last = torchs_run(theirs, inputs, there)
    here = tuple(s.clone().requires_grad_() for s in start)
    state, outputs, chain = here, [], None
    for x in inputs:
        step = ours.step(x, state)
        with torch.no_grad():
            jacobian = ours.jacobian(x, state, step).dense(
                ours.state_names, ours.state_sizes
            )
            chain = jacobian if chain is None else jacobian @ chain
        state = step.state
        outputs.append(state[ours.output_state])
    assert relative(torch.stack(outputs), expected) <= 1e-12
    assert relative(torch.cat(state, -1), torch.cat(last, -1)) <= 1e-12
    slopes = rows_of(expected[-1], there)
    assert relative(rows_of(outputs[-1], here), slopes) <= 1e-10
    places = sum(ours.state_sizes[: ours.output_state])
    read = slice(places, places + expected.shape[-1])
    assert relative(chain[:, read], slopes) <= 1e-10


def rows_of(later, earlier):
    """d later/d earlier of every sequence by autograd, (B, n, whole state)."""
    rows = [
        torch.autograd.grad(later[:, unit].sum(), earlier, retain_graph=True)
        for unit in range(later.shape[-1])
    ]
    return torch.stack([torch.cat(row, -1) for row in rows], -2)


def test_weights_go_by_torchs_names():
    theirs, ours = pair("lstm:proj=4", 3, True)
    there, here = theirs.state_dict(), ours.state_dict()
    assert {k: v.shape for k, v in here.items()} == {
        k: v.shape for k, v in there.items()
    }
    whole = nn.ModuleDict({"net": ours})
    again = nn.ModuleDict({"net": cells.build("lstm:proj=4+layers=3", INPUTS, HIDDEN)})
    assert "net.weight_ih_l2" in whole.state_dict()
    again.double().load_state_dict(whole.state_dict())
    for ours_now, before in zip(again.parameters(), ours.parameters(), strict=True):
        assert torch.equal(ours_now, before)


@pytest.mark.parametrize("spec", SPECS)
def test_derivatives_are_autograds(spec):
    """J_t, ds_t/dx_t and the vjp, with a time axis in front."""
    cell = rough(spec)
    inputs, state, step = visit(cell, 3, 2)
    expected = twin(cell, inputs, state)
    with torch.no_grad():
        jacobian = cell.jacobian(inputs, state, step)
    assert (
        relative(jacobian.dense(cell.state_names, cell.state_sizes), expected) <= 1e-12
    )
    by_input = cell.input_jacobian(inputs, state, step)
    assert tuple(by_input) == cell.state_names
    rows_now = torch.cat(tuple(by_input.values()), -2)
    assert relative(rows_now, input_twin(cell, inputs, state)) <= 1e-12
    rows = visit(cell, 3, 2, 4)[1]
    pulled = cell.vjp(inputs, state, step, rows)
    assert relative(torch.cat(pulled, -1), torch.cat(rows, -1) @ expected) <= 1e-12


def input_twin(cell, inputs, state):
    """ds_t/dx_t by torch.func.jacrev, one sequence at a time."""
    sizes = list(cell.state_sizes)

    def advance(x: torch.Tensor, joined: torch.Tensor) -> torch.Tensor:
        step = cell.step(x[None], tuple(s[None] for s in joined.split(sizes)))
        return torch.cat([s[0] for s in step.state])

    joined = torch.cat(state, -1)
    each = torch.func.vmap(torch.func.jacrev(advance))
    rows = each(inputs.flatten(0, -2), joined.flatten(0, -2))
    return rows.detach().reshape(*joined.shape, inputs.shape[-1])


@pytest.mark.parametrize("lead", [(), (2,)])
@pytest.mark.parametrize("spec", SPECS)
def test_derivatives_with_a_member_axis(spec, lead):
    singles = list(members(rough(spec), 2))
    together = ensemble(singles)
    inputs, state, step = visit(together, *lead, 2, 1)
    expected = torch.stack(
        [
            twin(cell, inputs[..., m, :, :], tuple(s[..., m, :, :] for s in state))
            for m, cell in enumerate(singles)
        ],
        dim=-4,
    )
    with torch.no_grad():
        jacobian = together.jacobian(inputs, state, step)
    assert (
        relative(jacobian.dense(together.state_names, together.state_sizes), expected)
        <= 1e-12
    )


@pytest.mark.parametrize("spec", SPECS)
def test_no_layer_depends_on_one_above(spec):
    """Blocks above the diagonal are not there, all others are not zero."""
    cell = rough(spec)
    inputs, state, step = visit(cell, 2)
    blocks = cell.jacobian(inputs, state, step).blocks
    for key, block in blocks.items():
        later, earlier = (int(name[1:]) for name in key)
        assert earlier <= later
        assert (block if isinstance(block, torch.Tensor) else block.values).any()
    count = len(cell.layer_cells)
    kinds = len(cell.state_names) // count
    dense = cell.jacobian(inputs, state, step).dense(cell.state_names, cell.state_sizes)
    width = dense.shape[-1] // count
    for below in range(count - 1):
        assert not dense[:, : (below + 1) * width, (below + 1) * width :].any()
    assert len(blocks) == count * (count + 1) // 2 * kinds**2


@pytest.mark.parametrize(
    ("hidden", "batch"),
    [
        (10, 3),
        (37, 1),
        pytest.param(10, 1, marks=pytest.mark.slow),
        pytest.param(37, 3, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize(
    "spec", ["rnn:layers=2", "lstm:layers=2+peephole", "gru:layers=3", "lstm:layers=3"]
)
def test_bits_alone_in_four_and_in_eleven(spec, hidden, batch):
    model = rough(spec, inputs=5, hidden=hidden, phi="sigmoid", dtype=torch.float32)
    assert not list(differing_bits(list(members(model, 11)), batch))


def test_the_layers_stand_on_the_same_ones():
    """At one seed a network of two layers is the lower part of one of three."""
    one, two, three = (
        initialize_(
            cells.build(spec, 3, 5), gain=1.5, forget_bias="chrono", seed=4, length=9
        )
        for spec in ("lstm", "lstm:layers=2", "lstm:layers=3")
    )
    for cell, higher in ((one, two), (two, three)):
        for below, same in zip(cell.layer_cells, higher.layer_cells, strict=False):
            for ours, theirs in zip(below.parameters(), same.parameters(), strict=True):
                assert torch.equal(ours, theirs)
    assert not torch.equal(
        three.layer_cells[1].weight_hh, three.layer_cells[2].weight_hh
    )
    assert not torch.equal(three.layer_cells[1].bias_ih, three.layer_cells[2].bias_ih)


def test_split_is_the_inverse_of_join():
    cell = rough("gru:layers=11+reset_before", hidden=4)
    inputs, state, _ = visit(cell, 2)
    step = cell.step(inputs, state)
    assert len(cell.state_names) == 11 and cell.state_names[-1] == "h11"
    fed = inputs
    for layer in cell.split(inputs, state, step):
        own = layer.cell.step(fed, layer.state)
        assert layer.inputs is fed or torch.equal(layer.inputs, fed)
        assert own.gates.keys() == layer.step.gates.keys()
        for name, gate in own.gates.items():
            assert torch.equal(gate, layer.step.gates[name])
            assert torch.equal(
                own.pre_activations[name], layer.step.pre_activations[name]
            )
        for use, same in zip(own.recurrent, layer.step.recurrent, strict=True):
            assert use.rows == same.rows and torch.equal(use.product, same.product)
        fed = layer.step.state[0]


@pytest.mark.parametrize("spec", SPECS)
def test_the_uses_of_all_recurrent_weights_give_their_gradients(spec):
    cell = rough(spec)
    inputs, state, _ = visit(cell, 4)
    step = cell.step(inputs, state)
    loss = sum((s * s).sum() for s in step.state)
    products = [use.product for use in step.recurrent]
    deltas = torch.autograd.grad(loss, products, retain_graph=True)
    weights = [cell.get_parameter(name) for name in cell.recurrent_parameters]
    expected = torch.cat(torch.autograd.grad(loss, weights))
    got = torch.zeros_like(expected)
    for use, delta in zip(step.recurrent, deltas, strict=True):
        got[use.rows] += delta.mT @ use.operand
    assert relative(got, expected) <= 1e-12


def test_a_users_cell_with_step_alone_has_layers_too():
    below, above = Pair(3, 5), Pair(5, 5)
    cell = MultiLayerCell([below, above])
    assert cell.state_names == ("memory1", "mem1", "memory2", "mem2")
    inputs, state, step = visit(cell, 4)
    jacobian = cell.jacobian(inputs, state, step)
    expected = twin(cell, inputs, state)
    assert (
        relative(jacobian.dense(cell.state_names, cell.state_sizes), expected) <= 1e-12
    )
    rows = tuple(torch.randn(4, 3, n, dtype=torch.float64) for n in cell.state_sizes)
    pulled = cell.vjp(inputs, state, step, rows)
    assert relative(torch.cat(pulled, -1), torch.cat(rows, -1) @ expected) <= 1e-12
    assert not cell.supports_ensembles


class Numbered(Pair):
    """States whose numbered names can be read two ways from eleven layers on."""

    name = "numbered"
    state_names = ("h", "h1")

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        raise NotImplementedError

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        return super().step(inputs, state)


def test_names_that_can_be_read_two_ways_are_set_apart():
    cell = MultiLayerCell([Numbered(3, 3) for _ in range(11)])
    assert cell.state_names[1:3] == ("h1.1", "h.2")
    assert len(set(cell.state_names)) == 22


def test_layers_must_fit():
    with pytest.raises(ConfigError, match="those above with inputs of 5"):
        MultiLayerCell([cells.build("rnn", 3, 5), cells.build("rnn", 3, 5)])
    with pytest.raises(ConfigError, match="cells of one kind"):
        MultiLayerCell([cells.build("rnn", 3, 5), cells.build("gru", 5, 5)])
    with pytest.raises(ConfigError, match="one cell or more"):
        MultiLayerCell([])


def test_the_spec():
    assert cells.canonical("lstm:peephole+layers=2") == "lstm:layers=2+peephole"
    assert cells.canonical("gru:layers=1") == "gru"
    assert cells.axes("rnn:layers=3") == cells.axes("rnn")
    assert isinstance(cells.build("rnn:layers=2", 3, 5), MultiLayerCell)
    assert not isinstance(cells.build("rnn:layers=1", 3, 5), MultiLayerCell)
    with pytest.raises(ConfigError, match="layers of 1 or more"):
        cells.parse("rnn:layers=0")
    with pytest.raises(ConfigError, match="layers with a value"):
        cells.parse("rnn:layers")
    with pytest.raises(UnknownNameError, match="layers"):
        cells.parse("rnn:layer=2")
