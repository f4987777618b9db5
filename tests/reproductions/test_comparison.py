"""The arithmetic of a comparison, on tables made by hand."""

import math

import numpy as np
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab.errors import ConfigError
from gradlab.laws.newman import Newman
from gradlab.reproductions.comparison import compare
from gradlab.reproductions.expectation import Compare
from gradlab.store.table import COLUMNS


def table(*rows):
    """A table of rows (measure, seed, value, other columns)."""
    made = [
        {"measure": measure, "seed": seed, "value": value, **more}
        for measure, seed, value, more in rows
    ]
    return pandas.DataFrame(made, columns=list(COLUMNS))


def of_seeds(values, measure="m", **more):
    return [(measure, seed, value, more) for seed, value in enumerate(values)]


def asked(**more):
    given = {"label": "x", "measured": {"measure": "m"}, "expected": 1.0}
    given |= {"tolerance": {"absolute": 0.5}, **more}
    if "law" in more or "same_as" in more:
        del given["expected"]
    return Compare.model_validate(given)


finite = st.floats(-1e3, 1e3, allow_nan=False)


@given(st.lists(finite, min_size=2, max_size=8), finite, st.floats(0.01, 1e3))
def test_equal_holds_where_the_mean_is_within_what_is_allowed(values, wanted, size):
    (one,) = compare(
        table(*of_seeds(values)), asked(expected=wanted, tolerance={"absolute": size})
    )
    assert one.measured == pytest.approx(np.mean(values), abs=1e-9)
    assert one.held == (abs(one.measured - wanted) <= size)
    assert one.lowest == min(values) and one.highest == max(values)
    assert one.standard_error == pytest.approx(
        np.std(values, ddof=1) / math.sqrt(len(values)), abs=1e-9
    )


@given(st.lists(finite, min_size=1, max_size=8), finite)
def test_a_bound_and_its_mirror_agree(values, bound):
    above = asked(expected=bound, relation="at_least", reduce="all")
    below = asked(expected=-bound, relation="at_most", reduce="all")
    (one,) = compare(table(*of_seeds(values)), above)
    (other,) = compare(table(*of_seeds([-v for v in values])), below)
    assert one.held == other.held == (min(values) >= bound - 0.5)
    # the lowest, but for what adding the bound rounds away
    assert one.measured == pytest.approx(min(values), rel=1e-12, abs=1e-9)
    assert -other.measured == pytest.approx(min(values), rel=1e-12, abs=1e-9)


@given(st.lists(finite, min_size=2, max_size=6), finite, st.floats(0.1, 10))
def test_a_factor_on_everything_changes_no_verdict(values, wanted, factor):
    plain = asked(expected=wanted, tolerance={"relative": 0.1, "standard_errors": 2})
    scaled = asked(
        expected=wanted * factor, tolerance={"relative": 0.1, "standard_errors": 2}
    )
    (one,) = compare(table(*of_seeds(values)), plain)
    (other,) = compare(table(*of_seeds([v * factor for v in values])), scaled)
    edge = abs(abs(one.measured - one.expected) - one.allowed)
    assert one.held == other.held or edge < 1e-9 * (1 + one.allowed)


@pytest.mark.parametrize(
    ("reduce", "measured", "held"),
    [
        ("mean", 2.0, False),
        ("median", 1.2, True),
        ("min", 0.8, True),
        ("max", 4.0, False),
        ("all", 4.0, False),
    ],
)
def test_seeds_are_reduced(reduce, measured, held):
    (one,) = compare(table(*of_seeds([1.2, 0.8, 4.0])), asked(reduce=reduce))
    assert (one.measured, one.held, one.seeds) == (measured, held, 3)


