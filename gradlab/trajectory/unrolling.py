"""Run a cell over a sequence."""

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

from gradlab.cells.base import Cell
from gradlab.errors import ConfigError, ShapeError
from gradlab.trajectory.checkpoints import CheckpointedTrajectory, segment_length
from gradlab.trajectory.steps import iterate_steps, shapes_text, step_checked
from gradlab.trajectory.stored import Trajectory, collect


MIN_LENGTH = 2


def unroll(
    cell: Cell,
    inputs: Tensor,
    *,
    initial_state: Sequence[Tensor] | None = None,
    burn_in: int = 0,
    grad: bool = False,
    keep_every: int | Literal["auto"] | None = None,
) -> Trajectory:
    """Run ``cell`` over ``inputs`` and store what every step returned.

    Args:
        cell: one cell, or an ensemble (weights with a leading member axis).
        inputs: (…M, B, T, I); the member axis is there exactly when the cell is an
            ensemble.
        initial_state: s_0, one (…M, B, n) per state name; zeros when left out.
        burn_in: steps to run first; the trajectory starts with the state after them
            and is that much shorter.
        grad: build the autograd graph; the results are part of it.
        keep_every: store the states of every K-th step only and recompute the others
            on access, K steps at a time: 100,000 steps then need little more memory
            than their inputs, and all numbers are the same, bit for bit. ``"auto"``
            chooses K, about sqrt(T) / 4. All steps are stored when left out.

    Raises:
        ConfigError: for ``keep_every`` below 1, or together with ``grad``.
        ShapeError: if inputs or states do not fit the cell, or if fewer than 2 steps
            follow the burn-in.
    """
    _check_inputs(cell, inputs, burn_in)
    _check_keep_every(keep_every, grad)
    by_time = inputs.movedim(-2, 0)
    state = _start(cell, by_time, initial_state)
    with torch.set_grad_enabled(grad):
        for x in by_time[:burn_in]:
            state = step_checked(cell, x, state).state
        by_time = by_time[burn_in:]
        if keep_every is None:
            return collect(cell, by_time, state, iterate_steps(cell, by_time, state))
        every = segment_length(len(by_time)) if keep_every == "auto" else keep_every
        return CheckpointedTrajectory(cell, by_time, state, every)


def _start(
    cell: Cell, by_time: Tensor, given: Sequence[Tensor] | None
) -> tuple[Tensor, ...]:
    lead = tuple(by_time.shape[1:-1])
    if given is None:
        zeros = cell.initial_state(*lead)
        return tuple(z.to(dtype=by_time.dtype, device=by_time.device) for z in zeros)
    expected = [(*lead, size) for size in cell.state_sizes]
    shapes = [tuple(state.shape) for state in given]
    if shapes != expected:
        raise ShapeError(
            got=f"initial states of shapes {shapes_text(shapes)}",
            expected=f"{shapes_text(expected)} for {', '.join(cell.state_names)}",
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


def _check_keep_every(every: int | Literal["auto"] | None, grad: bool) -> None:
    if every is None:
        return
    if grad or not (every == "auto" or isinstance(every, int) and every >= 1):
        raise ConfigError(
            got=f"keep_every={every!r}" + " with grad=True" * grad,
            expected='a number of steps from 1 on, or "auto", and no graph',
            try_='keep_every="auto"',
        )
