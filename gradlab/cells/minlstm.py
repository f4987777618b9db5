"""minLSTM: forget and input gate from the input alone, their sum set to one.

Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

import torch
from torch import Tensor

from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.softplus import Softplus
from gradlab.cells._torch_cell import TorchCell, as_row
from gradlab.cells.base import KeepGate, Step, StepJacobian
from gradlab.numerics.batch_invariant import add_scaled_rows_, scale_rows


class MinLSTM(TorchCell):
    """h_t = k h_{t-1} + (1 - k) g, with k = f / (f + i) from x_t alone.

    Products and quotients of vectors are elementwise::

        i = sigma(a_i),  a_i = W_i x_t + b_i
        f = sigma(a_f),  a_f = W_f x_t + b_f
        g = W_g x_t + b_g
        k = f / (f + i) = sigma(ln f - ln i)

    What ``Step.gates`` has for the two gates is what they come to weigh, k for the
    forget gate and 1 - k for the input gate, from the logarithms of f and i, so that no
    quotient 0 / 0 arises. It is a linear recurrence: k is the conveyor, there is
    nothing else, and Lyapunov exponents are mean logarithms of k. By the chain rule::

        dk/da_f = k (1 - k) (1 - f),  dk/da_i = -k (1 - k) (1 - i)
        dh_t/dx_t = D(h_{t-1} - g) (D(dk/da_f) W_f + D(dk/da_i) W_i) + D(1 - k) W_g

    There is no ``weight_hh``, so no initializer and no gain apply. The authors' log
    space form has another candidate, as for ``mingru``.

    Source: Feng et al. 2024 (by the code of minGRU-pytorch).

    Args:
        input_size: I.
        hidden_size: H.
        bias: whether there is one.
        dtype: of the parameters.
    """

    name = "minlstm"
    title = "minLSTM"
    supports_ensembles = True
    linear_recurrence = True
    gate_names = ("input_gate", "forget_gate", "candidate")
    axes = ("forget_bias", "input_bias")
    equation = "h_t = k h_{t-1} + (1 - k) g,  k = f / (f + i) from x_t alone"
    reference = "Feng et al. 2024"
    description = "minLSTM: two gates that inputs alone set share out one"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            input_size, hidden_size, bias=bias, dtype=dtype, recurrent_width=0
        )
        self.gate, self.softplus = Sigmoid(), Softplus()
        self.reset_parameters()

    @property
    def keep_gate(self) -> KeepGate | None:
        return None if self.bias_ih is None else KeepGate("forget_gate", 1)

    @property
    def input_gate(self) -> str | None:
        return None if self.bias_ih is None else "input_gate"

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        kept = state[0] if keep_path_carry is None else keep_path_carry
        a_i, a_f, g = self._input_term(inputs).split(self.hidden_size, -1)
        k = self.gate(self.softplus(-a_i) - self.softplus(-a_f))
        return Step(
            (k * kept + (1 - k) * g,),
            dict(zip(self.gate_names, (1 - k, k, g), strict=True)),
            dict(zip(self.gate_names, (a_i, a_f, g), strict=True)),
        )

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        return StepJacobian({}, self.conveyor(inputs, state, step))

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        ((v,), (out_h,)) = cotangents, out or (None,)
        kept = as_row(self.conveyor(inputs, state, step))
        return (torch.mul(v, kept, out=out_h),)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        w_i, w_f, w_g = self.weight_ih.split(self.hidden_size, -2)
        a_i, a_f, g = (step.pre_activations[name] for name in self.gate_names)
        k = step.gates["forget_gate"]
        by_share = (state[0] - g) * k * (1 - k)
        found = scale_rows(by_share * self.gate(-a_f), w_f)
        add_scaled_rows_(found, -by_share * self.gate(-a_i), w_i)
        return {"h": add_scaled_rows_(found, 1 - k, w_g)}

    def conveyor(self, inputs, state, step) -> Tensor:
        return step.gates["forget_gate"]
