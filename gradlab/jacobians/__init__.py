"""Products of state Jacobians along a trajectory, exact and in log scale.

Orientation: rows are the later state, columns the earlier; block ``"hc"`` is
dh_T/dc_t. A walk goes from T back, P <- P J_t, so one pass gives every lag.

Words of this package:

* carry: the last of a cell's states (c of an LSTM, h of a GRU), the one that a gate
  keeps from step to step;
* conveyor: the diagonal d_t by which that gate hands the carry on (the forget gate of
  an LSTM, plus what peepholes add; the keep gate of a GRU), stored apart from the rest
  of J_t; and the product of those over the steps;
* detours: the carry's own block of the product less the conveyor, i.e. all paths that
  pass through the recurrent weights at least once;
* joint: the whole product, over all states;
* member or point: one network of an ensemble; it has B sequences. N counts the
  sequences of all members;
* span: consecutive steps whose J_t are computed at once;
* stored lags: those at which spectral norms are computed (see :mod:`.lags`).
"""

from gradlab.jacobians.input_norms import InputConnectivity, input_connectivity
from gradlab.jacobians.labelled_norms import JacobianNorms
from gradlab.jacobians.lags import batch_lags, check_lags, lags
from gradlab.jacobians.layers import LayerNorms, layer_norms
from gradlab.jacobians.layout import block_names
from gradlab.jacobians.matrix import (
    JacobianProduct,
    jacobian_product,
    log_singular_values,
    scaled_product,
    step_jacobians,
)
from gradlab.jacobians.norms import jacobian_norms, step_norms
from gradlab.jacobians.triangle import Triangle, triangle


__all__ = [
    "InputConnectivity",
    "JacobianNorms",
    "JacobianProduct",
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
    "scaled_product",
    "step_jacobians",
    "step_norms",
    "triangle",
]
