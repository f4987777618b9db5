"""Which task starts when, without processes."""

from gradlab.engines.engine import Limits
from gradlab.engines.machine import WORKER_MEMORY
from gradlab.engines.pool import ProcessPool


def test_tasks_start_beside_others_only_where_they_fit():
    pool = ProcessPool(2, (), memory=3 * WORKER_MEMORY)
    assert ProcessPool(8, (), memory=3 * WORKER_MEMORY)._jobs == 3
    assert ProcessPool(8, (), memory=10)._jobs == 1

    class Idle:
        ready, call = True, None

    first, second = Idle(), Idle()
    pool._workers = [first, second]
    pool.add("large", "measure", limits=Limits(memory=WORKER_MEMORY))
    pool.add("too large", "measure", limits=Limits(memory=9 * WORKER_MEMORY))
    pool.add("small", "measure", limits=Limits(memory=0))
    first.call = pool._next()
    assert first.call.tag == "large"
    # there is no room for the next one at the same time, for the one after there is
    assert pool._next().tag == "small"
    assert pool._next() is None
    first.call = None
    assert pool._next().tag == "too large"
    pool._workers = []
