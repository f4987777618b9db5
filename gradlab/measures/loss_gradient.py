"""Gradients of the loss by the states, from a real backward pass."""

import numpy as np
from torch import Tensor

from gradlab.cells._step import distinct_names
from gradlab.measures.base import Measure
from gradlab.numerics.logscale import ln_vector_norm


class LossGradient(Measure):
    """ln |dL/ds_t| at every step 0 .. T, from hooks on ``loss.backward()``.

    Block ``h`` is dL/dh_t. Every further state, such as the LSTM's c, has two:
    ``c_graph`` is what ``retain_grad`` returns, ``c_state`` the gradient with h_t held
    fixed, as in the state Jacobian: c_graph = c_state + s_t dL/dh_t, s_t = dh_t/dc_t at
    fixed gates. -inf where it underflowed to zero. With layers, the state where the
    loss enters (such as ``h2``) has one block and all others have both.
    """

    name = "loss_gradient"
    symbol = "ln |dL/dh_t|"
    unit = "nats"
    question = "What arrives in a real backward pass?"
    formula = "ln |dL/ds_t|_2"
    reference = "Hochreiter 1991; Werbos 1990"
    axes = ("block", "step")
    version = 2

    def compute(self, context):
        found = context.backward
        names, read = context.cell.state_names, context.cell.output_state
        curves: dict[tuple[str, ...], Tensor] = {}
        curves[(names[read],)] = found.graph[read]
        for k, name in enumerate(names):
            if k != read:
                curves[name, "graph"] = found.graph[k]
                curves[name, "state"] = found.state[k]
        values = np.stack([ln_vector_norm(curve) for curve in curves.values()])
        blocks, steps = distinct_names(list(curves), "_"), range(context.length + 1)
        return context.labelled(values, block=blocks, step=steps)
