"""What events add up to: counts, rate, time left, and what is new among failures."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab.progress.events import (
    Finished,
    PointDone,
    PointsDone,
    Started,
    Stopped,
    WorkerLost,
)
from gradlab.progress.state import START_UP, State


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def started(total=10**6, **more):
    return Started("s", Path("r"), total, **more)


def done(count=1, *, grids=(), message="", work=0.0, seconds=0.0, **more):
    params = {"cell": "lstm", "gain": 2.0}
    one = PointDone("k", grids, params, message, seconds, **more)
    return PointsDone((one,) * count, work)


def test_points_of_several_grids_count_once_in_all_and_in_each():
    state = State()
    state.take(started(3, done=1, failed=1, grids={"a": (2, 1), "b": (2, 0)}))
    state.take(done(grids=("a", "b"), not_finite=True))
    state.take(done(grids=("b",), message="boom"))
    assert (state.total, state.done, state.failed) == (3, 3, 2)
    assert (state.computed, state.not_finite) == (2, 1)
    assert {name: grid.done for name, grid in state.grids.items()} == {"a": 2, "b": 2}


@pytest.mark.parametrize("end", [Stopped(), Finished()])
def test_the_time_of_a_run_ends_with_it(end):
    clock = Clock()
    state = State(clock)
    clock.now += 5
    state.take(started())
    clock.now += 7
    assert state.elapsed() == 7
    state.take(end)
    clock.now += 100
    assert state.elapsed() == 7


def test_a_failed_point_that_is_tried_again_is_counted_once():
    state = State()
    state.take(started(2, grids={"a": (2, 0)}))
    state.take(done(grids=("a",), message="boom"))
    state.take(done(grids=("a",), failed_before=True))
    assert (state.done, state.failed, state.grids["a"].done) == (1, 0, 1)


@given(st.floats(1e-3, 1e3), st.integers(2, 50))
def test_a_steady_rate_is_found(per_second, times):
    clock = Clock()
    state = State(clock)
    state.take(started())
    for _ in range(times):
        state.take(done(10))
        found = state.rate()
        clock.now += 10 / per_second
    assert found is None or found == pytest.approx(per_second)
    assert found is not None or 10 * (times - 1) / per_second < 0.501


def test_the_rate_looks_back_over_a_minute_only():
    clock = Clock()
    state = State(clock)
    state.take(started())
    for seconds, step in [(60, 10), (120, 1)]:
        for _ in range(seconds):
            state.take(done(step))
            found = state.rate()
            clock.now += 1
    assert found == pytest.approx(1)


def test_time_left_is_the_expected_work_corrected_by_what_is_measured():
    clock = Clock()
    state = State(clock)
    state.take(started(4, work=40.0, jobs=2))
    assert state.seconds_left() == 20 + START_UP
    clock.now += START_UP
    state.take(done(work=10.0, seconds=22.0))
    # twice as slow as expected, over the first 12 core-seconds
    assert state.seconds_left() == pytest.approx((22 + 2) / (10 + 2) * 30 / 2)
    state.take(done(3, work=30.0, seconds=1.0))
    assert state.seconds_left() == 0.0


def test_without_expected_work_the_rate_gives_the_time_left():
    clock = Clock()
    state = State(clock)
    state.take(started(100))
    state.take(done(10))
    assert state.seconds_left() is None
    clock.now += 10
    state.take(done(10))
    assert state.seconds_left() == pytest.approx(80)


def test_each_kind_of_failure_is_new_once_and_numbers_make_no_kind():
    state = State()
    state.take(started())
    new = []
    for n in range(100):
        new += state.take(done(message=f"index {n} is\nout of range"))
        new += state.take(done())
        new += state.take(done(message="boom"))
    assert [point.message for point in new] == ["index 0 is\nout of range", "boom"]


def test_each_cause_of_a_loss_is_new_once_and_all_are_counted():
    state = State()
    new = [state.take(WorkerLost("killed by signal 9", n)) for n in (4, 1, 1)]
    assert [len(found) for found in new] == [1, 0, 0]
    assert state.lost == 3


def test_another_run_begins_anew():
    state = State()
    state.take(started(2, grids={"old": (2, 0)}))
    state.take(done(grids=("old",)))
    state.take(started(5, grids={"new": (5, 1)}, done=1))
    assert (state.total, state.done, state.computed) == (5, 1, 0)
    assert list(state.grids) == ["new"]
