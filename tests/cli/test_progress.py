"""What a running sweep shows: rate, time left, failures, and no flood of lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab.cli.following import Following
from gradlab.cli.progress import (
    Grid,
    LiveProgress,
    PlainProgress,
    State,
    pause,
    plain_line,
)
from gradlab.cli.rate import Rate, rate_text
from gradlab.cli.remarks import KINDS, Remarks
from gradlab.cli.screen import WIDTH, Screen
from gradlab.progress import events


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@given(st.floats(1e-3, 1e3), st.integers(2, 50))
def test_a_steady_rate_is_found(per_second, times):
    clock = Clock()
    rate = Rate(clock)
    for n in range(times):
        found = rate.see(10 * n)
        clock.now += 10 / per_second
    assert found is None or found == pytest.approx(per_second)
    assert found is not None or 10 * (times - 1) / per_second < 0.5


def test_the_rate_looks_back_over_a_minute_only():
    clock = Clock()
    rate = Rate(clock)
    done = 0
    for seconds, step in [(60, 10), (120, 1)]:
        for _ in range(seconds):
            found = rate.see(done)
            clock.now, done = clock.now + 1, done + step
    assert found == pytest.approx(1)


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (None, ""),
        (123.4, "120 points/s"),
        (1.0, "1 points/s"),
        (0.99, "59 points/min"),
        (1 / 60, "1 points/min"),
        (1 / 90, "40 points/h"),
    ],
)
def test_the_unit_of_a_rate_follows_its_size(per_second, text):
    assert rate_text(per_second) == text


@pytest.mark.parametrize(("hours", "most"), [(1 / 60, 13), (1, 120), (12, 900)])
def test_the_log_of_a_long_night_stays_small(capsys, hours, most):
    clock = Clock()
    shown = PlainProgress(Screen(plain=True), clock)
    for second in range(int(3600 * hours)):
        clock.now = 1000.0 + second
        shown.show(State(total=10**6, done=second))
    lines = capsys.readouterr().err.splitlines()
    assert most / 2 < len(lines) <= most
    assert len(lines) == len(set(lines))


@given(st.floats(0, 1e6))
def test_lines_are_five_seconds_to_a_minute_apart(elapsed):
    assert 5 <= pause(elapsed) <= 60


def test_the_last_line_is_written_whenever_it_comes(capsys):
    shown = PlainProgress(Screen(plain=True), Clock())
    for done in (1, 2, 3):
        shown.show(State(total=3, done=done))
    assert capsys.readouterr().err.splitlines() == ["1/3 points", "3/3 points"]


def test_a_plain_line_names_what_is_under_way():
    grids = {"a": Grid(5, 5), "gain": Grid(9, 4), "late": Grid(9, 0)}
    state = State(grids, 23, 9, failed=2, lost=1, rate=0.5, remaining=28.0)
    assert plain_line(state) == (
        "9/23 points, gain 4/9, failed 2, workers lost 1, 30 points/min, 28 s left"
    )


COUNTS = st.integers(0, 10**6)


@given(
    st.dictionaries(
        st.text("ab_", min_size=1, max_size=60), st.tuples(COUNTS, COUNTS), min_size=1
    ),
    st.text("xyz, ", max_size=60),
    st.floats(1e-3, 1e4),
    st.floats(0, 1e6),
    st.tuples(st.integers(0, 99999), st.integers(0, 99999), st.integers(0, 99)),
)
def test_the_moving_screen_fits_and_loses_no_number(grids, label, rate, left, counts):
    rows = {
        name: Grid(max(1, total), min(done, total), label, active=True)
        for name, (total, done) in grids.items()
    }
    total = sum(grid.total for grid in rows.values())
    done = sum(grid.done for grid in rows.values())
    failed, broken, lost = counts
    checked = "self-check 3e-15"
    state = State(rows, total, done, failed, broken, lost, checked, left, rate)
    lines = LiveProgress(Screen(plain=True))._picture(state).plain.splitlines()
    assert max(map(len, lines)) < WIDTH
    counted = "\n".join(lines[len(rows) :])
    assert f"failed {failed:,}" in counted and checked in counted
    assert not broken or f"not finite {broken:,} (a finding, not an error)" in counted
    for line, grid in zip(lines, rows.values(), strict=False):
        assert f"{grid.done:,}/{grid.total:,}" in line
    if done < total:
        assert rate_text(rate) in counted
        assert sum(" left" in line for line in lines) == 1


def point(message, cell="lstm"):
    return events.PointTold("k", {"cell": cell, "gain": 2.0}, message)


def test_each_kind_of_failure_is_told_once_and_numbers_make_no_kind():
    said = []
    remarks = Remarks(said.append)
    for n in range(100):
        remarks.failed((point(f"index {n} is\nout of range"), point(""), point("boom")))
    assert said == [
        "failed: lstm, gain 2: index 0 is out of range",
        "failed: lstm, gain 2: boom",
    ]


def test_many_kinds_of_failure_are_no_flood():
    said = []
    remarks = Remarks(said.append)
    for n in range(100):
        remarks.failed((point(f"kind {'x' * n}"),))
    assert len(said) == KINDS + 1
    assert said[-1] == "failed: more kinds, which gradlab status will list"


def test_a_page_of_a_message_is_cut_and_folded():
    said = []
    Remarks(said.append).failed((point("word " * 1000),))
    lines = said[0].splitlines()
    assert max(map(len, lines)) <= WIDTH and len(lines) <= 5
    assert lines[-1].endswith("...")


def test_a_lost_worker_is_told_once_and_counted(capsys, monkeypatch):
    following = Following(Screen(plain=True), "gradlab sweep")
    monkeypatch.setattr(following, "_progress", None)
    said = []
    following._remarks = Remarks(said.append)
    for points in (4, 1, 1):
        following.follow(events.WorkerLost("killed by signal 9", points))
    assert [" ".join(text.split()) for text in said] == [
        "a worker was lost: killed by signal 9; its 4 points are tried again; "
        "more such losses are only counted"
    ]
    assert following._state.lost == 3


def test_a_sweep_tells_its_first_failure_as_it_comes(sweep, monkeypatch):
    def raises(points, needs):
        raise MemoryError("no room")

    monkeypatch.setattr("gradlab.sweeps.measure.measure", raises)
    told = sweep("--seeds=3", code=1).stderr.splitlines()
    assert told.count("failed: lstm: no room") == 1
    assert "3/3 points, failed 3" in told
