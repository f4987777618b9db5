"""What a sweep may say of training, and beside a task."""

import math

import pytest

from gradlab.config import toml
from gradlab.config.loading import load
from gradlab.errors import ConfigError, GradlabError
from gradlab.sweeps.keys import key_of
from gradlab.sweeps.plan import plan


def points(**config):
    return list(plan(load({"hidden": 4, "seeds": 1, **config})).points.values())


def test_a_task_sets_what_is_read_and_how_long():
    (point,) = points(task="lag:7", cell="lstm", forget_bias="chrono")
    assert (point.length, point.features, point.input, point.loss) == (7, 8, None, None)
    assert (point.learning_rate, point.epsilon, point.clip) == (0.01, 1e-8, 1.0)
    assert (point.updates, point.optimizer, point.batch) == (1000, "adam", None)


def test_a_point_without_a_task_knows_no_training():
    (point,) = points(cell="rnn", length=8)
    assert "task" not in point.params() and "updates" not in point.params()


def test_networks_that_are_trained_and_not_stand_in_one_grid():
    found = points(cell="rnn", task=["none", "lag:5", "lag:9"])
    assert [(p.task, p.length) for p in found] == [
        (None, 256),
        ("lag:5", 5),
        ("lag:9", 9),
    ]


def test_a_task_in_one_grid_leaves_the_lengths_of_others():
    found = points(
        length=[8, 16],
        grid=[{"name": "a", "cell": "rnn"}, {"name": "b", "task": "lag:5"}],
    )
    assert sorted((p.task or "", p.length) for p in found) == [
        ("", 8),
        ("", 16),
        ("lag:5", 5),
    ]


@pytest.mark.parametrize(
    ("axis", "other"),
    [
        ("learning_rate", 0.1),
        ("epsilon", 1e-16),
        ("optimizer", "rmsprop"),
        ("batch", 1),
        ("clip", "none"),
        ("updates", 7),
        ("success", 0.5),
        ("measure_at", [0, 1000]),
    ],
)
def test_every_setting_makes_another_point(axis, other):
    base = points(task="lag:5")
    changed = points(task="lag:5", **{axis: other})
    keys = {key_of(p.params()) for p in (*base, *changed)}
    assert len(keys) == 2


@pytest.mark.parametrize(
    "config",
    [
        {"task": ["none", "lag:5"], "seeds": [3, 1], "measure_at": "0,5"},
        {"clip": "none", "optimizer": "sgd", "task": "lag:5"},
        {"length": 8, "grid": [{"name": "a"}, {"name": "b", "task": "lag:5"}]},
        {"length": 8},
    ],
)
def test_what_is_resolved_gives_the_same_sweep(config):
    sweep = load({"hidden": 4, **config})
    again = load(toml.loads(toml.dumps(sweep.resolved())))
    assert plan(again).points == plan(sweep).points


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"task": "lag:5", "length": 8}, "length together with a task"),
        ({"task": "lag:5", "input": "silence"}, "input together with a task"),
        ({"task": "lag:5", "loss": "every"}, "loss together with a task"),
        ({"task": "lag:5", "features": 8}, "features together with a task"),
        ({"task": "lag:5", "burn_in": 1}, "burn_in together with a task"),
        ({"grid": [{"task": "lag:5", "length": 8}]}, "length together with a task"),
        ({"length": 8, "grid": [{"task": "lag:5"}]}, "length together with a task"),
        ({"updates": 10}, "updates without a task"),
        ({"learning_rate": 0.1}, "learning_rate without a task"),
        (
            {"grid": [{"task": "lag:5"}, {"epsilon": 1e-9}]},
            "epsilon without a task",
        ),
        ({"task": "lag:5", "batch": 3}, "a batch of 3 for lag:5, which has 2"),
        ({"task": "lag:5", "learning_rate": 0}, "0"),
        ({"task": "lag:5", "learning_rate": math.nan}, "nan"),
        ({"task": "lag:5", "clip": -1}, "clip -1"),
        ({"task": "lag:5", "optimizer": "adan"}, "optimizer 'adan'"),
        ({"task": "lga:5"}, "task 'lga'"),
        ({"task": "lag:1"}, "lag:1"),
        ({"task": "lag:5", "updates": 5, "measure_at": "6"}, "measures after 6"),
        ({"task": "lag:5", "measure_at": "often"}, "measure_at 'often'"),
        (
            {"task": "lag:5", "optimizer": "sgd", "epsilon": 1e-9},
            "epsilon together with the optimizer sgd",
        ),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(config, said):
    with pytest.raises(GradlabError) as error:
        load(config)
    assert isinstance(error.value, ConfigError | GradlabError)
    assert said in str(error.value)


def test_a_grid_left_out_forbids_nothing():
    sweep = load("default", axes={"task": "lag:5"}, grids=["learn"], seeds=1)
    assert {p.task for p in plan(sweep).points.values()} == {"lag:5"}
    assert {
        p.task for p in plan(load("default", grids=["lineup"])).points.values()
    } == {None}
    with pytest.raises(ConfigError, match="updates without a task"):
        load("default", grids=["lineup"], updates=5)


def test_no_epsilon_where_the_optimizer_has_none():
    (point,) = points(task="lag:5", optimizer="sgd")
    assert point.epsilon is None
