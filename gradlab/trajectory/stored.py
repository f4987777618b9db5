"""A trajectory that is stored whole."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gradlab.cells import select_members
from gradlab.cells._multi_layer import MultiLayerCell
from gradlab.cells.base import Cell, Recurrent, Step
from gradlab.errors import ConfigError


@dataclass(frozen=True)
class Trajectory:
    """A cell's run of T steps, time first: (T, …, B, n), detached from any graph.

    Attributes:
        cell: the cell that was run.
        inputs: (T, …, B, I), x_1 .. x_T.
        states: s_0 .. s_T, one (T + 1, …, B, n) per state name.
        gates: gate values by name, (T, …, B, H).
        pre_activations: by name, (T, …, B, H).
        recurrent: the uses of ``weight_hh``, operand and product (T, …, B, ·).
    """

    cell: Cell
    inputs: Tensor
    states: tuple[Tensor, ...]
    gates: Mapping[str, Tensor]
    pre_activations: Mapping[str, Tensor]
    recurrent: tuple[Recurrent, ...]

    @property
    def length(self) -> int:
        """T, the number of steps."""
        return self.inputs.shape[0]

    @property
    def lead(self) -> tuple[int, ...]:
        """The axes between time and features: (…M, B)."""
        return tuple(self.inputs.shape[1:-1])

    @cached_property
    def broken(self) -> dict[int, Tensor]:
        """The steps 0 .. T with states that are inf or NaN: which sequences, (…M, B).

        Empty for a healthy run.
        """
        finite = [torch.isfinite(state).all(-1) for state in self.states]
        broken = ~torch.stack(finite).all(0)
        steps = broken.flatten(1).any(-1).nonzero().squeeze(-1).tolist()
        return {t: broken[t] for t in steps}

    @property
    def start(self) -> tuple[Tensor, ...]:
        """s_0, one (…M, B, n) per state name."""
        return tuple(state[0] for state in self.states)

    def step_at(self, t: int) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return x_t, s_{t-1} and what they gave, for t in 1..T."""
        before = tuple(state[t - 1] for state in self.states)
        after = tuple(state[t] for state in self.states)
        return self.inputs[t - 1], before, self._step(after, t - 1)

    def steps_between(
        self, start: int, stop: int
    ) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return :meth:`step_at` of t = start + 1 .. stop at once, time leading."""
        before = tuple(state[start:stop] for state in self.states)
        after = tuple(state[start + 1 : stop + 1] for state in self.states)
        return self.inputs[start:stop], before, self._step(after, slice(start, stop))

    def all_steps(self) -> tuple[Tensor, tuple[Tensor, ...], Step]:
        """Return inputs, previous states and steps of all t at once, time leading."""
        before = tuple(state[:-1] for state in self.states)
        after = tuple(state[1:] for state in self.states)
        return self.inputs, before, self._step(after, slice(None))

    def layer(self, number: int) -> "Trajectory":
        """Return layer ``number``'s own trajectory, from 1 at the bottom.

        Its inputs are what the layer below read out at the same steps. Its Jacobians
        are the derivative within the layer, from step to step with those inputs held:
        the diagonal blocks of this trajectory's.

        Raises:
            ConfigError: for a layer that is not there.
        """
        return self.between_layers(number, number)

    def between_layers(self, first: int, last: int) -> "Trajectory":
        """Return the trajectory of layers ``first`` .. ``last``, as :meth:`layer`.

        Raises:
            ConfigError: unless 1 <= first <= last <= the number of layers.
        """
        count = len(self.cell.layer_cells)
        if not 1 <= first <= last <= count:
            raise ConfigError(
                got=f"layers {first} to {last}",
                expected=f"1 <= first <= last <= {count}",
                try_="trajectory.layer(1)",
            )
        if not isinstance(self.cell, MultiLayerCell):
            return self
        cell = self.cell.between(first, last)
        lowest = self.cell.places(first).start
        inputs, step = self.cell.taken_out(first, last, *self.all_steps())
        return Trajectory(
            cell,
            inputs,
            self.states[lowest : lowest + len(cell.state_names)],
            step.gates,
            step.pre_activations,
            step.recurrent,
        )

    def member(self, index: tuple[int | slice, ...]) -> "Trajectory":
        """Return the sequences at ``index`` of the axes (…M, B); the cell is kept.

        Only for looking at stored values: with an ensemble the member axis must
        stay whole if steps are to be taken or differentiated again.
        """
        pick = (slice(None), *index)
        return Trajectory(
            self.cell,
            self.inputs[pick],
            tuple(state[pick] for state in self.states),
            {name: value[pick] for name, value in self.gates.items()},
            {name: value[pick] for name, value in self.pre_activations.items()},
            tuple(
                Recurrent(use.rows, use.operand[pick], use.product[pick])
                for use in self.recurrent
            ),
        )

    def of_members(self, members: Tensor, stop: int) -> "Trajectory":
        """Return the first ``stop`` steps of some members of an ensemble.

        Unlike :meth:`member` with the cells that are theirs, so that they can be
        differentiated. One cell has no members to choose from and is returned whole.
        """
        if len(self.lead) == 1:
            return self
        cell = select_members(self.cell, members)
        return Trajectory(
            cell,
            self.inputs[:stop, members],
            tuple(state[: stop + 1, members] for state in self.states),
            {name: value[:stop, members] for name, value in self.gates.items()},
            {
                name: value[:stop, members]
                for name, value in self.pre_activations.items()
            },
            tuple(
                Recurrent(
                    use.rows, use.operand[:stop, members], use.product[:stop, members]
                )
                for use in self.recurrent
            ),
        )

    def _step(self, after: tuple[Tensor, ...], index: int | slice) -> Step:
        return Step(
            after,
            {name: value[index] for name, value in self.gates.items()},
            {name: value[index] for name, value in self.pre_activations.items()},
            tuple(
                Recurrent(use.rows, use.operand[index], use.product[index])
                for use in self.recurrent
            ),
        )


def collect(
    cell: Cell, inputs: Tensor, start: tuple[Tensor, ...], steps: Iterator[Step]
) -> Trajectory:
    """Stack steps along a leading time axis."""
    taken = list(steps)
    first = taken[0]
    return Trajectory(
        cell,
        inputs.contiguous(),
        tuple(
            torch.stack([start[k], *(step.state[k] for step in taken)])
            for k in range(len(start))
        ),
        _stack_named([step.gates for step in taken]),
        _stack_named([step.pre_activations for step in taken]),
        tuple(
            Recurrent(
                use.rows,
                torch.stack([step.recurrent[k].operand for step in taken]),
                torch.stack([step.recurrent[k].product for step in taken]),
            )
            for k, use in enumerate(first.recurrent)
        ),
    )


def _stack_named(values: list[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    return {name: torch.stack([value[name] for value in values]) for name in values[0]}
