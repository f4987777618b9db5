"""Run a cell over a sequence."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from gradlab.arguments import describe, flag, whole_number
from gradlab.cells._dtypes import in_computed_dtype, refuse_autocast
from gradlab.cells._sequence import as_inputs, as_state
from gradlab.cells._torch_modules import from_torch, is_time_first, states_by_name
from gradlab.cells.base import Cell
from gradlab.errors import ConfigError, ShapeError
from gradlab.trajectory.checkpoints import CheckpointedTrajectory, segment_length
from gradlab.trajectory.repeated import is_ours
from gradlab.trajectory.steps import iterate_steps, step_checked
from gradlab.trajectory.stored import Trajectory, collect


MIN_LENGTH = 2


def unroll(
    cell: Cell | nn.Module,
    inputs: Tensor | np.ndarray,
    *,
    initial_state: Sequence[Tensor] | Tensor | None = None,
    burn_in: int = 0,
    grad: bool = False,
    keep_every: int | Literal["auto"] | None = None,
) -> Trajectory:
    """Run ``cell`` over ``inputs`` and store what every step returned.

    Args:
        cell: one cell, or an ensemble (weights with a leading member axis); or a module
            of ``torch.nn``, of which a copy is run (:func:`gradlab.from_torch`).
        inputs: (…M, B, T, I); the member axis is there exactly when the cell is an
            ensemble. For ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` as the module itself reads
            them: (T, B, I) unless it has ``batch_first``. A NumPy array takes the
            cell's dtype and device.
        initial_state: s_0, one (…M, B, n) per state name; for a module of ``torch.nn``
            in its own form; ``cell.initial_state`` when left out.
        burn_in: steps to run first; the trajectory starts with the state after them
            and is that much shorter.
        grad: build the autograd graph; the results are part of it.
        keep_every: store the states of every K-th step only and recompute the others
            on access, K steps at a time: 100,000 steps then need little more memory
            than their inputs, and all numbers are the same, bit for bit. ``"auto"``
            chooses K, about sqrt(T) / 4. All steps are stored when left out.

    Half precision, of the inputs or the cell, is computed in float32, with a warning.

    Raises:
        ConfigError: under ``torch.autocast``; for ``keep_every`` below 1, or together
            with ``grad``; inputs of another dtype or device than the cell's, or none of
            floating point;
            what is no cell (see :func:`gradlab.from_torch`); a cell whose step is
            another function each time, mixes the sequences of a batch, changes its
            arguments in place or hides from autograd how it uses the state, or whose
            state is a matrix or complex.
        ShapeError: if inputs or states do not fit the cell, or if fewer than 2 steps
            follow the burn-in.
    """
    refuse_autocast()
    _check_keep_every(keep_every, flag("grad", grad))
    given, cell = cell, _as_cell(cell, grad)
    checked = as_inputs(cell, inputs, time_first=is_time_first(given))
    _check_steps(checked, burn_in)
    state = as_state(cell, states_by_name(given, initial_state), checked)
    by_time = checked.movedim(-2, 0)
    if not is_ours(cell):  # may change what it is given: then not the caller's tensors
        by_time, state = by_time.clone(), tuple(part.clone() for part in state)
    with torch.set_grad_enabled(grad):
        for x in by_time[:burn_in]:
            state = step_checked(cell, x, state).state
        by_time = by_time[burn_in:]
        if keep_every is None:
            steps = iterate_steps(cell, by_time, state)
            trajectory = collect(cell, by_time, state, steps)
            _ = trajectory.batches_steps  # refuses a step that cannot be repeated
            return trajectory
        every = segment_length(len(by_time)) if keep_every == "auto" else keep_every
        return CheckpointedTrajectory(cell, by_time, state, every)


def _as_cell(given: Any, grad: bool) -> Cell:
    """Return a cell as it is; of half precision, and of a torch.nn module, a copy."""
    cell = in_computed_dtype(given) if isinstance(given, Cell) else from_torch(given)
    if cell is not given and grad:
        raise ConfigError(
            got="grad=True with a copy, as of a torch.nn module or half precision",
            expected="a cell in float32 or float64, whose parameters get the gradients",
            try_="cell = gradlab.from_torch(module), then gradlab.unroll(cell, ...)",
        )
    return cell


def _check_steps(inputs: Tensor, burn_in: Any) -> None:
    steps = inputs.shape[-2]
    burn_in = whole_number("burn_in", burn_in, 0, try_="0")
    if steps - burn_in < MIN_LENGTH:
        raise ShapeError(
            got=f"{steps} steps of input with a burn-in of {burn_in}",
            expected=f"a burn-in from 0 and at least {MIN_LENGTH} steps after it",
            try_="burn_in=0",
        )


def _check_keep_every(every: int | Literal["auto"] | None, grad: bool) -> None:
    if every is None:
        return
    is_count = isinstance(every, int) and not isinstance(every, bool) and every >= 1
    if grad or not (is_count or isinstance(every, str) and every == "auto"):
        raise ConfigError(
            got=f"keep_every = {describe(every)}" + " with grad=True" * grad,
            expected='a number of steps from 1 on, or "auto", and no graph',
            try_='keep_every="auto"',
        )
