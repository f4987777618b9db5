"""How the last hidden state hangs on the inputs before it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradlab.errors import ConfigError
from gradlab.jacobians.flat import jacobians
from gradlab.jacobians.lags import lags as stored_lags
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.product import Product
from gradlab.numerics.batch_invariant import baddbmm_, bmm, pad_to_multiple
from gradlab.numerics.logscale import frobenius_norms, log
from gradlab.numerics.spectral_norm import spectral_norm
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class InputConnectivity:
    """Norms of dh_T/dx_t by lag T - t, as natural logs in float64.

    Attributes:
        lags: L of them, 0 to T - 1.
        frobenius, spectral: (L, …M, B); -inf is an exact zero, NaN not finite.
    """

    lags: tuple[int, ...]
    frobenius: np.ndarray
    spectral: np.ndarray


def input_connectivity(
    trajectory: Trajectory, lags: Sequence[int] | None = None
) -> InputConnectivity:
    """Return the norms of dh_T/dx_t = (dh_T/ds_t) (ds_t/dx_t), t = T - lag.

    The derivative of the last hidden state by one input, through all states and all
    paths, (H x I) in log scale at any length. With layers h is the top one's.

    Args:
        trajectory: what :func:`gradlab.unroll` gave.
        lags: 0 .. T - 1; those of :func:`gradlab.jacobians.lags` when left out. Lag 0
            is x_T, which enters with the last step itself.

    Raises:
        ConfigError: for lags outside 0 .. T - 1.

    >>> from gradlab import build, unroll
    >>> cell = build("rnn", input_size=2, hidden_size=3)
    >>> found = input_connectivity(unroll(cell, torch.zeros(1, 10, 2)), [0, 9])
    >>> found.spectral.shape
    (2, 1)
    """
    chosen = _checked(lags, trajectory.length)
    with torch.no_grad():
        frobenius, spectral = zip(*_walk(trajectory, chosen), strict=True)
    shape = (len(chosen), *trajectory.lead)
    return InputConnectivity(
        chosen, np.stack(frobenius).reshape(shape), np.stack(spectral).reshape(shape)
    )


def _walk(trajectory: Trajectory, lags: tuple[int, ...]):
    """Yield ln norms (N) and (N) at each of the lags."""
    cell, length = trajectory.cell, trajectory.length
    layout = Layout.of(cell)
    rows = layout.part((cell.state_names[cell.output_state],))
    count = int(np.prod(trajectory.lead, dtype=int))
    product = Product.identity(layout, count, trajectory.start[0], rows=rows)
    steps = jacobians(trajectory, length, length - lags[-1])
    for lag in range(lags[-1] + 1):
        if lag in lags:
            entered = _entered(product, trajectory, length - lag)
            exponent = product.exponent
            norms = frobenius_norms(entered), spectral_norm(entered)
            yield tuple(log(norm, exponent) for norm in norms)
        if lag < lags[-1]:
            product.advance(next(steps))


def _entered(product: Product, trajectory: Trajectory, t: int) -> Tensor:
    """Return mantissas (N, rows, I) of the product times ds_t/dx_t."""
    by_input = trajectory.cell.input_jacobian(*trajectory.step_at(t))
    total: Tensor | None = None
    for name, column in product.columns.items():
        block = pad_to_multiple(by_input[name].detach().flatten(0, -3), 2)
        if total is None:
            total = bmm(column, block)
        else:
            baddbmm_(total, column, block)
    assert total is not None, "a cell has states"
    broken = trajectory.broken.get(t)
    if broken is None:
        return total
    return torch.where(broken.reshape(-1, 1, 1), torch.nan, total)


def _checked(lags: Sequence[int] | None, length: int) -> tuple[int, ...]:
    if lags is None:
        return tuple(lag for lag in stored_lags(length) if lag < length)
    chosen = tuple(sorted({int(lag) for lag in lags}))
    if not chosen or chosen[0] < 0 or chosen[-1] >= length:
        raise ConfigError(
            got=f"lags {', '.join(map(str, lags)) or 'that are none'}",
            expected=f"whole numbers from 0 to {length - 1}",
            try_="lags=[0, 1]",
        )
    return chosen
