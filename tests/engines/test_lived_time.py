"""A pause of the process or of the machine is no time that a call took."""

import itertools
import threading

import pytest

from gradlab.engines import pool as pools
from gradlab.engines import remote
from gradlab.engines.engine import Limits
from gradlab.engines.lived_time import LONGEST_GAP, TICK, LivedTime
from gradlab.engines.pool import ProcessPool


class Clock:
    """A clock that goes on by a tick at each look, and jumps on command."""

    def __init__(self):
        self.at = 1e9

    def __call__(self):
        self.at += TICK
        return self.at


@pytest.mark.parametrize("jump", [65.0, 1e8, -1e8])
def test_a_jump_of_the_clock_counts_as_one_tick(jump):
    clock = Clock()
    lived = LivedTime(clock)
    before = [lived.now() for _ in range(8)][-1]
    clock.at += jump
    assert 0 <= lived.now() - before <= TICK
    assert [lived.now() for _ in range(8)][-1] == pytest.approx(
        before + 8 * TICK, abs=TICK
    )


def test_a_process_that_is_always_busy_comes_to_its_limit():
    busy = itertools.count(step=5 * LONGEST_GAP)
    lived = LivedTime(lambda: next(busy))
    assert [lived.now() for _ in range(40)][-1] == 40 * TICK


class Worker:
    """Stands in for a worker that computes and has nothing to say."""

    ready, call, deadline = True, None, float("inf")
    start, clear = pools._Worker.start, pools._Worker.clear
    killed = False

    def __init__(self):
        self.pipe = self.process = self

    def send(self, message):
        """Nothing to do."""

    poll = close = join = lambda self: False

    def kill(self):
        self.killed = True


def test_a_pause_condemns_no_call_and_a_call_that_takes_too_long_is_stopped():
    pool, clock, worker = ProcessPool(1, ()), Clock(), Worker()
    pool._time, pool._workers = LivedTime(clock), [worker]
    pool.add("innocent", "measure", limits=Limits(seconds=4.0))
    pool._assign()
    clock.at += 65.0
    assert not list(pool._kill_overdue())
    assert not worker.killed
    answers = [a for _ in range(round(4.0 / TICK)) for a in pool._kill_overdue()]
    assert [answer.tag for answer in answers] == ["innocent"]
    assert answers[0].death_cause.startswith("took longer than 4 s")
    assert worker.killed


def test_a_pause_condemns_no_call_on_a_cluster(monkeypatch):
    clock, goes_on = Clock(), threading.Event()
    monkeypatch.setattr(remote, "LivedTime", lambda: LivedTime(clock))

    def answer(name, arguments):
        clock.at += 65.0
        goes_on.wait(TICK)
        return "value", 42

    monkeypatch.setattr(remote, "_one_threaded", answer)
    assert remote._answer("f", (), 4.0) == ("value", 42)
