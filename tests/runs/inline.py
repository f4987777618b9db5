"""A pool without processes: runs calls at once, and dies on command."""

from collections import deque

from gradlab.engines import worker
from gradlab.engines.engine import Answer


class InlinePool:
    """Stands in for ``gradlab.engines.pool.ProcessPool``; remembers what it was asked.

    ``deadly`` takes a task and says whether its worker dies of it; ``stop_after``
    raises KeyboardInterrupt when that many groups have come back.
    """

    made: list["InlinePool"] = []
    deadly = staticmethod(lambda task: False)
    stop_after = None

    def __init__(self, jobs, load, memory=None, prepare=""):
        self.jobs, self.load = jobs, load
        self.tasks, self.calls = deque(), []
        InlinePool.made.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.tasks.clear()

    def add(self, task, name, *arguments, limits=None):
        self.tasks.append((task, name, arguments))

    def answers(self):
        groups = 0
        while self.tasks:
            task, name, arguments = self.tasks.popleft()
            call = name.rpartition(":")[2]
            self.calls.append((call, arguments))
            if call == "measure":
                if self.stop_after is not None and groups >= self.stop_after:
                    raise KeyboardInterrupt
                groups += 1
                if self.deadly(task):
                    yield Answer(
                        task, death_cause="killed, most likely for want of memory"
                    )
                    continue
            try:
                yield Answer(task, value=worker.resolve(name)(*arguments))
            except Exception as error:
                yield Answer(task, error=error)

    def arrived(self):
        return iter(())

    def measured(self):
        """Return how often each point was given to a worker."""
        counts = {}
        for name, arguments in self.calls:
            for point in arguments[0] if name == "measure" else ():
                counts[point] = counts.get(point, 0) + 1
        return counts
