"""The product between two steps, as a matrix."""

import numpy as np
import torch

from gradlab.errors import ConfigError
from gradlab.jacobians.flat import jacobians
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.product import Product
from gradlab.numerics.logscale import LN2, Scaled, normalized
from gradlab.trajectory import Trajectory


def jacobian_product(
    trajectory: Trajectory, earlier: int = 0, later: int | None = None
) -> Scaled:
    """Return ds_later/ds_earlier, (…M, B, n, n) over the whole state, in log scale.

    Rows are the later state, columns the earlier, states in the order of
    ``cell.state_names``. ``.value()`` gives plain matrices.

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
    layout = Layout.of(trajectory.cell)
    count = int(np.prod(trajectory.lead, dtype=int))
    product = Product.identity(layout, count, trajectory.start[0])
    with torch.no_grad():
        for step in jacobians(trajectory, later, earlier):
            product.advance(step)
    flat = product.scaled()
    return Scaled(
        flat.mantissa.reshape(*trajectory.lead, layout.width, layout.width),
        flat.exponent.reshape(trajectory.lead),
    )


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
