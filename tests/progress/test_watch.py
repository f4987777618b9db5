"""A folder in which another process writes: the same events, each once."""

import time

from gradlab.progress.events import PointsDone, Started, Writer
from gradlab.progress.state import State
from gradlab.progress.watch import Watch
from gradlab.requirement import Requirement
from tests.progress.folders import begin, save


class Watched:
    """A folder, looked at, and what the events add up to."""

    def __init__(self, folder):
        self.watch, self.state, self.new = Watch(folder), State(), []

    def look(self):
        events = self.watch.look()
        self.new = [one for event in events for one in self.state.take(event)]
        return events

    def grids(self):
        return {n: (grid.total, grid.done) for n, grid in self.state.grids.items()}


def test_each_look_counts_what_came(tmp_path):
    with begin(tmp_path) as kept:
        seen = Watched(tmp_path)
        assert [type(event) for event in seen.look()] == [Writer, Started]
        assert (seen.state.total, seen.state.done) == (3, 0)
        save(kept, "a", "joint")
        assert [type(event) for event in seen.look()] == [PointsDone]
        assert seen.grids() == {"short": (2, 1), "long": (2, 0)}
        save(kept, "b", "joint")  # not what the second grid wants of it
        assert seen.look() == [] and seen.state.done == 1
        save(kept, "b")
        save(kept, "c", status="failed", message="no room")
        seen.look()
        assert (seen.state.done, seen.state.failed) == (3, 1)
        (failure,) = seen.new
        assert failure.params == {"cell": "rnn", "seed": 0}
        assert failure.message == "no room"
        assert seen.look() == []
        save(kept, "c")
        seen.look()
        assert (seen.state.done, seen.state.failed) == (3, 0)
        assert seen.grids() == {"short": (2, 2), "long": (2, 2)}


def test_who_writes_is_an_event_when_it_changes(tmp_path):
    with begin(tmp_path):
        seen = Watched(tmp_path)
        seen.look()
        assert seen.state.writer.startswith("process ")
    assert seen.look() == [Writer("")]
    assert seen.state.writer == ""


def test_another_sweep_into_the_folder_is_counted_anew(tmp_path):
    with begin(tmp_path) as kept:
        seen = Watched(tmp_path)
        save(kept, "a", "joint")
        seen.look()
        assert seen.state.done == 1
        begin_another(kept)
        seen.look()
        assert (seen.state.started.name, seen.grids()) == ("n", {"new": (2, 1)})


def begin_another(kept):
    needs = {"new": {"m": Requirement("m", blocks="joint")}}
    kept.add_missing({"d": {"cell": "rnn", "seed": 0}})
    kept.save_sweep("two", {}, {"new": ["a", "d"]}, {"name": "n"}, requirements=needs)


def test_a_look_reads_only_what_came_since(tmp_path):
    with begin(tmp_path) as kept:
        watch = Watch(tmp_path)
        taken = []
        real = watch._read

        def read():
            started, rows = real()
            taken.extend(row[0] for row in rows)
            return started, rows

        watch._read = read
        for key in "abc":
            save(kept, key)
            time.sleep(0.01)
            watch.look()
    assert taken.count("a") <= 2 and len(taken) <= 5
