"""Singular spectra of the Jacobian product along a trajectory."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from gradlab.arguments import instance
from gradlab.jacobians.lags import check_lags
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.labelled import LabelledArray, batch_coords
from gradlab.numerics.batch_invariant import pad_to_multiple
from gradlab.numerics.logscale import ln, ln_scaled
from gradlab.spectra.graded import GradedProduct
from gradlab.spectra.jacobi import singular_values
from gradlab.spectra.spectrum import SingularSpectra
from gradlab.trajectory import Trajectory


def singular_spectra(
    trajectory: Trajectory, lags: Sequence[int] | None = None
) -> SingularSpectra:
    """Return all singular values of J_T ... J_{t+1} at chosen lags T - t.

    Of the whole state, (h, c) for the LSTM, in float64 along the stored trajectory (a
    float32 one is used as stored). One walk back from T gives every lag. The
    relative error of each value is about eps times the condition number of J_t a step,
    over any number of decades; the SVD of a float64 product
    (:func:`gradlab.jacobians.log_singular_values`) resolves sixteen.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it.
        lags: among 1 .. T; powers of four and T by default.

    Returns:
        :class:`SingularSpectra`: ln of n singular values by lag, descending, with
        ranks, condition number and determinant derived from them.

    Raises:
        ConfigError: for lags outside 1 .. T.

    >>> from gradlab import build, unroll
    >>> cell = build("rnn", input_size=2, hidden_size=3, dtype=torch.float64)
    >>> found = singular_spectra(unroll(cell, torch.zeros(1, 100, 2).double()))
    >>> found.ln_singular_values.coords["lag"], found.ln_singular_values.axes
    ((1, 4, 16, 64, 100), ('lag', 'index', 'sequence'))
    >>> found.log_abs_det.at(lag=100, sequence=0) < 0
    True

    Source: Bai, Lee, Li & Xu 2011 (graded factorisation); Demmel & Veselic 1992
    (one-sided Jacobi).
    """
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    length = trajectory.length
    chosen = check_lags(lags, 1, length, default_lags(length))
    with torch.no_grad():
        rows, log_dets = _spectra_by_lag(trajectory, chosen)
    values, batch_shape = np.stack(rows).swapaxes(1, 2), trajectory.batch_shape

    def labelled(name: str, values: np.ndarray, **coords: tuple) -> LabelledArray:
        labels = {"lag": chosen, **coords, **batch_coords(batch_shape)}
        values = values.reshape(*values.shape[:-1], *batch_shape)
        return LabelledArray(name, labels, values, unit="nats")

    index = tuple(range(1, values.shape[1] + 1))
    return SingularSpectra(
        labelled("ln_singular_values", values, index=index),
        labelled("log_abs_det_by_lu", np.stack(log_dets)),
    )


def default_lags(length: int) -> tuple[int, ...]:
    """Return the powers of four up to a length, and the length.

    >>> default_lags(100)
    (1, 4, 16, 64, 100)
    """
    powers = (4**k for k in range(length.bit_length()))
    return tuple(sorted({lag for lag in powers if lag <= length} | {length}))


def _spectra_by_lag(
    trajectory: Trajectory, lags: tuple[int, ...]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return ln singular values (N, n) and the sum of ln |det J_t| (N) at each lag."""
    jacobians = StepJacobians(trajectory, double=True)
    first = jacobians.at(trajectory.length).plain()
    count, size = first.shape[:2]
    product = GradedProduct(count, size, first.device)
    log_det = np.zeros(count)
    rows, log_dets = [], []
    for lag in range(1, lags[-1] + 1):
        step = first if lag == 1 else jacobians.at(trajectory.length - lag + 1).plain()
        product.advance(step)
        log_det = log_det + _log_abs_det(step)
        if lag in lags:
            rows.append(ln_singular_values(product))
            log_dets.append(log_det)
    return rows, log_dets


def ln_singular_values(product: GradedProduct) -> np.ndarray:
    """Return ln of all singular values, descending, (N, n) float64.

    -inf for directions that are exactly zero; NaN for matrices that are not finite.
    """
    mantissa, power = singular_values(product.v, product.power)
    found = ln_scaled(mantissa, power)
    found[~product.finite.cpu().numpy()] = np.nan
    return -np.sort(-found, axis=-1)[:, : product.size]


def _log_abs_det(matrices: Tensor) -> np.ndarray:
    """Return ln |det| of (N, n, n); -inf where singular, NaN where not finite.

    By LU, as a sum of logs: a product of pivots would leave the range of float64.
    """
    finite = torch.isfinite(matrices).all(-1).all(-1)
    safe = pad_to_multiple(torch.where(finite[:, None, None], matrices, 0.0), 2)
    safe.diagonal(dim1=-2, dim2=-1)[:, matrices.shape[-1] :] = 1.0
    factors = torch.linalg.lu_factor_ex(safe).LU
    pivots = factors.diagonal(dim1=-2, dim2=-1).abs().cpu().numpy()
    log_det = ln(pivots).sum(axis=-1)
    return np.where(finite.cpu().numpy(), log_det, np.nan)
