"""The computation itself: one group as the sweep forms it, all usual measures."""

import pickle

import pytest

from gradlab.config.loading import load
from gradlab.runs import groups
from gradlab.runs.measure import measure
from gradlab.store.codec import encode
from gradlab.sweeps.plan import plan


SEEDS = 40


@pytest.mark.parametrize("length", [64, 256])
@pytest.mark.parametrize("hidden", [16, 64, 128])
@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_a_group(a_point, benchmark, cell, hidden, length):
    axes = {"cell": [cell], "hidden": [hidden], "length": [length]}
    planned = plan(load(axes=axes, seeds=SEEDS, features=hidden))
    formed = groups.form(planned.points, planned.requirements)
    group = max(formed, key=lambda one: len(one.keys))  # not the first seed's map
    outcomes = measure(group.points[:1], group.requirements)
    rows = [encode("0" * 32, record) for record in outcomes[0].records]
    benchmark.extra_info["bytes_a_point"] = len(pickle.dumps(rows))

    def whole():
        measure(group.points, group.requirements)

    a_point(whole, len(group.points), rounds=2)
    print(f"{len(group.points)} points together, {len(pickle.dumps(rows)):,} bytes")
