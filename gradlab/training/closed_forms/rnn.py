"""Closed-form BPTT of the plain recurrent network."""

from collections.abc import Mapping

import torch
from torch import Tensor

from gradlab.training.closed_forms.base import ClosedForm, whole_vectors


class RNNForm(ClosedForm):
    """h_t = phi(a_t); with v the gradient by h_t, that by a_t is phi'(a_t) v."""

    def _run(self, input_term: Tensor) -> Tensor:
        steps, *shape = input_term.shape
        flat, a = whole_vectors(input_term, steps, *shape)
        hidden_flat, hidden = whole_vectors(input_term, steps + 1, *shape)
        weight, bias = self.parameters["weight_hh"].mT, self.parameters.get("bias_hh")
        if bias is not None:
            input_term = input_term + bias.unsqueeze(-2)
        for t in range(steps):
            torch.baddbmm(input_term[t], hidden[t], weight, out=a[t])
            hidden_flat[t + 1] = self.activation.value(flat[t])
        self._slope = self.activation.slope(flat, hidden_flat[1:])
        self._slope = self._slope[:, : a[0].numel()].unflatten(1, shape)
        self._hidden = hidden
        return hidden[1:]

    def _run_back(self, by_step: Mapping[int, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        weight = self.parameters["weight_hh"]
        v_a = torch.empty_like(self._slope, memory_format=torch.contiguous_format)
        v = torch.zeros_like(v_a[0])
        for t in reversed(range(len(v_a))):
            if t in by_step:
                v = v + by_step[t]
            torch.mul(v, self._slope[t], out=v_a[t])
            v = torch.bmm(v_a[t], weight)
        return v_a, v_a, self._hidden[:-1]
