"""Training by closed forms, held against autograd and against torch.nn."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from gradlab import build, to_torch
from gradlab.cells import ensemble
from gradlab.tasks.base import parse, stream_of
from gradlab.training import recurrence, trainer
from gradlab.training.closed_forms import closed_form_of
from gradlab.training.head import BIAS, WEIGHT
from tests.training.networks import CELLS, networks, trained


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("symbols", [True, False])
@pytest.mark.parametrize("spec", CELLS)
def test_every_gradient_is_autograds(spec, symbols, bias):
    kind = dict(input_size=4, hidden_size=5, dtype="float64", bias=bias)
    if spec == "rnn" and bias:
        kind["activation"] = "softsign"
    cells = [build(spec, seed=seed, **kind) for seed in range(3)]
    together = ensemble(cells)
    values = {name: p.detach() for name, p in together.named_parameters()}
    gradients = {name: torch.empty_like(value) for name, value in values.items()}
    form = closed_form_of(cells[0])(
        values, gradients, getattr(cells[0], "activation", None)
    )
    torch.manual_seed(0)
    inputs = torch.randint(4, (7, 3, 2))
    if not symbols:
        inputs = torch.randn(7, 3, 2, 4, dtype=torch.float64)
    hidden = form.forward(inputs)
    back = torch.randn(2, 3, 2, 5, dtype=torch.float64)
    form.backward([3, 6], back)

    dense = recurrence.as_numbers(inputs, 4, hidden)
    outputs = together(dense.permute(1, 2, 0, 3))[0].permute(2, 0, 1, 3)
    torch.testing.assert_close(outputs, hidden, rtol=0, atol=1e-14)
    weights = dict(together.named_parameters())
    twins = torch.autograd.grad((outputs[[3, 6]] * back).sum(), weights.values())
    for name, twin in zip(weights, twins, strict=True):
        torch.testing.assert_close(gradients[name], twin, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("spec", CELLS)
def test_three_ways_to_train_give_the_same_networks(spec, monkeypatch):
    task, seeds = parse("lag:6:every"), [0, 1, 2]

    def by(way):
        form = closed_form_of if way == "closed forms" else lambda cell: None
        for module in (recurrence, trainer):
            monkeypatch.setattr(module, "form_for", lambda cell, batch: form(cell))
        monkeypatch.setattr(recurrence, "has_module", lambda cell: way == "modules")
        members = networks(spec, seeds, task, dtype=torch.float64)
        found = trained(members, seeds, task)
        assert way == {"ByModules": "modules", "BySteps": "steps"}.get(
            type(found.recurrence).__name__, "closed forms"
        )
        return found

    first = by("closed forms")
    for way in ("modules", "steps"):
        other = by(way)
        np.testing.assert_allclose(
            other.history.losses, first.history.losses, rtol=1e-10
        )
        for name, value in first.values().items():
            torch.testing.assert_close(other.values()[name], value, atol=1e-9, rtol=0)


@pytest.mark.parametrize("spec", CELLS)
def test_the_losses_are_those_of_a_loop_over_torch_nn(spec):
    task, updates = parse("lag:20"), 100
    ((cell, head),) = networks(spec, [3], task)
    ours = trained([(copy.deepcopy(cell), head)], [3], task, updates)
    module = to_torch(cell)
    layer = nn.Linear(8, task.outputs)
    layer.load_state_dict({"weight": head[WEIGHT], "bias": head[BIAS]})
    weights = [*module.parameters(), *layer.parameters()]
    optimizer = torch.optim.Adam(weights, lr=0.01)
    batch = task.sequences(stream_of(task, 3, "train"), 2)
    inputs = nn.functional.one_hot(torch.from_numpy(batch.inputs), task.features)
    losses = []
    for _ in range(updates):
        optimizer.zero_grad()
        outputs = layer(module(inputs.float())[0][:, -1])
        right = torch.from_numpy(batch.targets[:, -1])
        loss = nn.functional.cross_entropy(outputs, right)
        loss.backward()
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_allclose(ours.history.losses[:, 0], losses, atol=1e-5)


@pytest.mark.parametrize("hidden", [8, 10, 37])
@pytest.mark.parametrize("spec", [*CELLS, "lstm:peephole"])
def test_a_networks_bits_do_not_depend_on_the_others(spec, hidden):
    task, seeds = parse("lag:9"), list(range(11))
    members = networks(spec, seeds, task, hidden)

    def states(places):
        chosen = [copy.deepcopy(members[k]) for k in places]
        return trained(chosen, [seeds[k] for k in places], task, 5).state_dict()

    together = states(seeds)
    for places in ([0], [10], [2, 3, 9, 5]):
        for place, alone in zip(places, states(places), strict=True):
            assert_same(alone, together[place])


def assert_same(one, other):
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        for name in one:
            assert_same(one[name], other[name])
    else:
        assert np.array_equal(one, other, equal_nan=True)
