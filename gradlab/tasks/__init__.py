"""Tasks: sequences with right answers, on which a network is trained; no torch."""

from gradlab.tasks.base import Batch, Task, parse, stream_of


__all__ = ["Batch", "Task", "parse", "stream_of"]
