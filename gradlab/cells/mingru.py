"""minGRU: a GRU whose gate and candidate see the input alone.

Carry and conveyor are defined in :mod:`gradlab.cells.base`.
"""

import torch
from torch import Tensor

from gradlab.activations.sigmoid import Sigmoid
from gradlab.cells._torch_cell import TorchCell, as_row
from gradlab.cells.base import KeepGate, Step, StepJacobian
from gradlab.numerics.batch_invariant import add_scaled_rows_, scale_rows


class MinGRU(TorchCell):
    """h_t = (1 - z) h_{t-1} + z n, with z and n from x_t alone.

    Products of vectors are elementwise::

        z = sigma(a_z),  a_z = W_z x_t + b_z
        n = W_n x_t + b_n

    It is a linear recurrence: 1 - z is the conveyor, and there is nothing else. What a
    product of Jacobians keeps of unit k is the product of its 1 - z, whatever the
    state, and its Lyapunov exponents are the mean logarithms of 1 - z. The derivative
    by inputs is::

        dh_t/dx_t = D((n - h_{t-1}) z (1 - z)) W_z + D(z) W_n

    There is no ``weight_hh``, so no initializer and no gain apply. The authors' log
    space form has g(n) in place of n, which keeps h positive; no derivative by the
    state depends on it, and it is left out.

    Source: Feng et al. 2024 (by the code of minGRU-pytorch).

    Args:
        input_size: I.
        hidden_size: H.
        bias: whether there is one.
        dtype: of the parameters.
    """

    name = "mingru"
    title = "minGRU"
    supports_ensembles = True
    linear_recurrence = True
    gate_names = ("update_gate", "candidate")
    axes = ("forget_bias",)
    equation = "h_t = (1 - z) h_{t-1} + z n,  z and n from x_t alone"
    reference = "Feng et al. 2024"
    description = "minGRU: inputs alone decide what is kept"

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
        self.gate = Sigmoid()
        self.reset_parameters()

    @property
    def keep_gate(self) -> KeepGate | None:
        return None if self.bias_ih is None else KeepGate("update_gate", -1)

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        kept = state[0] if keep_path_carry is None else keep_path_carry
        a_z, n = self._input_term(inputs).split(self.hidden_size, -1)
        z = self.gate(a_z)
        return Step(
            ((1 - z) * kept + z * n,),
            dict(zip(self.gate_names, (z, n), strict=True)),
            dict(zip(self.gate_names, (a_z, n), strict=True)),
        )

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        return StepJacobian({}, self.conveyor(inputs, state, step))

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        ((v,), (out_h,)) = cotangents, out or (None,)
        kept = as_row(self.conveyor(inputs, state, step))
        return (torch.mul(v, kept, out=out_h),)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        w_z, w_n = self.weight_ih.split(self.hidden_size, -2)
        z, n = (step.gates[name] for name in self.gate_names)
        dz = self.gate.derivative(step.pre_activations["update_gate"], z)
        by_gate = scale_rows((n - state[0]) * dz, w_z)
        return {"h": add_scaled_rows_(by_gate, z, w_n)}

    def conveyor(self, inputs, state, step) -> Tensor:
        return 1 - step.gates["update_gate"]
