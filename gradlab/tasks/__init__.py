"""Tasks: sequences with right answers, on which a network is trained; no torch."""

from gradlab.tasks.base import (
    Batch,
    Task,
    draw,
    last_step,
    mean_squared_error,
    parse,
    share_right,
    stream_of,
)


__all__ = [
    "Batch",
    "Task",
    "draw",
    "last_step",
    "mean_squared_error",
    "parse",
    "share_right",
    "stream_of",
]
