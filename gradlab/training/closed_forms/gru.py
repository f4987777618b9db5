"""Closed-form BPTT of the GRU in PyTorch's convention."""

from collections.abc import Mapping

import torch
from torch import Tensor

from gradlab.training.closed_forms.base import ClosedForm, whole_vectors


class GRUForm(ClosedForm):
    """h_t = (1 - z) n + z h_{t-1}, n = tanh(x_n + r y), y = U_n h_{t-1} + b_hn.

    With v the gradient by h_t::

        by a_z:  v (h_{t-1} - n) z'
        by a_n:  v (1 - z) n'
        by a_r:  (that by a_n) y r'
        by y:    (that by a_n) r
        to the step before:  (those by a_r, a_z and y) W_hh + v z
    """

    def _run(self, input_term: Tensor) -> Tensor:
        steps, members, batch, rows = input_term.shape
        width = rows // 3
        shape = members, batch, width
        weight, bias = self.parameters["weight_hh"].mT, self.parameters.get("bias_hh")
        gates_flat, gates = whole_vectors(input_term, steps, members, batch, 2 * width)
        products = torch.empty_like(input_term)
        candidate_flat, candidate = whole_vectors(input_term, steps, *shape)
        hidden = input_term.new_zeros(steps + 1, *shape)
        row = weight.new_zeros(members, 1, rows) if bias is None else bias.unsqueeze(-2)
        for t in range(steps):
            torch.baddbmm(row, hidden[t], weight, out=products[t])
            (x_rz, x_n), (y_rz, y) = (
                part.split([2 * width, width], -1)
                for part in (input_term[t], products[t])
            )
            torch.add(x_rz, y_rz, out=gates[t])
            gates_flat[t].sigmoid_()
            r, z = gates[t].split(width, -1)
            torch.mul(r, y, out=candidate[t])
            candidate[t] += x_n
            candidate_flat[t].tanh_()
            torch.sub(hidden[t], candidate[t], out=hidden[t + 1])
            hidden[t + 1] *= z
            hidden[t + 1] += candidate[t]
        self._kept = gates, candidate, products[..., 2 * width :], hidden
        return hidden[1:]

    def _run_back(self, by_step: Mapping[int, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        gates, n, y, hidden = self._kept
        weight, width = self.parameters["weight_hh"], hidden.shape[-1]
        r, z = (gate.contiguous() for gate in gates.split(width, -1))
        by_n = (1 - z) * (1 - n * n)
        by_z = (hidden[:-1] - n) * z * (1 - z)
        slopes = torch.stack([by_n * y * r * (1 - r), by_z, by_n * r], -2)
        to_product = torch.empty_like(slopes)
        by_hidden = torch.empty_like(n, memory_format=torch.contiguous_format)
        v = torch.zeros_like(hidden[0])
        for t in reversed(range(len(gates))):
            if t in by_step:
                v = v + by_step[t]
            by_hidden[t] = v
            torch.mul(slopes[t], v.unsqueeze(-2), out=to_product[t])
            v = torch.bmm(to_product[t].flatten(-2), weight) + v * z[t]
        to_product = to_product.flatten(-2)
        to_input = torch.cat([to_product[..., : 2 * width], by_n * by_hidden], -1)
        return to_input, to_product, hidden[:-1]
