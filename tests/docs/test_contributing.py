"""CONTRIBUTING.md says what the code does."""

import re
from pathlib import Path

import pytest

from gradlab import catalog
from gradlab.api import check_file
from tests.test_layers import FLOORS, NO_TORCH


ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_floors_are_those_of_the_code():
    house = PAGE[PAGE.index("## The house") : PAGE.index("## Adding a leaf")]
    lines = re.findall(r"^ {4}(\S+(?: \S+)*)(?: {2,}|$)", house, re.MULTILINE)
    floors = [floor - {"__init__", "__main__"} for floor in reversed(FLOORS)]
    assert [set(line.split()) for line in lines] == [f for f in floors if f]
    without = re.search(r"Without torch: ([^.]*)\.", house).group(1)
    assert set(re.split(r",\s+", without)) == NO_TORCH


def test_every_kind_of_leaf_is_in_the_table():
    rows = re.findall(r"^\| (\w+) \| `([\w/]+)/`", PAGE, re.MULTILINE)
    assert [folder.rpartition("/")[2] for _, folder in rows] == list(catalog.KINDS)
    for _, folder in rows:
        assert (ROOT / "gradlab" / folder / "base.py").exists()


@pytest.mark.parametrize("file", ["activations/tanh.py", "initializers/he.py"])
def test_check_takes_a_file_of_the_package(file):
    assert all(outcome.passed for outcome in check_file(ROOT / "gradlab" / file))
