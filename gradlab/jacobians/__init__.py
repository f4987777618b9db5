"""Products of state Jacobians along a trajectory, exact and in log scale.

Orientation: rows are the later state, columns the earlier; block ``"hc"`` is
dh_T/dc_t. The chain goes right to left, P <- P J_t, so one pass gives every lag.
"""

from gradlab.jacobians.between import jacobian_product, log_singular_values
from gradlab.jacobians.blocks import block_names
from gradlab.jacobians.chain import JacobianNorms, jacobian_norms
from gradlab.jacobians.lags import batch_lags, lags
from gradlab.jacobians.layers import LayerNorms, layer_norms
from gradlab.jacobians.steps import step_norms
from gradlab.jacobians.triangles import Triangle, triangle


__all__ = [
    "JacobianNorms",
    "LayerNorms",
    "Triangle",
    "batch_lags",
    "block_names",
    "jacobian_norms",
    "jacobian_product",
    "lags",
    "layer_norms",
    "log_singular_values",
    "step_norms",
    "triangle",
]
