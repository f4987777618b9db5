"""From a worker's answer to the disk, with outcomes measured before."""

import threading
from itertools import count
from multiprocessing import Pipe

from gradlab.runs import groups
from gradlab.runs.result_writer import ResultWriter
from gradlab.runs.sweep_meta import SweepMeta
from gradlab.store.store import Store
from tests import replay


AIM = 3.0


def test_the_pipe(a_point, planned, outcomes):
    group = _largest(planned)
    answer = replay.answered(group, outcomes).value
    here, there = Pipe()

    def across():
        sender = threading.Thread(target=there.send, args=(answer,))
        sender.start()
        here.recv()
        sender.join()

    a_point(across, len(group.keys), rounds=20, aim=AIM)


def test_result_writer_and_store(a_point, config, planned, outcomes, tmp_path):
    formed = groups.form(planned.points, planned.requirements)
    answers = [replay.answered(group, outcomes) for group in formed]
    folders = (tmp_path / str(number) for number in count())
    opened = []

    def fresh():
        store = Store.open(next(folders), create=True)
        opened.append(store)
        store.add_missing({k: p.params() for k, p in planned.points.items()})
        meta = SweepMeta.start(store, config, "", "", {})
        return (ResultWriter(planned, store, meta, lambda event: None),), {}

    def handle(writer):
        for answer in answers:
            writer.handle(answer, replay.Replay(outcomes))

    a_point(handle, len(planned.points), setup=fresh, aim=AIM)
    for store in opened:
        store.close()


def _largest(planned):
    formed = groups.form(planned.points, planned.requirements)
    return max(formed, key=lambda group: len(group.keys))