def test_the_larger_of_several_tolerances_holds():
    rows = table(*of_seeds([9.0, 11.0]))  # standard error 1
    allowed = [
        compare(rows, asked(expected=10, tolerance=tolerance))[0].allowed
        for tolerance in (
            {"absolute": 0.5, "relative": 0.02},
            {"absolute": 0.1, "relative": 0.02},
            {"absolute": 0.5, "standard_errors": 4},
        )
    ]
    assert allowed == pytest.approx([0.5, 0.2, 4.0])


def test_a_difference_and_a_ratio_are_taken_seed_by_seed():
    rows = table(*of_seeds([1, 2, 4]), *of_seeds([1, 2, 5], measure="n"))
    (apart,) = compare(rows, asked(minus={"measure": "n"}, expected=0))
    assert (apart.lowest, apart.highest) == (-1, 0)
    (ratio,) = compare(rows, asked(divided_by={"measure": "n"}, reduce="all"))
    assert ratio.measured == pytest.approx(0.8)
    assert ratio.held


def test_equality_of_two_measured_numbers_has_the_error_of_their_difference():
    rows = table(*of_seeds([1, 2, 3]), *of_seeds([1.1, 2.1, 3.1], measure="n"))
    wanted = asked(same_as={"measure": "n"}, tolerance={"standard_errors": 3})
    (one,) = compare(rows, wanted)
    assert one.standard_error < 1e-12
    assert not one.held


def test_a_law_gets_columns_numbers_and_measured_numbers():
    rows = table(
        *(row for k in (1, 2, 10) for row in of_seeds([0.0, 1.0], index=str(k))),
        *of_seeds([1.0, 2.0], measure="gain"),
    )
    parameters = {"size": 12, "index": "index", "gain": {"measure": "gain"}}
    found = compare(rows, asked(along="index", law="newman", **{"with": parameters}))
    assert [one.place for one in found] == [1, 2, 10]
    for one in found:
        gains = [Newman().value(size=12, index=one.place, gain=g) for g in (1, 2)]
        assert one.expected == pytest.approx(np.mean(gains))


def test_a_list_stands_beside_the_sorted_places():
    rows = table(*of_seeds([3.0], forget_bias="3"), *of_seeds([-1.0], forget_bias="-1"))
    found = compare(rows, asked(along="forget_bias", expected=[-1.0, 3.0]))
    assert [(one.place, one.held) for one in found] == [(-1, True), (3, True)]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_a_miss_unless_it_is_expected(value):
    (one,) = compare(table(*of_seeds([value])), asked())
    assert not one.held
    wanted = asked(same_as={"measure": "m"})
    (same,) = compare(table(*of_seeds([value])), wanted)
    assert same.held == (not math.isnan(value))


def test_more_than_one_number_a_seed_is_refused():
    rows = table(*of_seeds([1.0], block="hh"), *of_seeds([2.0], block="cc"))
    with pytest.raises(ConfigError) as caught:
        compare(rows, asked())
    assert str(caught.value) == (
        "Got several numbers a seed of m: block hh, cc.\n"
        "Expected one number a seed, and a value of along.\n"
        "Try block = 'hh' in the selection"
    )


def test_what_cannot_be_compared_is_refused():
    rows = table(*of_seeds([1.0, 2.0]), *of_seeds([1.0], measure="n"))
    with pytest.raises(ConfigError, match="no measured number of q"):
        compare(rows, asked(measured={"measure": "q"}))
    with pytest.raises(ConfigError, match="x without a counterpart"):
        compare(rows, asked(minus={"measure": "n"}))
    with pytest.raises(ConfigError, match="standard errors of x, at one seed"):
        errors = {"standard_errors": 4}
        compare(rows, asked(measured={"measure": "n"}, tolerance=errors))
    with pytest.raises(ConfigError, match="k = 3 is not one of the 2 exponents"):
        compare(rows, asked(law="newman", **{"with": {"size": 2, "index": 3}}))
    with pytest.raises(ConfigError, match="gain as a parameter of newman in x"):
        compare(rows, asked(law="newman", **{"with": {"size": "gain", "index": 1}}))
