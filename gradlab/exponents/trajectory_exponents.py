"""Lyapunov exponents of a cell along a trajectory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gradlab.arguments import flag, instance
from gradlab.exponents.qr import BLOCKS, qr_exponents
from gradlab.exponents.spectrum import Exponents
from gradlab.jacobians.batched_jacobian import BatchedJacobian
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.trajectory import Trajectory


def lyapunov_exponents(
    trajectory: Trajectory,
    count: int | None = None,
    *,
    warm_up: int | None = None,
    every: int = 1,
    adjoint: bool = False,
    blocks: int = BLOCKS,
) -> Exponents:
    """Return the Lyapunov exponents of the whole state along a trajectory.

    The whole state is h, or (h, c): n = 2 H for an LSTM. Always in float64: J_t is
    computed in float64 from the stored states, of a float32 trajectory too.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it, of T steps.
        count: k leading exponents, cheaper than all n, but without the sum rule.
        warm_up: steps that are not counted; T // 10 by default.
        every: steps between two factorisations; see :func:`qr_exponents`.
        adjoint: take the product in the gradient's order, J_t^T from T down to 1. The
            same exponents up to O(1 / T). (J_t^T from 1 up to T has other ones.)
        blocks: of time, for intervals by batch means.

    Returns:
        :class:`Exponents`; NaN for sequences that are not finite.

    Raises:
        ConfigError: for settings that leave no step to measure.

    >>> from gradlab import build, unroll
    >>> cell = build("lstm", input_size=2, hidden_size=4, dtype=torch.float64)
    >>> found = lyapunov_exponents(unroll(cell, torch.zeros(1, 100, 2).double()))
    >>> found.exponents.axes, found.exponents.values.shape
    (('index', 'sequence'), (8, 1))
    >>> found.sum_rule_residual.at(sequence=0) < 1e-12
    True

    Source: Benettin et al. 1980; the adjoint after Engelken et al. 2023.
    """

    def matrix(step: BatchedJacobian) -> Tensor:
        whole = step.plain()
        return whole.mT if adjoint else whole

    settings = {"count": count, "warm_up": warm_up, "every": every, "blocks": blocks}
    flag("adjoint", adjoint)
    return _exponents(trajectory, matrix, backwards=adjoint, **settings)


def hidden_only_exponent(
    trajectory: Trajectory, *, warm_up: int | None = None
) -> Exponents:
    """Return the growth rate of the product of dh_t/dh_{t-1}, c_{t-1} held fixed.

    Not a Lyapunov exponent of an LSTM: without c the chain rule does not hold, and the
    product is not the derivative of anything. For comparison with published code that
    computes it; it hardly depends on the forget bias.

    Returns:
        :class:`Exponents` of one direction.
    """

    def matrix(step: BatchedJacobian) -> Tensor:
        name = step.layout.names[0]
        return step.layout.part((name,)).plain(step.block(name, name))

    return _exponents(trajectory, matrix, count=1, warm_up=warm_up)


def _exponents(
    trajectory: Trajectory,
    matrix: Callable[[BatchedJacobian], Tensor],
    *,
    backwards: bool = False,
    **settings: Any,
) -> Exponents:
    """Return the exponents of ``matrix(J_t)`` in order of time, with axes (…M, B)."""
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    jacobians = StepJacobians(trajectory, double=True)
    order = range(1, trajectory.length + 1)
    steps = reversed(order) if backwards else order
    with torch.no_grad():
        matrices = (matrix(jacobians.at(t)) for t in steps)
        found = qr_exponents(matrices, trajectory.length, **settings)
    batch_shape = trajectory.batch_shape
    return replace(
        found,
        increments=found.increments.reshape(-1, *batch_shape, found.count),
        dead=found.dead.reshape(*batch_shape, found.count),
        ln_determinant=found.ln_determinant.reshape(batch_shape),
    )
