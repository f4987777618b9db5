"""Slow references by autograd alone for everything the products give.

Public, so that a user can check a cell of their own (carry, conveyor and detours are
defined in :mod:`gradlab.jacobians`). For one cell (no member axis); matrices are (B,
later, earlier) over the whole state unless said otherwise. Nothing here calls a closed
form, but for the ``step`` and the diagonal ``conveyor`` of a cell.
"""

import torch
from torch import Tensor

from gradlab.cells.base import Cell
from gradlab.errors import ConfigError
from gradlab.trajectory import Trajectory


State = tuple[Tensor, ...]


def step_jacobian(cell: Cell, inputs: Tensor, state: State) -> Tensor:
    """Return J_t = ds_t/ds_{t-1}."""
    leaves = _leaves(state)
    with torch.enable_grad():
        return _derivative(cell.step(inputs, leaves).state, leaves)


def input_jacobian(cell: Cell, inputs: Tensor, state: State) -> Tensor:
    """Return ds_t/dx_t, (B, n, I)."""
    (leaf,) = _leaves((inputs,))
    with torch.enable_grad():
        return _derivative(cell.step(leaf, state).state, (leaf,))


def product(trajectory: Trajectory, lag: int) -> Tensor:
    """Return ds_T/ds_{T - lag}, through one graph over all the steps."""
    return _through(trajectory, lag, lambda cell, x, state: cell.step(x, state).state)


def cut_product(trajectory: Trajectory, lag: int, cut: str) -> Tensor:
    """Return ds_T/ds_{T - lag} with some paths cut by detaching, the values unchanged.

    ``no_cell_path`` detaches the carry wherever it is used, ``no_detours`` all other
    states; with a single state it is the additive keep path that is cut, or all but it.
    """
    several = len(trajectory.cell.state_names) > 1
    through = {
        ("no_cell_path", True): _carry_detached,
        ("no_detours", True): _others_detached,
        ("no_cell_path", False): _kept_detached,
        ("no_detours", False): _all_but_kept_detached,
    }
    return _through(trajectory, lag, through[cut, several])


def graph_derivative(trajectory: Trajectory, lag: int, later: str, earlier: str):
    """Return d later_T / d earlier_{T - lag} in the graph, (B, later, earlier).

    What ``retain_grad`` sees: other states of step T - lag that are computed from the
    earlier one follow it. ``lag`` at most T - 1.
    """
    cell, start = trajectory.cell, trajectory.length - lag
    names = cell.state_names
    with torch.enable_grad():
        state = _leaves(tuple(s[start - 1] for s in trajectory.states))
        state = cell.step(trajectory.inputs[start - 1], state).state
        held = state[names.index(earlier)]
        for x in trajectory.inputs[start:]:
            state = cell.step(x, state).state
        return _derivative((state[names.index(later)],), (held,))


def conveyor(trajectory: Trajectory, lag: int) -> Tensor:
    """Return the product of the conveyors, (B, n)."""
    total = torch.ones_like(trajectory.states[-1][0])
    for t in range(trajectory.length, trajectory.length - lag, -1):
        total = total * _conveyor(trajectory, t)
    return total


def detours(trajectory: Trajectory, lag: int) -> Tensor:
    """Return the carry's own block less the conveyor, as the telescoped sum.

    The sum over s of [conveyor from s to T] [J_s less its conveyor, carry's row]
    [ds_{s-1}/ds_t, carry's column], each factor by autograd.
    """
    cell, length = trajectory.cell, trajectory.length
    carry = _place(cell, cell.state_names[-1])
    start = trajectory.states[-1][length - lag]
    whole = start.new_zeros(*start.shape, start.shape[-1])
    for s in range(length, length - lag, -1):
        inputs, state, _ = trajectory.step_at(s)
        entering = step_jacobian(cell, inputs, state)[:, carry].clone()
        own = entering[:, :, carry].diagonal(dim1=-2, dim2=-1)
        own -= _conveyor(trajectory, s)
        before = _between(trajectory, length - lag, s - 1)[:, :, carry]
        after = conveyor(trajectory, length - s)
        whole = whole + after.unsqueeze(-1) * (entering @ before)
    return whole


def _conveyor(trajectory: Trajectory, t: int) -> Tensor:
    diagonal = trajectory.cell.conveyor(*trajectory.step_at(t))
    if diagonal is None:
        raise ConfigError(
            got=f"{trajectory.cell.name}, which has no conveyor",
            expected="a cell whose carry is kept by a gate",
            try_='build("lstm", ...)',
        )
    return diagonal.detach()


def _through(trajectory: Trajectory, lag: int, advance) -> Tensor:
    start = trajectory.length - lag
    leaves = _leaves(tuple(s[start] for s in trajectory.states))
    with torch.enable_grad():
        state = leaves
        for x in trajectory.inputs[start:]:
            state = advance(trajectory.cell, x, state)
        return _derivative(state, leaves)


def _between(trajectory: Trajectory, earlier: int, later: int) -> Tensor:
    cell = trajectory.cell
    leaves = _leaves(tuple(s[earlier] for s in trajectory.states))
    with torch.enable_grad():
        state = leaves
        for x in trajectory.inputs[earlier:later]:
            state = cell.step(x, state).state
        return _derivative(state, leaves)


def _carry_detached(cell: Cell, x: Tensor, state: State) -> State:
    return cell.step(x, (*state[:-1], state[-1].detach())).state


def _others_detached(cell: Cell, x: Tensor, state: State) -> State:
    return cell.step(x, (*(s.detach() for s in state[:-1]), state[-1])).state


def _kept_detached(cell: Cell, x: Tensor, state: State) -> State:
    return cell.step(x, state, keep_path_carry=state[0].detach()).state


def _all_but_kept_detached(cell: Cell, x: Tensor, state: State) -> State:
    return cell.step(x, (state[0].detach(),), keep_path_carry=state[0]).state


def _leaves(state: State) -> State:
    return tuple(s.detach().clone().requires_grad_() for s in state)


def _derivative(outputs: State, leaves: State) -> Tensor:
    """Return d outputs / d leaves, one backward pass per output unit."""
    rows = []
    for output in outputs:
        for unit in range(output.shape[-1]):
            rows.append(_row(output[..., unit], leaves))
    return torch.stack(rows, dim=-2).detach()


def _row(output: Tensor, leaves: State) -> Tensor:
    if not output.requires_grad:
        return torch.cat([torch.zeros_like(leaf) for leaf in leaves], dim=-1)
    parts = torch.autograd.grad(
        output.sum(), leaves, retain_graph=True, allow_unused=True
    )
    filled = [
        torch.zeros_like(leaf) if part is None else part
        for part, leaf in zip(parts, leaves, strict=True)
    ]
    return torch.cat(filled, dim=-1)


def _place(cell: Cell, name: str) -> slice:
    k = cell.state_names.index(name)
    start = sum(cell.state_sizes[:k])
    return slice(start, start + cell.state_sizes[k])
