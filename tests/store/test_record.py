import math

import numpy as np
import pytest

from gradlab.errors import ShapeError
from gradlab.store import Record


def curve():
    coords = {"block": ("joint", "hh"), "lag": (0, 1, 4)}
    return Record("spectral_norm", 1, {}, coords, np.arange(6.0).reshape(2, 3))


def test_a_number_is_read_at_its_coordinates():
    assert curve().at(block="hh", lag=4) == 5.0


def test_a_curve_leaves_one_axis_open():
    x, mean, sd = curve().curve(block="joint")
    assert x.tolist() == [0, 1, 4]
    assert mean.tolist() == [0, 1, 2]
    assert np.isnan(sd).all()


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({"block": "joint"}, "spectral_norm also needs lag"),
        ({"step": 1}, "spectral_norm has no axis step"),
        ({"block": "cc", "lag": 0}, "spectral_norm has no block 'cc'"),
    ],
)
def test_what_is_not_there_is_named(where, text):
    with pytest.raises(KeyError, match=text):
        curve().at(**where)


def test_has_says_what_is_there():
    assert curve().has(block="hh", lag=4)
    assert not curve().has(block="cc")
    assert not curve().has(step=0)


def test_equality_is_to_the_bit_and_nan_is_itself():
    one = Record("half_life", 1, {}, {}, math.nan)
    assert one == Record("half_life", 1, {}, {}, math.nan)
    assert one != Record("half_life", 2, {}, {}, math.nan)
    near = Record("half_life", 1, {}, {}, np.nextafter(1, 2))
    assert near != Record("half_life", 1, {}, {}, 1.0)


def test_axes_and_values_have_to_fit():
    with pytest.raises(ShapeError) as caught:
        Record("stable_rank", 1, {}, {"lag": (0, 1)}, np.zeros(3))
    assert str(caught.value) == (
        "Got stable_rank with axes {'lag': 2} and values of shape (3,).\n"
        "Expected axes among block, index, step, lag, a value each.\n"
        "Try Record(..., coords={'lag': (0, 1)}, mean=[0.0, -0.7])"
    )
    with pytest.raises(ShapeError, match="sd of shape"):
        Record("stable_rank", 1, {}, {"lag": (0, 1)}, np.zeros(2), np.zeros(3))
