"""Contributions of the steps to a gradient that ``clip_grad_norm_`` has clipped."""

import torch
from torch import nn

from gradlab.measures._weights import has_recurrent_weight
from gradlab.measures.base import Measure
from gradlab.numerics.logscale import ln_vector_norm


SMALLER = 100.0


class ClippedContribution(Measure):
    """ln |s G_t|_F by step after ``torch.nn.utils.clip_grad_norm_``.

    W_hh has a copy for every step, whose gradient is G_t, the contribution of step t;
    the copies are clipped together, to a hundredth of their norm, as PyTorch clips the
    parameters of a model. ``before`` and ``after``; float64, whose range G_t of early
    steps needs.
    """

    symbol = "ln |s G_t|_F"
    unit = "nats"
    question = "Does clipping bring early steps nearer to late ones?"
    formula = "ln |G_t min(1, c / |G|)|_F"
    reference = "Pascanu, Mikolov & Bengio 2013"
    axes = ("block", "step")

    def applies_to(self, cell):
        return has_recurrent_weight(cell)

    def compute(self, context):
        steps = context.step_gradients(context.cell.recurrent_parameters)
        rows = [torch.cat([part.flatten(1) for part in g.values()], -1) for g in steps]
        before = torch.stack(rows).double()  # (T, N, weights)
        after = torch.stack([clipped(one) for one in before.unbind(1)], 1)
        shape = (2, context.length, *context.batch_shape)
        norms = ln_vector_norm(torch.stack([before, after])).reshape(shape)
        steps = range(1, context.length + 1)
        return context.labelled(norms, block=("before", "after"), step=steps)


def clipped(gradients):
    """Return gradients (T, weights) after ``clip_grad_norm_`` of T parameters."""
    parameters = [nn.Parameter(torch.zeros_like(gradient)) for gradient in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient.clone()
    largest = float(gradients.flatten().norm()) / SMALLER
    nn.utils.clip_grad_norm_(parameters, largest)
    return torch.stack([parameter.grad for parameter in parameters])
