"""The Jacobian product as a matrix in log scale, and its singular values."""

import numpy as np
import torch

from gradlab.errors import ConfigError
from gradlab.jacobians.batched_jacobian import JacobianSpan
from gradlab.jacobians.observers import AnyProduct
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.jacobians.walk import Observer, walk
from gradlab.jacobians.wider_range import ProductClass, Results, compute_in_wider_range
from gradlab.numerics.logscale import LN2, Scaled, normalized
from gradlab.trajectory import Trajectory


def jacobian_product(
    trajectory: Trajectory, earlier: int = 0, later: int | None = None
) -> Scaled:
    """Return ds_later/ds_earlier, (…M, B, n, n) over the whole state, in log scale.

    Rows are the later state, columns the earlier, states in the order of
    ``cell.state_names``. ``.value()`` gives plain matrices. One power of two is taken
    out of each matrix: entries 2^-149 (float64: 2^-1074) below its largest are 0, but
    none was lost on the way that would have led later.

    Raises:
        ConfigError: unless 0 <= earlier <= later <= T.
    """
    later = trajectory.length if later is None else later
    if not 0 <= earlier <= later <= trajectory.length:
        raise ConfigError(
            got=f"steps {earlier} to {later}",
            expected=f"0 <= earlier <= later <= {trajectory.length}",
            try_="jacobian_product(trajectory, 0)",
        )
    with torch.no_grad():
        jacobians = StepJacobians(trajectory)
        dtype, sequences = jacobians.like.dtype, trajectory.batch_shape[-1]

        def compute(
            subset: StepJacobians, product_class: ProductClass
        ) -> tuple[Results, np.ndarray]:
            observer = _Unrecorded(
                product_class.identity(subset.layout, subset.count, subset.like)
            )
            length = subset.length
            walk(subset, [observer], (length - earlier,), start=length - later)
            names = subset.layout.names
            matrix, exponent = observer.product.current().matrix(names, names)
            plain, shift = normalized(subset.layout.plain(matrix))
            exponent = exponent + shift.cpu().numpy()
            return {
                "mantissa": plain.to(dtype)
                .cpu()
                .numpy()
                .reshape(-1, sequences, *plain.shape[1:]),
                "exponent": exponent.reshape(-1, sequences),
            }, observer.product.may_underflow

        found = compute_in_wider_range(jacobians, sequences, compute)
    mantissa = torch.from_numpy(found["mantissa"]).to(jacobians.device)
    return Scaled(
        mantissa.reshape(*trajectory.batch_shape, *mantissa.shape[-2:]),
        torch.from_numpy(found["exponent"]).reshape(trajectory.batch_shape),
    )


class _Unrecorded(Observer):
    """A product that is advanced; nothing of it is recorded on the way."""

    def __init__(self, product: AnyProduct) -> None:
        self.product = product

    def advance(self, span: JacobianSpan) -> None:
        """Advance by a span."""
        self.product.advance(span)


def log_singular_values(product: Scaled) -> np.ndarray:
    """Return ln of all singular values, descending, (…, n) float64; -inf for zero.

    By SVD of the mantissas in float64: right for values down to about 1e-16 (1e-7 from
    float32 products) of the largest; those below are rounding, and
    :func:`gradlab.spectra.singular_spectra` gets them right, too. NaN for matrices that
    are not finite.
    """
    mantissa = product.mantissa.double()
    shape = mantissa.shape[:-2]
    flat = mantissa.reshape(-1, *mantissa.shape[-2:])
    finite = torch.isfinite(flat).all(-1).all(-1)
    safe, shift = normalized(torch.where(finite[:, None, None], flat, 0.0))
    values = torch.linalg.svdvals(safe).cpu().numpy()
    with np.errstate(divide="ignore"):
        ln = np.log(values)
    exponent = shift.cpu() + product.exponent.reshape(-1).cpu()
    ln += exponent.numpy()[:, None] * LN2
    ln[~finite.cpu().numpy()] = np.nan
    return ln.reshape(*shape, -1)
