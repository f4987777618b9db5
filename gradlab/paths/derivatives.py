"""Three derivatives of the carry that are all called dc_T/dc_t.

The carry is the last of a cell's states (c of an LSTM), the conveyor its own gated path
(:mod:`gradlab.jacobians`).
"""

# With P = J_T ... J_{t+1} in blocks of (h, c):
#
#     conveyor   prod_s D(d_s), the gates' path alone
#     state      P_cc, a partial derivative: c_t varies, h_t is held fixed
#     graph      P_cc + P_ch dh_t/dc_t, a total derivative: h_t = h(c_t) follows, as in
#                an autograd graph, whose retain_grad on c_t gives dL/dc_t with this
#                convention
#
# dh_t/dc_t is a derivative within step t; it is computed by autograd through that step.

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.batched_jacobian import JacobianSpan
from gradlab.jacobians.lags import check_lags
from gradlab.jacobians.lags import lags as stored_lags
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.jacobians.walk import Observer, walk
from gradlab.jacobians.wider_range import ProductClass, Results, compute_in_wider_range
from gradlab.numerics.diagonal import ln_largest, ln_products, ln_root_sum_square
from gradlab.numerics.logscale import frobenius_norms, ln_scaled
from gradlab.numerics.spectral_norm import spectral_norm
from gradlab.paths.conveyor import missing_conveyor
from gradlab.trajectory import Trajectory


DERIVATIVES = ("conveyor", "state", "graph")


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
    sequences = trajectory.batch_shape[-1]
    with torch.no_grad():
        found = compute_in_wider_range(
            StepJacobians(trajectory),
            sequences,
            lambda *args: _compute_with(trajectory, wanted, *args),
        )
    shape = (len(wanted), *trajectory.batch_shape)
    curves = {
        name: np.moveaxis(curve, -1, 0).reshape(shape) for name, curve in found.items()
    }
    return CellDerivatives(
        wanted,
        {kind: curves[f"frobenius {kind}"] for kind in DERIVATIVES},
        {kind: curves[f"spectral {kind}"] for kind in DERIVATIVES},
    )


def _compute_with(
    trajectory: Trajectory,
    lags: tuple[int, ...],
    jacobians: StepJacobians,
    product_class: ProductClass,
) -> tuple[Results, np.ndarray]:
    observer = _Derivatives(trajectory, jacobians, product_class)
    if lags[0] == 0:
        observer.on_lag(0)
    walk(jacobians, [observer], lags)
    width = trajectory.cell.state_sizes[-1]
    units = observer.ln_conveyor_products()[list(lags), :, :width]
    curves = {name: np.stack(norms) for name, norms in observer.norms.items()}
    curves["frobenius conveyor"] = ln_root_sum_square(units)
    curves["spectral conveyor"] = ln_largest(units)
    sequences = trajectory.batch_shape[-1]
    results = {
        name: curve.T.reshape(-1, sequences, len(lags))
        for name, curve in curves.items()
    }
    return results, observer.product.may_underflow


class _Derivatives(Observer):
    """The carry's rows of the product, the graph derivative, and the conveyor.

    Attributes:
        norms: by norm and kind, ln norms (N) of each lag requested.
    """

    def __init__(
        self,
        trajectory: Trajectory,
        jacobians: StepJacobians,
        product_class: ProductClass,
    ) -> None:
        self.trajectory, self.jacobians = trajectory, jacobians
        layout = jacobians.layout
        self.carry = layout.names[-1:]
        self.product = product_class.identity(
            layout, jacobians.count, jacobians.like, row_layout=layout.part(self.carry)
        )
        kinds = ("state", "graph")
        names = [f"{norm} {k}" for norm in ("frobenius", "spectral") for k in kinds]
        self.norms: dict[str, list[np.ndarray]] = {name: [] for name in names}
        self.diagonals: list[Tensor] = []

    def advance(self, span: JacobianSpan) -> None:
        """Advance by a span."""
        self.product.advance(span)
        self.diagonals += [part.clone() for part in span.conveyors]

    def on_lag(self, lag: int) -> None:
        """Record the norms at a lag."""
        current, jacobians = self.product.current(), self.jacobians
        by_carry = d_other_d_carry(self.trajectory, jacobians.length - lag)
        places = torch.from_numpy(jacobians.sequences)
        blocks = {
            name: part[places.to(part.device)].to(jacobians.like)
            for name, part in by_carry.items()
        }
        width = self.trajectory.cell.state_sizes[-1]
        eye = torch.eye(width).to(jacobians.like)
        blocks[self.carry[0]] = eye.expand(jacobians.count, -1, -1)
        pairs = {
            "state": current.matrix(self.carry, self.carry),
            "graph": current.times(blocks),
        }
        for kind, (matrices, exponent) in pairs.items():
            norm = frobenius_norms(matrices)
            self.norms[f"frobenius {kind}"].append(ln_scaled(norm, exponent))
            norm = spectral_norm(matrices).cpu().numpy()
            self.norms[f"spectral {kind}"].append(ln_scaled(norm, exponent))

    def ln_conveyor_products(self) -> np.ndarray:
        """Return ln |d_T ... d_{t+1}| of each unit by lag, (lags, N, n)."""
        if not self.diagonals:
            return np.zeros(
                (1, self.product.count, self.product.layout.padded_widths[-1])
            )
        return ln_products(torch.stack(self.diagonals[::-1]))


def d_other_d_carry(trajectory: Trajectory, t: int) -> dict[str, Tensor]:
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


def _check(trajectory: Trajectory, lags: Sequence[int] | None) -> tuple[int, ...]:
    length = trajectory.length
    if StepJacobians(trajectory).at(length).conveyor is None:
        raise missing_conveyor(trajectory.cell)
    return check_lags(lags, 0, length - 1, stored_lags(length))
