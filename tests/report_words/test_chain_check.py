"""What the report says of a chain that dropped rows: read from the records."""

import numpy as np

from gradlab.measures.chain_check import INDEX
from gradlab.report.blocks import Table
from gradlab.report.document import compose
from gradlab.store.record import Record
from tests import made_up


def row_of(bounds, *, tolerance=1e-4):
    """The self-check's row on dropped rows, from points with these error bounds."""
    store = made_up.store(made_up.lineup(seeds=3))
    for point, bound in zip(store.points, bounds, strict=False):
        values = (10, tolerance, bound, 0.01, 1e-6, bound > 0.01)
        check = Record("chain_check", 1, {}, {"index": INDEX}, np.array(values, float))
        point.records = {**point.records, "chain_check": check}
    chapter = next(c for c in compose(store).chapters if c.name == "provenance")
    tables = [b for b in chapter.blocks if isinstance(b, Table)]
    checks = [table for table in tables if table.name == "self-check"]
    rows = [row for table in checks for row in table.row_list()]
    dropped = [row for row in rows if "dropped" in row[0].text]
    return dropped[0] if dropped else None


def test_tolerance_bound_and_probability_stand_in_the_last_section():
    what, shown, count = row_of([2e-3, 4e-3, 0.5])
    for part in (
        "1 × 10^{-4}",
        "probability 1 × 10^{-6}",
        "1 × 10^{-2} are carried whole instead: 1",
    ):
        assert part in what.text
    assert "≤ 4 × 10^{-3}" in shown.text and "≤ 8 × 10^{-6}" in shown.text
    assert count.text == "3"


def test_a_dense_chain_says_nothing_of_dropping():
    assert row_of([]) is None
    assert row_of([0.0, 0.0], tolerance=0.0) is None
