"""Norm of the whole gradient along a training."""

import numpy as np

from gradlab.measures.base import Measure


MOST = 2_000
"""Updates whose numbers are kept, evenly spaced, at most."""


class GradientNorm(Measure):
    """ln |dL/d(all parameters)| at each update, before clipping.

    Over the parameters of the cell and of the output layer, as clipping sees it. Of
    more than 2,000 updates every so many-th is kept.
    """

    name = "gradient_norm"
    of_training = True
    symbol = "ln |g|"
    unit = "nats"
    question = "How large is the gradient that an update follows?"
    formula = "ln |dL/d theta|_2"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("update",)

    def compute(self, context):
        norms = context.history.gradient_norms
        every = -(-len(norms) // MOST)
        with np.errstate(divide="ignore"):
            logs = np.log(norms[::every])
        return context.labelled(logs, update=range(0, len(norms), every))
