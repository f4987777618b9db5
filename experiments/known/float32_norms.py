"""Norms of real float32 gradients, computed in float32 and in float64."""

import torch

from gradlab.measures.base import Measure


class Float32Norms(Measure):
    """|dL/dc_t| by lag from a real backward pass, by ``torch.linalg.vector_norm``.

    ``float32``: the norm of the gradient as it is, whose squares leave the format's
    range; ``float64``: of the same numbers after a cast. ``largest``: its largest entry
    in units of the smallest number above 0, 2^-149.
    """

    symbol = "|dL/dc_t|"
    unit = "number"
    question = "Is a gradient zero where its norm is?"
    formula = "|dL/dc_t|_2"
    reference = "IEEE 754, round to nearest; Goldberg 1991"
    axes = ("block", "lag")

    def compute(self, context):
        gradients = context.backward.state[-1].float().flip(0)
        norms = {
            "float32": torch.linalg.vector_norm(gradients, dim=-1).double(),
            "float64": torch.linalg.vector_norm(gradients.double(), dim=-1),
            "largest": gradients.double().abs().amax(-1) * 2.0**149,
        }
        lags = range(context.length + 1)
        return context.labelled(torch.stack([*norms.values()]), block=norms, lag=lags)
