"""Closed-form BPTT of the LSTM."""

from collections.abc import Mapping

import torch
from torch import Tensor

from gradlab.training.closed_forms.base import ClosedForm, whole_vectors


class LSTMForm(ClosedForm):
    """c_t = f c_{t-1} + i g, h_t = o tanh c_t.

    With v the gradient by h_t and w that by c_t::

        w += o (1 - tanh(c_t)^2) v             what h_t passes on to c_t
        by a_i, a_f, a_g:  w i' g,  w f' c_{t-1},  w i g'
        by a_o:            v o' tanh c_t
        to the step before:  v = (these) W_hh,  w = w f
    """

    def _run(self, input_term: Tensor) -> Tensor:
        steps, members, batch, rows = input_term.shape
        shape = members, batch, rows // 4
        weight, bias = self.parameters["weight_hh"].mT, self.parameters.get("bias_hh")
        if bias is not None:
            input_term = input_term + bias.unsqueeze(-2)
        gates = torch.empty_like(input_term)
        hidden = input_term.new_zeros(steps + 1, *shape)
        cell_flat, cell = whole_vectors(input_term, steps + 1, *shape)
        tanh_flat, tanh_cell = whole_vectors(input_term, steps, *shape)
        # views of all steps at once: a view takes as long as a small product
        x, a, flat_tanh, tanh = (
            part.unbind() for part in (input_term, gates, tanh_flat, tanh_cell)
        )
        i, f, g, o = (gate.unbind() for gate in gates.split(shape[-1], -1))
        both = gates[..., : 2 * shape[-1]].unbind()
        h, c, flat_c = (part.unbind() for part in (hidden, cell, cell_flat))
        for t in range(steps):
            torch.baddbmm(x[t], h[t], weight, out=a[t])
            both[t].sigmoid_()
            g[t].tanh_()
            o[t].sigmoid_()
            torch.mul(f[t], c[t], out=c[t + 1])
            c[t + 1].add_(i[t] * g[t])
            torch.tanh(flat_c[t + 1], out=flat_tanh[t])
            torch.mul(o[t], tanh[t], out=h[t + 1])
        self._kept = gates, hidden, cell, tanh_cell
        return hidden[1:]

    def _run_back(self, by_step: Mapping[int, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        gates, hidden, cell, tanh_cell = self._kept
        weight, width = self.parameters["weight_hh"], hidden.shape[-1]
        i, f, g, o = (gate.contiguous() for gate in gates.split(width, -1))
        by_cell = torch.stack(
            [i * (1 - i) * g, f * (1 - f) * cell[:-1], i * (1 - g * g)], -2
        )
        by_hidden = o * (1 - o) * tanh_cell
        onward = o * (1 - tanh_cell * tanh_cell)
        v_a = torch.empty_like(gates)
        to_cell = v_a[..., : 3 * width].unflatten(-1, (3, width))
        to_output = v_a[..., 3 * width :]
        v = torch.zeros_like(hidden[0])
        w = torch.zeros_like(v)
        # views of all steps at once, as in _run
        whole, keep, on, by_c, by_h, to_c, to_o = (
            part.unbind()
            for part in (v_a, f, onward, by_cell, by_hidden, to_cell, to_output)
        )
        for t in reversed(range(len(whole))):
            if t in by_step:
                v = v + by_step[t]
            w = w + on[t] * v
            torch.mul(by_c[t], w.unsqueeze(-2), out=to_c[t])
            torch.mul(by_h[t], v, out=to_o[t])
            v = torch.bmm(whole[t], weight)
            w = w * keep[t]
        return v_a, v_a, hidden[:-1]
