"""What a running sweep shows: rate, time left, failures, and no flood of lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab.cli.live import KINDS, Live, PlainView, pause
from gradlab.cli.live_text import plain_line, rate_text, rows
from gradlab.cli.screen import WIDTH, Screen
from gradlab.progress.events import (
    Event,
    LockUnavailable,
    LogLost,
    PointDone,
    PointsDone,
    Started,
    Waiting,
    WorkerLost,
)
from gradlab.progress.state import Grid, State


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Fixed(State):
    """A state whose rate and time left are given."""

    per_second: float | None = None
    left: float | None = None

    def rate(self):
        return self.per_second

    def seconds_left(self):
        return self.left


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
    shown = PlainView(Screen(plain=True), clock)
    for second in range(int(3600 * hours)):
        clock.now = 1000.0 + second
        shown.draw(State(total=10**6, done=second))
    lines = capsys.readouterr().err.splitlines()
    assert most / 2 < len(lines) <= most
    assert len(lines) == len(set(lines))


@given(st.floats(0, 1e6))
def test_lines_are_five_seconds_to_a_minute_apart(elapsed):
    assert 5 <= pause(elapsed) <= 60


def test_the_last_line_is_written_whenever_it_comes(capsys):
    shown = PlainView(Screen(plain=True), Clock())
    for done in (1, 2, 3):
        shown.draw(State(total=3, done=done))
    assert capsys.readouterr().err.splitlines() == ["1/3 points", "3/3 points"]


def test_a_plain_line_names_what_is_under_way():
    grids = {"a": Grid(5, 5), "gain": Grid(9, 4), "late": Grid(9, 0)}
    state = Fixed(grids=grids, total=23, done=9, failed=2, lost=1)
    state.per_second, state.left = 0.5, 28.0
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
    shown = {
        name: Grid(max(1, total), min(done, total))
        for name, (total, done) in grids.items()
    }
    failed, broken, lost = counts
    state = Fixed(grids=shown, failed=failed, not_finite=broken, lost=lost)
    state.total = sum(grid.total for grid in shown.values())
    state.done = sum(grid.done for grid in shown.values())
    state.checked, state.per_second, state.left = "3e-15", rate, left
    state.latest = PointDone("k", tuple(shown), {"cell": label})
    lines = "\n".join(rows(state, plain=True)).splitlines()
    assert max(map(len, lines)) < WIDTH
    counted = "\n".join(lines[len(shown) :])
    assert f"failed {failed:,}" in counted
    assert "self-check 3e-15" in counted
    assert not broken or f"not finite {broken:,} (a finding, not an error)" in counted
    for line, grid in zip(lines, shown.values(), strict=False):
        assert f"{grid.done:,}/{grid.total:,}" in line
    if state.done < state.total:
        assert rate_text(rate) in counted
        assert sum(" left" in line for line in lines) == 1


@pytest.fixture
def live(monkeypatch):
    """A plain view of a run, and what it says."""
    shown = Live(Screen(plain=True))
    said = []
    monkeypatch.setattr(shown.view, "note", said.append)
    monkeypatch.setattr(shown.view, "draw", lambda state: None)
    shown.take(Started("s", Path("r"), 10**6))
    return shown, said


def failed(message):
    point = PointDone("k", (), {"cell": "lstm", "gain": 2.0}, message)
    return PointsDone((point,))


def test_each_kind_of_failure_is_shown_once_and_numbers_make_no_kind(live):
    shown, said = live
    for n in range(100):
        shown.take(failed(f"index {n} is\nout of range"))
        shown.take(failed(""))
        shown.take(failed("boom"))
    assert said == [
        "failed: lstm, gain 2: index 0 is out of range",
        "failed: lstm, gain 2: boom",
    ]


def test_many_kinds_of_failure_are_no_flood(live):
    shown, said = live
    for n in range(100):
        shown.take(failed(f"kind {'x' * n}"))
    assert len(said) == KINDS + 1
    assert said[-1] == "failed: more kinds, which gradlab status will list"


def test_a_page_of_a_message_is_cut_and_folded(live):
    shown, said = live
    shown.take(failed("word " * 1000))
    lines = said[0].splitlines()
    assert max(map(len, lines)) <= WIDTH and len(lines) <= 5
    assert lines[-1].endswith("...")


def test_a_lost_worker_is_shown_once_and_counted(live):
    shown, said = live
    for points in (4, 1, 1):
        shown.take(WorkerLost("killed by signal 9", points))
    assert [" ".join(text.split()) for text in said] == [
        "a worker was lost: killed by signal 9; its 4 points are tried again; "
        "more such losses are only counted"
    ]
    assert shown.state.lost == 3


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (
            LockUnavailable(Path("r")),
            "r cannot be locked; start no second sweep into it",
        ),
        (Waiting("c"), "c has no workers yet; the first one starts the sweep"),
        (LogLost("l: full"), "l: full; the sweep continues without its log"),
    ],
)
def test_what_a_user_has_to_know_is_said(live, event: Event, text):
    shown, said = live
    shown.take(event)
    assert said == [text]


def test_a_sweep_tells_its_first_failure_as_it_comes(sweep, monkeypatch):
    def raises(points, needs):
        raise MemoryError("no room")

    monkeypatch.setattr("gradlab.runs.measure.measure", raises)
    lines = sweep("--seeds=3", code=1).stderr.splitlines()
    assert lines.count("failed: lstm: no room") == 1
    assert "3/3 points, failed 3" in lines
