"""Norms of dh_T/dx_t: how the last hidden state depends on earlier inputs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from gradlab.arguments import instance
from gradlab.jacobians.batched_jacobian import JacobianSpan
from gradlab.jacobians.lags import check_lags
from gradlab.jacobians.lags import lags as stored_lags
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.jacobians.walk import Observer, walk
from gradlab.jacobians.wider_range import ProductClass, Results, compute_in_wider_range
from gradlab.labelled import LabelledArray, batch_coords
from gradlab.numerics.logscale import frobenius_norms, ln_scaled
from gradlab.numerics.spectral_norm import spectral_norm
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class InputConnectivity:
    """Norms of dh_T/dx_t by lag T - t, as natural logs in float64.

    Axes ``lag``, among 0 .. T - 1, and those of the batch; -inf is an exact zero, NaN
    not finite.
    """

    ln_spectral_norm: LabelledArray
    ln_frobenius_norm: LabelledArray


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
    >>> found.ln_spectral_norm.axes, found.ln_spectral_norm.values.shape
    (('lag', 'sequence'), (2, 1))
    """
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    length = trajectory.length
    chosen = check_lags(lags, 0, length - 1, stored_lags(length))
    with torch.no_grad():
        found = compute_in_wider_range(
            StepJacobians(trajectory),
            trajectory.batch_shape[-1],
            lambda *args: _compute_with(chosen, *args),
        )
    batch_shape = trajectory.batch_shape
    coords: dict[str, tuple] = {"lag": chosen, **batch_coords(batch_shape)}

    def labelled(kind: str) -> LabelledArray:
        values = np.moveaxis(found[kind], -1, 0).reshape(len(chosen), *batch_shape)
        return LabelledArray(f"ln_{kind}_norm", coords, values, unit="nats")

    return InputConnectivity(labelled("spectral"), labelled("frobenius"))


def _compute_with(
    lags: tuple[int, ...], jacobians: StepJacobians, product_class: ProductClass
) -> tuple[Results, np.ndarray]:
    observer = _InputNorms(jacobians, product_class)
    if lags[0] == 0:
        observer.on_lag(0)
    walk(jacobians, [observer], lags)
    sequences = jacobians.trajectory.batch_shape[-1]
    norms = np.stack(observer.norms, -1)
    frobenius, spectral = norms.reshape(2, -1, sequences, len(lags))
    results = {"frobenius": frobenius, "spectral": spectral}
    return results, observer.product.may_underflow


class _InputNorms(Observer):
    """Norms of the product's output rows times ds_t/dx_t, at the lags requested.

    Attributes:
        norms: (2, N) of each lag: Frobenius and spectral.
    """

    def __init__(self, jacobians: StepJacobians, product_class: ProductClass) -> None:
        cell, layout = jacobians.cell, jacobians.layout
        rows = layout.part((cell.state_names[cell.output_state],))
        self.jacobians = jacobians
        self.norms: list[np.ndarray] = []
        self.product = product_class.identity(
            layout, jacobians.count, jacobians.like, row_layout=rows
        )

    def advance(self, span: JacobianSpan) -> None:
        """Advance by a span."""
        self.product.advance(span)

    def on_lag(self, lag: int) -> None:
        """Record the norms of dh_T/dx_t, t = T - lag."""
        blocks = self.jacobians.by_inputs(self.jacobians.length - lag)
        matrices, exponent = self.product.current().times(blocks)
        norms = frobenius_norms(matrices), spectral_norm(matrices)
        self.norms.append(np.stack([ln_scaled(norm, exponent) for norm in norms]))
