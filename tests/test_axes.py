"""The axes are the keys of a config, the options of a sweep and fields of a point."""

from dataclasses import fields

from gradlab import axes, cells
from gradlab.cli.sweep import command
from gradlab.config.loading import load
from gradlab.config.schema import Axes, Config
from gradlab.sweeps.plan import plan
from gradlab.sweeps.points import Point


def test_config_options_and_points_have_the_same_axes():
    assert tuple(Axes.model_fields) == axes.NAMES
    options = [o for p in command.params for o in p.opts]
    assert [o for o in options if o in {a.option for a in axes.AXES}] == [
        axis.option for axis in axes.AXES
    ]
    names = {field.name for field in fields(Point)}
    assert names >= {*axes.NAMES, "seed"} == set(axes.PARAMS)


def test_the_baseline_is_what_a_sweep_without_axes_measures():
    (point,) = plan(load({"seeds": 1})).points.values()
    baseline = {**axes.BASELINE, "input_bias": "keep"}  # what auto stands for
    baseline |= dict.fromkeys(axes.BY_TASK)  # it is not trained
    assert {name: getattr(point, name) for name in axes.NAMES} == baseline
    # at the baseline every axis applies
    assert cells.axes(axes.BASELINE["cell"]) == axes.BY_CELL


def test_every_example_is_valid():
    import tomllib

    for axis in axes.AXES:
        written = tomllib.loads(f"{axis.name} = {axis.example}")
        assert Config.model_validate(written)
