"""A trajectory that is stored at checkpoints only."""

import math
from collections.abc import Mapping
from functools import cached_property

import torch
from torch import Tensor

from gradlab.cells import select_members
from gradlab.cells.base import Cell, Recurrent, Step, combine
from gradlab.trajectory.steps import walk
from gradlab.trajectory.stored import Trajectory, collect


_LEAST = 32


class CheckpointedTrajectory(Trajectory):
    """A run of which the states of every K-th step are kept, counted back from T.

    Walking along it, :meth:`step_at` and :meth:`steps_between`, computes a segment of K
    steps again from the checkpoint before it and holds the last two such segments, so
    memory is that of T / K states and 2 K steps. The steps are taken from the same
    states and inputs by the same calls, so they have the bits of a stored trajectory.

    ``states``, ``gates`` and whatever else looks at all steps at once are answered
    from :attr:`full`, which stores the whole run from then on.

    Args:
        cell: the cell to run.
        inputs: (T, …, B, I), time first.
        start: s_0.
        every: K.
    """

    def __init__(
        self, cell: Cell, inputs: Tensor, start: tuple[Tensor, ...], every: int
    ) -> None:
        object.__setattr__(self, "cell", cell)
        object.__setattr__(self, "every", every)
        object.__setattr__(self, "moving", inputs)
        object.__setattr__(self, "checkpoints", [])
        object.__setattr__(self, "found_broken", {})
        object.__setattr__(self, "held", {})
        self._run(start)

    every: int
    moving: Tensor
    checkpoints: list[tuple[Tensor, ...]]
    found_broken: dict[int, Tensor]
    held: dict[int, Trajectory]

    @cached_property
    def inputs(self) -> Tensor:
        """(T, …, B, I), x_1 .. x_T."""
        return self.moving.contiguous()

    @cached_property
    def full(self) -> Trajectory:
        """The same run, stored whole."""
        steps = walk(self.cell, self.moving, self.start)
        with torch.no_grad():
            return collect(self.cell, self.moving, self.start, steps)

    @property
    def start(self) -> tuple[Tensor, ...]:
        """s_0, one (…M, B, n) per state name."""
        return self.checkpoints[0]

    @property
    def states(self) -> tuple[Tensor, ...]:
        """s_0 .. s_T; stores the whole run."""
        return self.full.states

    @property
    def gates(self) -> Mapping[str, Tensor]:
        """Gate values by name; stores the whole run."""
        return self.full.gates

    @property
    def pre_activations(self) -> Mapping[str, Tensor]:
        """Pre-activations by name; stores the whole run."""
        return self.full.pre_activations

    @property
    def recurrent(self) -> tuple[Recurrent, ...]:
        """The uses of ``weight_hh``; stores the whole run."""
        return self.full.recurrent

    @property
    def length(self) -> int:
        """T, the number of steps."""
        return self.moving.shape[0]

    @property
    def lead(self) -> tuple[int, ...]:
        """The axes between time and features: (…M, B)."""
        return tuple(self.moving.shape[1:-1])

    @property
    def broken(self) -> dict[int, Tensor]:
        """The steps 0 .. T that are not finite: which sequences, (…M, B)."""
        return self.found_broken

    def step_at(self, t: int) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return x_t, s_{t-1} and what they gave, for t in 1..T."""
        number = self._number(t)
        return self._held(number).step_at(t - self._begin(number))

    def steps_between(
        self, start: int, stop: int
    ) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return :meth:`step_at` of t = start + 1 .. stop at once, time leading."""
        parts = []
        for number in range(self._number(start + 1), self._number(stop) + 1):
            begin, end = self._begin(number), self._begin(number + 1)
            first, last = max(start, begin), min(stop, end)
            segment = self._held(number)
            parts.append(segment.steps_between(first - begin, last - begin))
        return parts[0] if len(parts) == 1 else _concatenate(parts)

    def of_members(self, members: Tensor, stop: int) -> Trajectory:
        """Return the first ``stop`` steps of some members of an ensemble, run again."""
        if len(self.lead) == 1:
            return self
        cell = select_members(self.cell, members)
        start = tuple(part[members] for part in self.start)
        return CheckpointedTrajectory(
            cell, self.moving[:stop, members], start, self.every
        )

    def _run(self, state: tuple[Tensor, ...]) -> None:
        """Take all steps, keeping checkpoints and the places of what is not finite."""
        for number in range(-(-self.length // self.every)):
            self.checkpoints.append(tuple(s.detach() for s in state))
            segment = self._segment(number)
            begin = self._begin(number)
            for t, which in segment.broken.items():
                self.found_broken[begin + t] = which
            state = tuple(s[-1].clone() for s in segment.states)

    def _held(self, number: int) -> Trajectory:
        """Return a segment from those at hand, or compute it and drop the oldest."""
        if number not in self.held:
            for oldest in list(self.held)[:-1]:
                del self.held[oldest]
            self.held[number] = self._segment(number)
        return self.held[number]

    def _segment(self, number: int) -> Trajectory:
        inputs = self.moving[self._begin(number) : self._begin(number + 1)]
        start = self.checkpoints[number]
        with torch.no_grad():
            return collect(self.cell, inputs, start, walk(self.cell, inputs, start))

    def _begin(self, number: int) -> int:
        """Return the step before a segment's first; the first one may be short."""
        short = -self.length % self.every
        return max(0, number * self.every - short)

    def _number(self, t: int) -> int:
        """Return which segment step t belongs to."""
        return (t - 1 + -self.length % self.every) // self.every


def segment_length(length: int) -> int:
    """Return how many steps to keep apart: about sqrt(T) / 4, a multiple of 16.

    A step fills several times what a state does, so segments are shorter than the
    number of checkpoints.
    """
    root = math.isqrt(length) // 4
    return max(_LEAST, root - root % 16)


def _concatenate(
    parts: list[tuple[Tensor, tuple[Tensor, ...], Step]],
) -> tuple[Tensor, tuple[Tensor, ...], Step]:
    """Join stretches of inputs, previous states and steps along the time axis."""
    inputs, before, steps = zip(*parts, strict=True)
    states = tuple(torch.cat(states) for states in zip(*before, strict=True))
    return torch.cat(inputs), states, combine(torch.cat, steps)
