"""A selection that has one value of the column that others are compared along."""

import pandas
import pytest

from gradlab.reproductions.comparison import compare
from gradlab.reproductions.expectation import Compare


TABLE = pandas.DataFrame(
    {
        "measure": "size",
        "length": [1, 2, 4, 1, 2, 4],
        "seed": [0, 0, 0, 1, 1, 1],
        "value": [1.0, 3.0, 7.0, 2.0, 4.0, 8.0],
    }
)


def test_is_subtracted_at_each_of_them():
    asked = Compare.model_validate(
        {
            "label": "growth",
            "measured": {"measure": "size", "length": [2, 4]},
            "minus": {"measure": "size", "length": 1},
            "along": "length",
            "expected": [2.0, 6.0],
            "tolerance": {"absolute": 1e-9},
        }
    )
    found = compare(TABLE, asked)
    assert [one.place for one in found] == [2, 4]
    assert [one.measured for one in found] == pytest.approx([2.0, 6.0])
    assert all(one.held for one in found)
