"""Labels keep apart, stay inside, and move as little as needed."""

from hypothesis import given
from hypothesis import strategies as st

from gradlab.report.figures.spread import spread, stairs


places = st.lists(st.floats(0, 10), min_size=1, max_size=12)


@given(places)
def test_neighbours_lie_a_gap_apart_in_order(wanted: list[float]) -> None:
    found = spread(wanted, 0.5, 0, 10)
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    ranked = [found[i] for i in order]
    assert all(b - a > 0.5 - 1e-6 for a, b in zip(ranked, ranked[1:], strict=False))
    assert min(found) > -1e-9 and max(found) < 10 + 1e-9


def test_what_has_room_stays() -> None:
    assert spread([1, 3, 5], 0.5, 0, 10) == [1, 3, 5]


def test_a_pair_that_touches_parts_evenly() -> None:
    assert spread([2, 2], 1, 0, 10) == [1.5, 2.5]


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0.1, 4)), max_size=10))
def test_no_arrow_crosses_a_word(labels: list[tuple[float, float]]) -> None:
    starts, widths = [s for s, _ in labels], [w for _, w in labels]
    rows = stairs(starts, widths)
    for i, start in enumerate(starts):
        for j, other in enumerate(starts):
            if j != i and start < other <= start + widths[i]:
                assert rows[i] > rows[j]
