"""Products of state Jacobians along a trajectory, exact and in log scale.

Orientation: rows are the later state, columns the earlier; block ``"hc"`` is
dh_T/dc_t. A walk goes from T back, P <- P J_t, so one pass gives every lag.
"""

from gradlab.jacobians.input_norms import InputConnectivity, input_connectivity
from gradlab.jacobians.lags import batch_lags, check_lags, lags
from gradlab.jacobians.layers import LayerNorms, layer_norms
from gradlab.jacobians.layout import block_names
from gradlab.jacobians.matrix import jacobian_product, log_singular_values
from gradlab.jacobians.norms import JacobianNorms, jacobian_norms, step_norms
from gradlab.jacobians.triangle import Triangle, triangle


__all__ = [
    "InputConnectivity",
    "JacobianNorms",
    "LayerNorms",
    "Triangle",
    "batch_lags",
    "block_names",
    "check_lags",
    "input_connectivity",
    "jacobian_norms",
    "jacobian_product",
    "lags",
    "layer_norms",
    "log_singular_values",
    "step_norms",
    "triangle",
]
