"""What a trainer records, how it stops and goes on, and what it never does."""

import copy

import numpy as np
import pytest
import torch

from gradlab.tasks.base import parse
from gradlab.training.head import WEIGHT
from gradlab.training.settings import TrainingSettings, judged_at
from gradlab.training.trainer import Trainer
from tests.training.networks import CELLS, networks, trained
from tests.training.test_closed_forms import assert_same


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "sgd"])
@pytest.mark.parametrize("spec", CELLS)
def test_a_stop_changes_no_bit(spec, optimizer, tmp_path):
    task, seeds = parse("lag:9"), [0, 1, 2]
    epsilon = None if optimizer == "sgd" else 1e-8
    settings = TrainingSettings(optimizer=optimizer, epsilon=epsilon, updates=12)
    members = networks(spec, seeds, task)

    def start(places):
        chosen = [copy.deepcopy(members[k]) for k in places]
        return Trainer(chosen, [seeds[k] for k in places], task, settings, [0, 4, 12])

    whole = start([0, 1, 2])
    while not whole.done:
        whole.update()
    part = start([0, 1, 2])
    for _ in range(5):
        part.update()
    torch.save(part.state_dict(), tmp_path / "states.pt")
    kept = torch.load(tmp_path / "states.pt", weights_only=True)
    for places in ([1], [2, 0]):
        rest = start(places)
        rest.load_state_dict([kept[k] for k in places])
        while not rest.done:
            rest.update()
        for place, state in zip(places, rest.state_dict(), strict=True):
            assert_same(state, whole.state_dict()[place])


def test_a_network_that_overflows_leaves_the_others_alone():
    task, seeds = parse("lag:9"), [0, 1, 2]
    members = networks("rnn", seeds, task)
    alone = trained(copy.deepcopy(members[2:]), [2], task).state_dict()[0]
    members[0][1][WEIGHT].fill_(float("inf"))
    found = trained(members, seeds, task)
    assert found.history.not_finite.tolist() == [20, 0, 0]
    assert found.history.first_not_finite.tolist() == [1, np.inf, np.inf]
    assert not np.isfinite(found.history.first_success[0])
    assert_same(found.state_dict()[2], alone)


def test_clipping_is_of_each_network_and_counted():
    task, seeds = parse("lag:9"), [0, 1]
    members = networks("lstm", seeds, task)
    free = trained(copy.deepcopy(members), seeds, task, clip=None)
    assert free.history.clipped.tolist() == [0, 0]
    tight = trained(copy.deepcopy(members), seeds, task, clip=1e-3)
    norms = tight.history.gradient_norms
    assert np.array_equal(tight.history.clipped, (norms > 1e-3).sum(0))


def test_kept_parameters_are_those_of_that_update():
    task, members = parse("lag:9"), networks("gru", [0], parse("lag:9"))
    drawn = copy.deepcopy(members[0][0])
    short = trained(copy.deepcopy(members), [0], task, updates=3)
    found = trained(members, [0], task, updates=6, keep_at=[0, 3])
    for name, value in short.values().items():
        assert torch.equal(found.values(3)[name], value)
    assert torch.equal(found.values(0)["weight_hh"][0], drawn.weight_hh)


@pytest.mark.parametrize("updates", [1, 7, 99, 100, 101, 997, 1000, 123_457])
def test_networks_are_judged_evenly_and_at_both_ends(updates):
    found = judged_at(updates)
    assert found[0] == 0 and found[-1] == updates and len(found) <= 101


def test_a_short_lag_is_learned_and_the_first_success_stays():
    task, seeds = parse("lag:5"), [0, 1, 2, 3]
    found = trained(networks("lstm", seeds, task), seeds, task, updates=150)
    first = found.history.first_success
    assert np.isfinite(first).all()
    for member, updates in enumerate(first):
        scores = {u: s[member] for u, s in found.history.scores.items()}
        assert scores[updates] == 1.0
        assert all(s < 1 for u, s in scores.items() if u < updates)
