"""Three derivatives that are all called dc_T/dc_t."""

# With P = J_T ... J_{t+1} in blocks of (h, c):
#
#     conveyor   prod_s D(d_s), the gates' path alone
#     state      P_cc: c_t varies, h_t is held fixed
#     graph      P_cc + P_ch dh_t/dc_t: h_t = h(c_t) follows, as in an autograd graph,
#                whose retain_grad on c_t gives dL/dc_t with this convention
#
# dh_t/dc_t is a derivative within step t; it is computed by autograd through that step.

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradlab.errors import ConfigError
from gradlab.jacobians.flat import jacobian_at, jacobians
from gradlab.jacobians.lags import lags as stored_lags
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.product import Product
from gradlab.numerics.batch_invariant import bmm, pad_to_multiple
from gradlab.numerics.diagonal import ln_largest, ln_products, ln_root_sum_square
from gradlab.numerics.logscale import frobenius_norms, log
from gradlab.numerics.spectral_norm import spectral_norm
from gradlab.paths.conveyor import missing_conveyor
from gradlab.trajectory import Trajectory


KINDS = ("conveyor", "state", "graph")


@dataclass(frozen=True)
class CellDerivatives:
    """Norms of the carry's three derivatives, natural logs in float64.

    ``conveyor``, ``state`` and ``graph``. With one state the last two are the same.

    Attributes:
        lags: L of them, below T: c_0 was not computed by any step.
        frobenius: by kind, (L, …M, B).
        spectral: by kind, (L, …M, B).
    """

    lags: tuple[int, ...]
    frobenius: dict[str, np.ndarray]
    spectral: dict[str, np.ndarray]


def cell_derivatives(
    trajectory: Trajectory, lags: Sequence[int] | None = None
) -> CellDerivatives:
    """Return the norms of the conveyor, state and graph derivative by lag.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it.
        lags: among 0 .. T - 1; those of :func:`gradlab.jacobians.lags` by default.

    Raises:
        ConfigError: for a cell without a conveyor, or lags outside 0 .. T - 1.
    """
    wanted = _check(trajectory, lags)
    norms: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {"state": [], "graph": []}
    diagonals = []
    with torch.no_grad():
        product, length = _identity(trajectory), trajectory.length
        steps = jacobians(trajectory, length, length - wanted[-1])
        for lag in range(wanted[-1] + 1):
            if lag:
                step = next(steps)
                assert step.conveyor is not None, "checked before"
                diagonals.append(step.conveyor)
                product.advance(step)
            if lag in wanted:
                state, graph = _state_and_graph(product, trajectory, length - lag)
                norms["state"].append(_norms(state, product))
                norms["graph"].append(_norms(graph, product))
    width = trajectory.cell.state_sizes[-1]
    units = _ln_conveyors(diagonals, product)[list(wanted), :, :width]
    pairs = {"conveyor": (ln_root_sum_square(units), ln_largest(units))}
    for kind, found in norms.items():
        frobenius, spectral = zip(*found, strict=True)
        pairs[kind] = np.stack(frobenius), np.stack(spectral)
    shape = (len(wanted), *trajectory.lead)
    return CellDerivatives(
        wanted,
        {kind: pairs[kind][0].reshape(shape) for kind in KINDS},
        {kind: pairs[kind][1].reshape(shape) for kind in KINDS},
    )


def other_by_carry(trajectory: Trajectory, t: int) -> dict[str, Tensor]:
    """Return d other_t / d carry_t within step t, (N, n, n) by other state; t from 1.

    For the LSTM dh_t/dc_t = D(o (1 - tanh^2 c)), plus a peephole's path through the
    output gate. By autograd through one step, so for any cell.
    """
    cell = trajectory.cell
    inputs, before, _ = trajectory.step_at(t)
    with torch.enable_grad():
        leaves = tuple(part.detach().clone().requires_grad_() for part in before)
        *others, carry = cell.step(inputs, leaves).state
        return {
            name: torch.stack(_rows(other, carry), -2).flatten(0, -3)
            for name, other in zip(cell.state_names, others, strict=False)
        }


def _rows(other: Tensor, carry: Tensor) -> list[Tensor]:
    """Return d other / d carry, one backward pass a row, (…, B, n) each."""
    rows = []
    for unit in range(other.shape[-1]):
        (row,) = torch.autograd.grad(
            other[..., unit].sum(), carry, retain_graph=True, allow_unused=True
        )
        rows.append(torch.zeros_like(carry) if row is None else row)
    return [row.detach() for row in rows]


def _identity(trajectory: Trajectory) -> Product:
    layout = Layout.of(trajectory.cell)
    rows = layout.part(layout.names[-1:])
    count = int(np.prod(trajectory.lead, dtype=int))
    return Product.identity(layout, count, trajectory.start[0], rows=rows)


def _state_and_graph(
    product: Product, trajectory: Trajectory, t: int
) -> tuple[Tensor, Tensor]:
    """Return the mantissas of the state and of the graph derivative, (N, n, n)."""
    own = graph = product.columns[product.layout.names[-1]]
    for name, by_carry in other_by_carry(trajectory, t).items():
        graph = graph + bmm(product.columns[name], pad_to_multiple(by_carry, 2))
    return own, graph


def _norms(matrices: Tensor, product: Product) -> tuple[np.ndarray, np.ndarray]:
    """Return ln Frobenius and ln spectral norms, (N) each."""
    return (
        log(frobenius_norms(matrices), product.exponent),
        log(spectral_norm(matrices).cpu().numpy(), product.exponent),
    )


def _ln_conveyors(diagonals: list[Tensor], product: Product) -> np.ndarray:
    """Return ln |d_T ... d_{t+1}| of each unit by lag, (lags, N, n)."""
    if not diagonals:
        return np.zeros((1, product.count, product.layout.sizes[-1]))
    return ln_products(torch.stack(diagonals[::-1]))


def _check(trajectory: Trajectory, lags: Sequence[int] | None) -> tuple[int, ...]:
    last = trajectory.length - 1
    if jacobian_at(trajectory, trajectory.length).conveyor is None:
        raise missing_conveyor(trajectory.cell)
    if lags is None:
        return tuple(lag for lag in stored_lags(trajectory.length) if lag <= last)
    chosen = tuple(sorted(set(map(int, lags))))
    if not chosen or chosen[0] < 0 or chosen[-1] > last:
        raise ConfigError(
            got=f"lags {', '.join(map(str, lags))}",
            expected=f"whole numbers from 0 to {last}",
            try_=f"lags=range({last + 1})",
        )
    return chosen
