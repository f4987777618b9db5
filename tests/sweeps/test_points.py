import itertools
import math

import pytest

from gradlab.config.loading import load
from gradlab.errors import InputError, TooManyPointsError
from gradlab.runs.forecast import check_seconds, check_size
from gradlab.sweeps.plan import plan


def points(**config):
    return list(plan(load(config)).points.values())


def test_the_default_sweep_is_what_the_report_needs():
    planned = plan(load("default"))
    sizes = {name: len(keys) for name, keys in planned.grids.items()}
    assert sizes == {
        "lineup": 135,
        "gain": 315,
        "weights": 375,
        "control": 20,
        "triangle": 4,
        "exponents": 18,
        "passes": 12,
        "every_step": 9,
        "learn": 152,
    }
    # gain 1 stands in lineup and gain, the RNN's default in lineup and weights, all of
    # passes in lineup, and chrono in lineup and control
    shared = 9 * 5 + 3 * 5 + 5 + 12 + 5
    assert len(planned.points) == sum(sizes.values()) - shared == 958


def test_an_axis_that_does_not_apply_makes_one_point():
    found = points(cell=["rnn", "lstm"], forget_bias=["keep", 0, 1], seeds=1)
    assert [(p.cell, p.forget_bias) for p in found] == [
        ("rnn", None),
        ("lstm", "keep"),
        ("lstm", 0.0),
        ("lstm", 1.0),
    ]


def test_a_variant_without_a_forget_gate_has_no_forget_bias():
    found = points(cell="lstm:no_forget", forget_bias=[0, "chrono"], seeds=1)
    assert [(p.forget_bias, p.input_bias) for p in found] == [(None, "keep")]


def test_cells_without_an_input_gate_of_their_own_have_no_input_bias():
    for cell in ("rnn", "gru", "gru:layers=2", "lstm:coupled"):
        found = points(cell=cell, input_bias=["keep", -3, "chrono"], seeds=1)
        assert [p.input_bias for p in found] == [None], cell


def test_chrono_sets_the_input_gate_too_unless_the_input_bias_is_given():
    forget = ["keep", 5, "chrono", "chrono:64"]
    found = points(forget_bias=forget, seeds=1)
    assert [(p.forget_bias, p.input_bias) for p in found] == [
        ("keep", "keep"),
        (5.0, "keep"),
        ("chrono", "chrono"),
        ("chrono:64", "chrono:64"),
    ]
    given = ["keep", 0, -5, "chrono", "chrono:64"]
    found = points(forget_bias=forget, input_bias=given, seeds=1)
    assert [(p.forget_bias, p.input_bias) for p in found] == list(
        itertools.product(["keep", 5.0, "chrono", "chrono:64"], given)
    )


def test_an_input_bias_that_is_given_and_the_same_implied_are_one_point():
    found = points(forget_bias=["keep", "chrono"], input_bias=["auto", "chrono"])
    assert len(found) == 5 * 3


def test_seeds_are_a_count_or_a_list():
    assert [p.seed for p in points(seeds=3)] == [0, 1, 2]
    assert [p.seed for p in points(seeds=[7, 3])] == [7, 3]
    assert [p.seed for p in points(seeds=2, first_seed=100)] == [100, 101]


def test_a_point_in_two_grids_is_one_with_the_measures_of_both():
    planned = plan(
        load(
            {
                "seeds": 1,
                "grid": [
                    {"name": "a", "measures": ["horizon"], "blocks": "all"},
                    {"name": "b", "measures": ["verdict", "horizon"], "gain": [1, 2]},
                    {"name": "c", "measures": ["horizon"], "blocks": "joint"},
                ],
            }
        )
    )
    assert len(planned.points) == 2
    both, other = planned.grids["b"]
    assert planned.grids["a"] == planned.grids["c"] == [both]
    assert set(planned.requirements[both].by_measure) == {"horizon", "verdict"}
    assert planned.requirements[both].blocks() == "all"
    assert set(planned.requirements[other].by_measure) == {"horizon", "verdict"}
    assert planned.requirements[both].blocks() == "all"


def test_tables_of_one_name_are_one_grid():
    planned = plan(
        load(
            {
                "seeds": 1,
                "grid": [
                    {"name": "a", "gain": [1, 2], "measures": ["horizon", "verdict"]},
                    {"name": "a", "init": "orthogonal", "measures": ["verdict"]},
                ],
            }
        )
    )
    assert len(planned.grids["a"]) == 3
    assert set(planned.grid_requirements["a"].by_measure) == {"verdict"}


def test_silence_starts_from_a_random_state_unless_told_otherwise():
    assert {p.initial_state for p in points(input="silence")} == {"gaussian"}
    assert {p.initial_state for p in points(input="gaussian")} == {"zero"}
    told = points(input="silence", initial_state="zero")
    assert {p.initial_state for p in told} == {"zero"}


def test_a_text_has_a_width_of_its_own(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("abcabcab" * 40)
    assert {p.features for p in points(input=f"text:{file}", features=7)} == {3}


def test_a_text_too_short_is_found_before_anything_runs(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("abc" * 10)
    with pytest.raises(InputError, match="30 bytes for sequences of 64 steps"):
        points(input=f"text:{file}", length=[16, 64], seeds=1)


def test_few_rows_get_the_map_inside_one_sequence():
    few = plan(load({"length": [16, 32], "seeds": 3}))
    chosen = {
        few.points[k].seed
        for k, n in few.requirements.items()
        if "triangle" in n.by_measure
    }
    assert chosen == {0}
    many = plan(load({"length": "16:64:4", "seeds": 3}))
    assert not any("triangle" in n.by_measure for n in many.requirements.values())


def test_a_huge_grid_is_counted_before_its_points_are_made():
    sweep = load({"gain": "1:9999:1", "forget_bias": "1:9999:1", "seeds": 1_000_000})
    with pytest.raises(TooManyPointsError) as caught:
        check_size(sweep)
    assert caught.value.got == "a sweep of up to 99,980,001,000,000 points"
    assert caught.value.try_ == "--yes, or fewer values on an axis"


def test_a_long_sweep_of_few_points_asks_too():
    message = "a sweep of 3 points, about 6 days on 1 core"
    with pytest.raises(TooManyPointsError, match=message):
        check_seconds(3, 5e5, jobs=1)
    check_seconds(3, 5e5, jobs=1000)
    check_seconds(3, math.nan, jobs=1)


def test_the_default_sweep_asks_nothing():
    check_size(load("default"))
