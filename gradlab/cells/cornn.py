"""coRNN: a network of damped oscillators that drive each other."""

import torch
from torch import Tensor

from gradlab.activations.base import Activation, as_activation
from gradlab.activations.tanh import Tanh
from gradlab.arguments import number
from gradlab.cells._torch_cell import TorchCell, as_row
from gradlab.cells.base import RecurrentProduct, Step, StepJacobian
from gradlab.numerics.batch_invariant import linear, right_multiply, scale_rows


class CoRNN(TorchCell):
    """Positions h and velocities z of oscillators, velocities first, then positions.

    The steps of the authors' code, in which h is y; ``weight_hh`` is (H, 2 H) and
    multiplies (h, z)::

        a_t = W x_t + W_h h_{t-1} + W_z z_{t-1} + b
        z_t = z_{t-1} + dt (phi(a_t) - gamma h_{t-1} - epsilon z_{t-1})
        h_t = h_{t-1} + dt z_t

    By the chain rule, with A = D(phi'(a_t))::

        dz_t/dz_{t-1} = (1 - epsilon dt) I + dt A W_z
        dz_t/dh_{t-1} = dt (A W_h - gamma I)
        dh_t/dz_{t-1} = dt dz_t/dz_{t-1}
        dh_t/dh_{t-1} = I + dt dz_t/dh_{t-1}
        det J_t = det((1 - epsilon dt) I + dt A W_z)

    There is no gate and no conveyor: what h keeps comes back through z. ``weight_hh``
    has one block, ``candidate``. Defaults are those of the authors' permuted
    sequential MNIST.

    Source: Rusch & Mishra 2021 (by the authors' code).

    Args:
        input_size: I.
        hidden_size: H.
        activation: phi, or its name; tanh by default.
        dt: the length of a step, above 0.
        gamma: the pull back, the square of an oscillator's own frequency.
        epsilon: the damping.
        bias: whether there are biases.
        dtype: of the parameters.
    """

    name = "cornn"
    title = "coRNN"
    supports_ensembles = True
    state_names = ("h", "z")
    gate_names = ("candidate",)
    options = {"dt": 0.076, "gamma": 0.4, "epsilon": 8.0}
    axes = ("activation", "init", "gain")
    equation = (
        "z_t = z_{t-1} + dt (phi(a) - gamma h_{t-1} - epsilon z_{t-1}),  "
        "h_t = h_{t-1} + dt z_t"
    )
    reference = "Rusch & Mishra 2021"
    description = "coRNN: damped oscillators, each with a position and a velocity"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        activation: Activation | str | None = None,
        dt: float = 0.076,
        gamma: float = 0.4,
        epsilon: float = 8.0,
        bias: bool = True,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            input_size,
            hidden_size,
            bias=bias,
            dtype=dtype,
            recurrent_width=2 * hidden_size,
        )
        self.dt = number("dt", dt, above=0, try_="0.076")
        self.gamma = number("gamma", gamma, try_="0.4")
        self.epsilon = number("epsilon", epsilon, try_="8")
        self.candidate = Tanh() if activation is None else as_activation(activation)
        self.reset_parameters()

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        h, z = state
        both = torch.cat(state, -1)
        product = linear(both, self.weight_hh)
        a = self._pre_activations(inputs, product)
        g = self.candidate(a)
        z = z + self.dt * (g - self.gamma * h - self.epsilon * z)
        recurrent = RecurrentProduct(slice(0, self.hidden_size), both, product)
        h = h + self.dt * z
        return Step((h, z), {"candidate": g}, {"candidate": a}, (recurrent,))

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        buffers = {} if out is None else out.blocks
        w_h, w_z = self.weight_hh.split(self.hidden_size, -1)
        slope = self._slope(step)
        zh = scale_rows(slope, w_h, buffers.get(("z", "h")))
        zz = scale_rows(slope, w_z, buffers.get(("z", "z")))
        zh.diagonal(dim1=-2, dim2=-1).sub_(self.dt * self.gamma)
        zz.diagonal(dim1=-2, dim2=-1).add_(1 - self.epsilon * self.dt)
        hh = torch.mul(zh, self.dt, out=buffers.get(("h", "h")))
        hz = torch.mul(zz, self.dt, out=buffers.get(("h", "z")))
        hh.diagonal(dim1=-2, dim2=-1).add_(1)
        blocks = {("h", "h"): hh, ("h", "z"): hz, ("z", "h"): zh, ("z", "z"): zz}
        return StepJacobian(blocks)

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        # u is what reaches z_t, by itself and through h_t.
        (v_h, v_z), width = cotangents, self.hidden_size
        u = v_z + self.dt * v_h
        by_a = right_multiply(u * as_row(self._slope(step)), self.weight_hh)
        to_h, to_z = by_a.split(width, -1)
        found = (
            v_h + to_h - self.dt * self.gamma * u,
            to_z + (1 - self.epsilon * self.dt) * u,
        )
        if out is None:
            return found
        return tuple(o.copy_(f) for o, f in zip(out, found, strict=True))

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        z = scale_rows(self._slope(step), self.weight_ih)
        return {"h": self.dt * z, "z": z}

    def _slope(self, step: Step) -> Tensor:
        """Return dt phi'(a_t), (…, B, H)."""
        a, g = step.pre_activations["candidate"], step.gates["candidate"]
        return self.dt * self.candidate.derivative(a, g)
