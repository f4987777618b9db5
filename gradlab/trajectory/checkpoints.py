"""A trajectory stored at checkpoints only."""

import math
from collections.abc import Mapping
from functools import cached_property

import torch
from torch import Tensor

from gradlab.arguments import whole_number
from gradlab.cells import select_members
from gradlab.cells.base import Cell, RecurrentProduct, Step, combine
from gradlab.trajectory.steps import iterate_steps
from gradlab.trajectory.stored import Trajectory, collect


_MIN_SEGMENT = 32


class CheckpointedTrajectory(Trajectory):
    """A run of which every K-th state is stored, counted back from T.

    :meth:`step_at` and :meth:`steps_between` recompute a segment of K steps from the
    checkpoint before it and cache the last two segments, so memory is that of T / K
    states and 2 K steps. Segments are computed from the same states and inputs by the
    same calls, so their bits are those of a stored trajectory.

    ``states``, ``gates`` and the other attributes of all steps come from :attr:`full`,
    which stores the whole run on first use.

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
        object.__setattr__(self, "by_time", inputs)
        object.__setattr__(self, "checkpoints", [])
        object.__setattr__(self, "_nonfinite", {})
        object.__setattr__(self, "_segments", {})
        object.__setattr__(self, "batches_steps", self._run(start))

    every: int
    by_time: Tensor
    checkpoints: list[tuple[Tensor, ...]]
    _nonfinite: dict[int, Tensor]
    _segments: dict[int, Trajectory]

    @cached_property
    def inputs(self) -> Tensor:
        """(T, …, B, I), x_1 .. x_T."""
        return self.by_time.contiguous()

    @cached_property
    def full(self) -> Trajectory:
        """The same run with all its steps stored."""
        steps = iterate_steps(self.cell, self.by_time, self.start)
        with torch.no_grad():
            return collect(self.cell, self.by_time, self.start, steps)

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
    def recurrent(self) -> tuple[RecurrentProduct, ...]:
        """The products with ``weight_hh``; stores the whole run."""
        return self.full.recurrent

    @property
    def length(self) -> int:
        """T, the number of steps."""
        return self.by_time.shape[0]

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The axes between time and features: (…M, B)."""
        return tuple(self.by_time.shape[1:-1])

    @property
    def nonfinite(self) -> dict[int, Tensor]:
        """Masks (…M, B) of sequences with an inf or NaN in s_t, by step t of 0 .. T."""
        return self._nonfinite

    def step_at(self, t: int) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return x_t, s_{t-1} and the step to s_t, for t in 1..T."""
        t = whole_number("t", t, 1, self.length, try_="step_at(1)")
        number = self._segment_of(t)
        return self._cached_segment(number).step_at(t - self._segment_start(number))

    def steps_between(
        self, start: int, stop: int
    ) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return :meth:`step_at` of t = start + 1 .. stop along a leading time axis."""
        parts = []
        for number in range(self._segment_of(start + 1), self._segment_of(stop) + 1):
            begin, end = self._segment_start(number), self._segment_start(number + 1)
            first, last = max(start, begin), min(stop, end)
            segment = self._cached_segment(number)
            parts.append(segment.steps_between(first - begin, last - begin))
        return parts[0] if len(parts) == 1 else _concatenate(parts)

    def select_members(self, members: Tensor, stop: int) -> Trajectory:
        """Return the first ``stop`` steps of some members, run again."""
        if len(self.batch_shape) == 1:
            return self
        cell = select_members(self.cell, members)
        start = tuple(part[members] for part in self.start)
        return CheckpointedTrajectory(
            cell, self.by_time[:stop, members], start, self.every
        )

    def _run(self, state: tuple[Tensor, ...]) -> bool:
        """Run all steps; store checkpoints and where states are not finite.

        Returns:
            :attr:`batches_steps`.
        """
        batches_steps = True
        for number in range(-(-self.length // self.every)):
            self.checkpoints.append(tuple(s.detach() for s in state))
            segment = self._segment(number)
            begin = self._segment_start(number)
            for t, which in segment.nonfinite.items():
                self._nonfinite[begin + t] = which
            state = tuple(s[-1].clone() for s in segment.states)
            batches_steps = batches_steps and segment.batches_steps
        return batches_steps

    def _cached_segment(self, number: int) -> Trajectory:
        """Return a segment from the cache, or compute it and drop the oldest one."""
        if number not in self._segments:
            for oldest in list(self._segments)[:-1]:
                del self._segments[oldest]
            self._segments[number] = self._segment(number)
        return self._segments[number]

    def _segment(self, number: int) -> Trajectory:
        begin, end = self._segment_start(number), self._segment_start(number + 1)
        inputs, start = self.by_time[begin:end], self.checkpoints[number]
        with torch.no_grad():
            steps = iterate_steps(self.cell, inputs, start)
            return collect(self.cell, inputs, start, steps)

    def _segment_start(self, number: int) -> int:
        """Return the step before a segment's first; the first segment may be short."""
        short = -self.length % self.every
        return max(0, number * self.every - short)

    def _segment_of(self, t: int) -> int:
        """Return the number of the segment of step t."""
        return (t - 1 + -self.length % self.every) // self.every


def segment_length(length: int) -> int:
    """Return K for a run of ``length`` steps: about sqrt(T) / 4, a multiple of 16.

    T / K states and 2 K steps are stored, and a step needs several times the memory of
    a state, so K is below sqrt(T).
    """
    root = math.isqrt(length) // 4
    return max(_MIN_SEGMENT, root - root % 16)


def _concatenate(
    parts: list[tuple[Tensor, tuple[Tensor, ...], Step]],
) -> tuple[Tensor, tuple[Tensor, ...], Step]:
    """Join stretches of inputs, previous states and steps along the time axis."""
    inputs, before, steps = zip(*parts, strict=True)
    states = tuple(torch.cat(states) for states in zip(*before, strict=True))
    return torch.cat(inputs), states, combine(torch.cat, steps)
