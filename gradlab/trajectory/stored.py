"""A trajectory with all its steps stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from gradlab.arguments import whole_number
from gradlab.cells import select_members
from gradlab.cells._multi_layer import MultiLayerCell
from gradlab.cells.base import Cell, RecurrentProduct, Step, combine
from gradlab.trajectory.repeated import repeat_steps


@dataclass(frozen=True)
class Trajectory:
    """A cell's run of T steps, time first: (T, …, B, n), detached from any graph.

    Attributes:
        cell: the cell that was run.
        inputs: (T, …, B, I), x_1 .. x_T.
        states: s_0 .. s_T, one (T + 1, …, B, n) per state name.
        gates: gate values by name, (T, …, B, H).
        pre_activations: by name, (T, …, B, H).
        recurrent: the products with ``weight_hh``, operand and product (T, …, B, ·).

    >>> from gradlab import build, unroll
    >>> trajectory = unroll(build("lstm", 2, 3), torch.zeros(4, 10, 2))
    >>> isinstance(trajectory, Trajectory), trajectory.length
    (True, 10)
    >>> trajectory.states[0].shape
    torch.Size([11, 4, 3])
    """

    cell: Cell
    inputs: Tensor
    states: tuple[Tensor, ...]
    gates: Mapping[str, Tensor]
    pre_activations: Mapping[str, Tensor]
    recurrent: tuple[RecurrentProduct, ...]

    def __repr__(self) -> str:
        cell, batch = type(self.cell).__name__, self.batch_shape
        return f"<Trajectory of {cell}: {self.length} steps, batch {batch}>"

    @property
    def length(self) -> int:
        """T, the number of steps."""
        return self.inputs.shape[0]

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The axes between time and features: (…M, B)."""
        return tuple(self.inputs.shape[1:-1])

    @cached_property
    def nonfinite(self) -> dict[int, Tensor]:
        """Masks (…M, B) of sequences with an inf or NaN in s_t, by step t of 0 .. T.

        Steps with finite states only are left out.
        """
        finite = [torch.isfinite(state).all(-1) for state in self.states]
        nonfinite = ~torch.stack(finite).all(0)
        steps = nonfinite.flatten(1).any(-1).nonzero().squeeze(-1).tolist()
        return {t: nonfinite[t] for t in steps}

    @cached_property
    def batches_steps(self) -> bool:
        """Whether the cell takes steps of many times as sequences of one batch.

        Raises:
            ConfigError: a step is another function each time it is run
                (:func:`gradlab.trajectory.repeated.repeat_steps`).
        """
        return repeat_steps(self.cell, self.inputs, self.states)

    @property
    def start(self) -> tuple[Tensor, ...]:
        """s_0, one (…M, B, n) per state name."""
        return tuple(state[0] for state in self.states)

    def step_at(self, t: int) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return x_t, s_{t-1} and the step to s_t, for t in 1..T."""
        t = whole_number("t", t, 1, self.length, try_="step_at(1)")
        before = tuple(state[t - 1] for state in self.states)
        after = tuple(state[t] for state in self.states)
        return self.inputs[t - 1], before, self._step(after, t - 1)

    def steps_between(
        self, start: int, stop: int
    ) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return :meth:`step_at` of t = start + 1 .. stop along a leading time axis."""
        before = tuple(state[start:stop] for state in self.states)
        after = tuple(state[start + 1 : stop + 1] for state in self.states)
        return self.inputs[start:stop], before, self._step(after, slice(start, stop))

    def batched_steps(
        self, start: int, stop: int
    ) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return :meth:`steps_between` as the cell takes many steps in one call.

        Along a leading time axis, (T, …M, B, ·), where it supports ensembles, else as
        sequences of one batch, (T B, ·).
        """
        inputs, before, step = self.steps_between(start, stop)
        if self.cell.supports_ensembles:
            return inputs, before, step
        flat = tuple(state.flatten(0, 1) for state in before)
        step = combine(lambda tensors: tensors[0].flatten(0, 1), [step])
        return inputs.flatten(0, 1), flat, step

    def all_steps(self) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return :meth:`step_at` of all t along a leading time axis."""
        before = tuple(state[:-1] for state in self.states)
        after = tuple(state[1:] for state in self.states)
        return self.inputs, before, self._step(after, slice(None))

    def layer(self, number: int) -> "Trajectory":
        """Return layer ``number``'s own trajectory, from 1 at the bottom.

        Its inputs are the outputs of the layer below at the same steps. Its Jacobians
        are those within the layer, with these inputs held: the diagonal blocks of this
        trajectory's.

        Raises:
            ConfigError: for a number outside 1 .. the number of layers.
        """
        return self.between_layers(number, number)

    def between_layers(self, first: int, last: int) -> "Trajectory":
        """Return the trajectory of layers ``first`` .. ``last``, as :meth:`layer`.

        Raises:
            ConfigError: unless 1 <= first <= last <= the number of layers.
        """
        count = len(self.cell.layer_cells)
        first = whole_number("layer", first, 1, count, try_="1")
        last = whole_number("layer", last, first, count, try_=str(first))
        if not isinstance(self.cell, MultiLayerCell):
            return self
        cell = self.cell.select_layers(first, last)
        layers = self.cell.split(*self.all_steps())[first - 1 : last]
        steps = [layer.step for layer in layers]
        step = cell.join(steps) if isinstance(cell, MultiLayerCell) else steps[0]
        lowest, highest = map(self.cell.state_slice, (first, last))
        return Trajectory(
            cell,
            layers[0].inputs,
            self.states[lowest.start : highest.stop],
            step.gates,
            step.pre_activations,
            step.recurrent,
        )

    def member(self, index: tuple[int | slice, ...]) -> "Trajectory":
        """Return the sequences at ``index`` of the axes (…M, B), with the same cell.

        Only to read stored values: to take or differentiate steps of an ensemble, use
        :meth:`select_members`.
        """
        return self._select(self.cell, self.length, *index)

    def select_members(self, members: Tensor, stop: int) -> "Trajectory":
        """Return the first ``stop`` steps of some members of an ensemble.

        The cell is the ensemble of those members, so that steps can be taken and
        differentiated. A trajectory without a member axis is returned whole.

        Args:
            members: indices along the member axis.
            stop: how many steps.
        """
        if len(self.batch_shape) == 1:
            return self
        return self._select(select_members(self.cell, members), stop, members)

    def _select(self, cell: Cell, stop: int, *index: Any) -> "Trajectory":
        """Return the first ``stop`` steps at ``index`` of the axes (…M, B)."""
        steps = (slice(0, stop), *index)
        step = self._step((), steps)
        return Trajectory(
            cell,
            self.inputs[steps],
            tuple(state[(slice(0, stop + 1), *index)] for state in self.states),
            step.gates,
            step.pre_activations,
            step.recurrent,
        )

    def _step(self, after: tuple[Tensor, ...], index: int | slice | tuple) -> Step:
        """Return the step to the states ``after``, the rest at ``index``."""
        whole = Step((), self.gates, self.pre_activations, self.recurrent)
        return replace(whole.at(index), state=after)


def collect(
    cell: Cell, inputs: Tensor, start: tuple[Tensor, ...], steps: Iterable[Step]
) -> Trajectory:
    """Return the trajectory of ``steps`` from ``start`` and ``inputs`` (T, …, B, I)."""
    taken = list(steps)
    step = combine(torch.stack, [replace(step, state=()) for step in taken])
    states = zip(start, *(step.state for step in taken), strict=True)
    return Trajectory(
        cell,
        inputs.contiguous(),
        tuple(torch.stack(over_time) for over_time in states),
        step.gates,
        step.pre_activations,
        step.recurrent,
    )
