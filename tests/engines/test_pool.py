"""Which task starts when, without processes."""

from gradlab.engines.engine import Limits
from gradlab.engines.machine import WORKER
from gradlab.engines.pool import ProcessPool


def test_tasks_start_beside_others_only_where_they_fit():
    pool = ProcessPool(2, (), memory=3 * WORKER)
    assert ProcessPool(8, (), memory=3 * WORKER)._jobs == 3
    assert ProcessPool(8, (), memory=10)._jobs == 1

    class Idle:
        ready, task, limits = True, None, Limits()

    first, second = Idle(), Idle()
    pool._workers = [first, second]
    pool.add("large", "measure", limits=Limits(memory=WORKER))
    pool.add("too large", "measure", limits=Limits(memory=9 * WORKER))
    pool.add("small", "measure", limits=Limits(memory=0))
    task, _, first.limits = pool._next()
    first.task = task
    assert task == "large"
    # there is no room for the next one beside it, for the one after there is
    assert pool._next()[0] == "small"
    assert pool._next() is None
    first.task = None
    assert pool._next()[0] == "too large"
    pool._workers = []
