"""Gradient that the input weights get from the first step."""

import torch

from gradlab.measures.base import Measure
from gradlab.numerics.logscale import ln_vector_norm


class FirstInputGradient(Measure):
    """ln |G_1|_F, G_1 what step 1 contributes to dL/dW_ih.

    The gradient that would teach a network to keep what it read first. Over all input
    weights of the bottom layer; over all parameters of a cell without ``weight_ih``.
    Of each sequence, averaged geometrically; -inf where it underflowed to zero.
    """

    name = "first_input_gradient"
    symbol = "ln |G_1|_F"
    unit = "nats"
    question = "Does a gradient reach what was read first?"
    formula = "ln |(ds_1/dW_ih)^T dL/ds_1|_F"
    reference = "Werbos 1990 (backpropagation through time): dL/dW = sum over t of G_t"
    along_training = True

    def compute(self, context):
        names = [name for name, _ in context.cell.named_parameters()]
        of_input = [n for n in names if n.rpartition(".")[2] == "weight_ih"][:1]
        gradients = context.step_gradients(tuple(of_input or names)).at(1)
        rows = [gradient.flatten(1) for gradient in gradients.values()]
        norms = ln_vector_norm(torch.cat(rows, -1))
        return context.labelled(norms.reshape(context.batch_shape))
