"""Linear recurrent unit: a complex diagonal, as pairs of real numbers."""

import math

import torch
from torch import Tensor, nn

from gradlab.arguments import number, whole_number
from gradlab.cells._dtypes import computed_dtype
from gradlab.cells.base import Cell, Step, StepJacobian
from gradlab.errors import ConfigError
from gradlab.numerics.batch_invariant import elementwise, linear, scale_rows


class LRU(Cell):
    """s_t = lambda s_{t-1} + exp(gamma_log) (B x_t), complex and unit by unit.

    With ``lambda = exp(-exp(nu_log) + i exp(theta_log))`` and B = B_re + i B_im, in the
    parameters' names of the authors' code. A complex number is a pair of real ones: the
    state h is (Re s, Im s), 2 H wide, and its Jacobian, the same at every step, turns
    and scales each pair::

        dh_t/dh_{t-1} = [[D(Re lambda), -D(Im lambda)], [D(Im lambda), D(Re lambda)]]
        dh_t/dx_t     = [[D(exp gamma_log) B_re], [D(exp gamma_log) B_im]]

    It is a linear recurrence: over tau steps both singular values of a pair are
    |lambda|^tau exactly, so conveyor and whole are one in modulus. There is no conveyor
    of real numbers, no gate and no ``weight_hh``. |lambda|^2 starts uniform between
    r_min^2 and r_max^2, its phase between 0 and max_phase, and inputs scaled by
    sqrt(1 - |lambda|^2). The layer's output, Re(C s) + D x, is no part of it.

    Source: Orvieto et al. 2023 (by the code of minimal-LRU).

    Args:
        input_size: I.
        hidden_size: H, complex numbers.
        r_min: smallest |lambda| to start from.
        r_max: largest |lambda| to start from, 1 at most.
        max_phase: largest phase to start from, in radians.
        dtype: of the parameters.
    """

    nu_log: nn.Parameter
    theta_log: nn.Parameter
    gamma_log: nn.Parameter
    B_re: nn.Parameter
    B_im: nn.Parameter
    name = "lru"
    title = "LRU"
    supports_ensembles = True
    linear_recurrence = True
    numbers_per_unit = 2
    options = {"r_min": 0.0, "r_max": 1.0, "max_phase": 6.28}
    equation = "s_t = lambda s_{t-1} + exp(gamma_log) (B x_t), complex"
    reference = "Orvieto et al. 2023"
    description = "LRU: each unit a complex number, turned and scaled at each step"

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        *,
        r_min: float = 0.0,
        r_max: float = 1.0,
        max_phase: float = 6.28,
        dtype: torch.dtype | None = None,
    ) -> None:
        input_size = whole_number("input_size", input_size, 1, try_="3")
        hidden_size = whole_number("hidden_size", hidden_size, 1, try_="64")
        super().__init__(input_size, hidden_size)
        self.ring = _ring(r_min, r_max)
        self.max_phase = number("max_phase", max_phase, above=0, try_="6.28")
        chosen = None if dtype is None else computed_dtype(dtype)
        for name in ("nu_log", "theta_log", "gamma_log"):
            setattr(self, name, nn.Parameter(torch.empty(hidden_size, dtype=chosen)))
        for name in ("B_re", "B_im"):
            empty = torch.empty(hidden_size, input_size, dtype=chosen)
            setattr(self, name, nn.Parameter(empty))
        self.reset_parameters()

    @property
    def state_sizes(self) -> tuple[int, ...]:
        return (2 * self.hidden_size,)

    @property
    def ensemble_shape(self) -> tuple[int, ...]:
        return tuple(self.nu_log.shape[:-1])

    @torch.no_grad()
    def reset_parameters(self) -> None:
        """Draw lambda in its ring and B from N(0, 1 / (2 I)); scale inputs to fit."""
        low, high = self.ring
        squares = torch.empty_like(self.nu_log).uniform_(low**2, high**2)
        squares = squares.clamp(1e-12, 1 - 1e-6)  # both logarithms are then finite
        self.nu_log.copy_((-0.5 * squares.log()).log())
        phases = torch.empty_like(self.theta_log).uniform_(0, self.max_phase)
        self.theta_log.copy_(phases.clamp(min=1e-12).log())
        self.gamma_log.copy_(0.5 * (1 - squares).log())
        for weight in (self.B_re, self.B_im):
            nn.init.normal_(weight, std=(2 * self.input_size) ** -0.5)

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        real, imaginary = state[0].split(self.hidden_size, -1)
        a, b = self._diagonal()
        scale = elementwise(torch.exp, self.gamma_log).unsqueeze(-2)
        fed = (scale * linear(inputs, weight) for weight in (self.B_re, self.B_im))
        by_re, by_im = fed
        new = (a * real - b * imaginary + by_re, b * real + a * imaginary + by_im)
        return Step((torch.cat(new, -1),))

    def _diagonal(self) -> tuple[Tensor, Tensor]:
        """Return the real and the imaginary part of lambda, (…M, 1, H)."""
        modulus = elementwise(torch.exp, -elementwise(torch.exp, self.nu_log))
        phase = elementwise(torch.exp, self.theta_log)
        parts = (modulus * elementwise(f, phase) for f in (torch.cos, torch.sin))
        a, b = (part.unsqueeze(-2) for part in parts)
        return a, b

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        a, b = (torch.diag_embed(part) for part in self._diagonal())
        whole = torch.cat([torch.cat([a, -b], -1), torch.cat([b, a], -1)], -2)
        shape = (*state[0].shape, 2 * self.hidden_size)
        return StepJacobian({("h", "h"): whole.expand(shape).contiguous()})

    def vjp(self, inputs, state, step, cotangents, *, out=None) -> tuple[Tensor, ...]:
        ((v,), (out_h,)) = cotangents, out or (None,)
        real, imaginary = v.split(self.hidden_size, -1)
        a, b = (part.unsqueeze(-2) for part in self._diagonal())
        found = torch.cat([real * a + imaginary * b, imaginary * a - real * b], -1)
        return (found if out_h is None else out_h.copy_(found),)

    def input_jacobian(self, inputs, state, step) -> dict[str, Tensor]:
        scale = elementwise(torch.exp, self.gamma_log).unsqueeze(-2)
        scale = scale.expand(*state[0].shape[:-1], self.hidden_size)
        parts = [scale_rows(scale, weight) for weight in (self.B_re, self.B_im)]
        return {"h": torch.cat(parts, -2)}

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"{self.input_size}, {self.hidden_size}"


def _ring(r_min: float, r_max: float) -> tuple[float, float]:
    low = number("r_min", r_min, try_="0.9")
    high = number("r_max", r_max, above=0, try_="0.999")
    if not 0 <= low < high <= 1 or math.isclose(low, high):
        raise ConfigError(
            got=f"an LRU with r_min={low:g} and r_max={high:g}",
            expected="0 <= r_min < r_max <= 1",
            try_="lru:r_min=0.9+r_max=0.999",
        )
    return low, high
