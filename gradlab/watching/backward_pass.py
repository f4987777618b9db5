"""The backward pass that is under way, or was last: what it reaches, its end."""

import math
from collections.abc import Callable
from typing import Any

import torch

from gradlab.modules import Call


class BackwardPass:
    """The calls that the last backward pass reaches.

    Passes within it, as activation checkpointing makes, belong to it.

    Attributes:
        complete: whether it has ended.
        norm: of all gradients at its end, before any clipping; NaN where unknown.
        scale: by which the loss was multiplied; NaN where unknown.
    """

    def __init__(self) -> None:
        self._number = -1
        self._queued: set[int] = set()
        self._reached: dict[int, Call] = {}
        self.complete = False
        self.norm = self.scale = math.nan

    @property
    def calls(self) -> list[Call]:
        """Those reached, in the order of the forward pass."""
        return sorted(self._reached.values(), key=lambda call: call.number)

    def reach(self, call: Call, on_end: Callable[[bool], None]) -> None:
        """Add a call; have ``on_end(whether it lies within another)`` called at last.

        A call of another pass than the one before begins anew.
        """
        task = torch._C._current_graph_task_id()
        outer = call.made_in if call.in_backward else task
        if outer != self._number:
            self._number, self._queued, self._reached = outer, set(), {}
        self.complete = False
        self._reached[id(call)] = call
        if task not in self._queued:
            self._queued.add(task)
            nested = task != outer
            # once more from within: after what DDP does at the end of a backward pass
            _queue(lambda: _queue(lambda: on_end(nested)))

    def end(self, norm: float, scaler: Any) -> None:
        """Note what is known at the end.

        Args:
            norm: of all gradients, scaled as the loss was.
            scaler: the ``GradScaler``, or None.
        """
        self.complete = True
        half = any(c.autocast is torch.float16 for c in self._reached.values())
        if scaler is not None:
            self.scale = float(scaler.get_scale())
        else:
            self.scale = math.nan if half else 1.0
        self.norm = norm / self.scale


def is_outside() -> bool:
    """Return whether no backward pass is under way."""
    return torch._C._current_graph_task_id() == -1


def _queue(callback: Callable[[], None]) -> None:
    torch.autograd.Variable._execution_engine.queue_callback(callback)
