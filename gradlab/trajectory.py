"""A trajectory: a cell run over a sequence, with everything its steps gave."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from gradlab.cells._layers import Layers
from gradlab.cells.base import Cell, Recurrent, Step
from gradlab.errors import ConfigError, ShapeError


MIN_LENGTH = 2


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
        if not isinstance(self.cell, Layers):
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

        Only for looking at stored values: with a stacked cell the member axis must
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


def unroll(
    cell: Cell,
    inputs: Tensor,
    *,
    initial_state: Sequence[Tensor] | None = None,
    burn_in: int = 0,
    grad: bool = False,
) -> Trajectory:
    """Run ``cell`` over ``inputs`` and keep what every step gave.

    Args:
        cell: one cell, or a stack of cells (a leading member axis of the weights).
        inputs: (…M, B, T, I); the member axis is there exactly when the cell is a
            stack.
        initial_state: s_0, one (…M, B, n) per state name; zeros when left out.
        burn_in: steps run before the measured stretch; the trajectory then starts
            with the state they led to, and is that much shorter.
        grad: keep the autograd graph (the results then are part of it).

    Raises:
        ShapeError: if inputs or states do not fit the cell, or fewer than 2 steps are
            left to measure.
    """
    _check_inputs(cell, inputs, burn_in)
    moving = inputs.movedim(-2, 0)
    state = _start(cell, moving, initial_state)
    with torch.set_grad_enabled(grad):
        for x in moving[:burn_in]:
            state = _checked(cell, cell.step(x, state), state).state
        return collect(
            cell, moving[burn_in:], state, walk(cell, moving[burn_in:], state)
        )


def walk(cell: Cell, inputs: Tensor, state: tuple[Tensor, ...]) -> Iterator[Step]:
    """Yield the steps over ``inputs`` (T, …, B, I) from ``state``."""
    for x in inputs:
        step = _checked(cell, cell.step(x, state), state)
        state = step.state
        yield step


def _checked(cell: Cell, step: Step, before: tuple[Tensor, ...]) -> Step:
    """Return ``step`` if it is one, with states shaped as those before it."""
    name = getattr(cell, "name", type(cell).__name__)
    if not isinstance(step, Step):
        raise ShapeError(
            got=f"a {type(step).__name__} from step of cell {name}",
            expected="a Step",
            try_=f"return Step(state=({', '.join(cell.state_names)},))",
        )
    shapes = [tuple(state.shape) for state in step.state]
    expected = [tuple(state.shape) for state in before]
    if shapes != expected:
        raise ShapeError(
            got=f"next states of shapes {_said(shapes)} from step of cell {name}",
            expected=f"{_said(expected)}, as the states before",
            try_="state_sizes, where a state is not hidden_size wide",
        )
    return step


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


def _start(
    cell: Cell, moving: Tensor, given: Sequence[Tensor] | None
) -> tuple[Tensor, ...]:
    lead = tuple(moving.shape[1:-1])
    if given is None:
        zeros = cell.initial_state(*lead)
        return tuple(z.to(dtype=moving.dtype, device=moving.device) for z in zeros)
    expected = [(*lead, size) for size in cell.state_sizes]
    shapes = [tuple(state.shape) for state in given]
    if shapes != expected:
        raise ShapeError(
            got=f"initial states of shapes {_said(shapes)}",
            expected=f"{_said(expected)} for {', '.join(cell.state_names)}",
            try_="cell.initial_state(sequences)",
        )
    return tuple(given)


def _check_inputs(cell: Cell, inputs: Tensor, burn_in: int) -> None:
    if inputs.dim() < 3 or inputs.shape[-1] != cell.input_size:
        raise ShapeError(
            got=f"inputs of shape {tuple(inputs.shape)}",
            expected=f"(sequences, steps, {cell.input_size})",
            try_=f"torch.randn(4, 64, {cell.input_size})",
        )
    steps = inputs.shape[-2] - burn_in
    if burn_in < 0 or steps < MIN_LENGTH:
        raise ShapeError(
            got=f"{inputs.shape[-2]} steps of input with a burn-in of {burn_in}",
            expected=f"a burn-in from 0 and at least {MIN_LENGTH} steps after it",
            try_="burn_in=0",
        )


def _said(shapes: Sequence[tuple[int, ...]]) -> str:
    return ", ".join(str(shape) for shape in shapes)
