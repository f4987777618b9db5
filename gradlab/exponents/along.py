"""Lyapunov exponents along a trajectory."""

import math
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from gradlab.exponents.qr import BLOCKS, qr_exponents
from gradlab.exponents.spectrum import Exponents
from gradlab.jacobians.flat import FlatJacobian
from gradlab.jacobians.wide import WideJacobians
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

    The whole state is h, or (h, c): n = 2 H for an LSTM. Always in float64, from the
    Jacobians at the stored states (a float32 trajectory is taken as it is; its J_t are
    computed from it in float64).

    Args:
        trajectory: what :func:`gradlab.unroll` gave, of T steps.
        count: k leading exponents, cheaper than all n; there is then no sum rule.
        warm_up: steps not counted, in which the directions settle; T // 10 when left
            out.
        every: steps between two factorisations; see :func:`qr_exponents`.
        adjoint: follow the gradient instead: J_t^T from T down to 1. The same
            exponents, up to O(1 / T). (J_t^T from 1 up to T has others.)
        blocks: of time, in which growth is kept apart for intervals.

    Returns:
        :class:`Exponents`, (…M, B, k); NaN for sequences that are not finite.

    Raises:
        ConfigError: settings that leave nothing to measure.

    >>> from gradlab import build, unroll
    >>> cell = build("lstm", input_size=2, hidden_size=4, dtype=torch.float64)
    >>> found = lyapunov_exponents(unroll(cell, torch.zeros(1, 100, 2).double()))
    >>> found.exponents.shape, bool(found.sum_rule_residual < 1e-12)
    ((1, 8), True)

    Source: Benettin et al. 1980; the adjoint after Engelken et al. 2023.
    """

    def matrix(step: FlatJacobian) -> Tensor:
        whole = step.layout.plain(step.matrix())
        return whole.mT if adjoint else whole

    settings = {"count": count, "warm_up": warm_up, "every": every, "blocks": blocks}
    return _run(trajectory, matrix, backwards=adjoint, **settings)


def hidden_only_exponent(
    trajectory: Trajectory, *, warm_up: int | None = None
) -> Exponents:
    """Return the exponent of dh_t/dh_{t-1} alone, the cell state held fixed.

    Not a Lyapunov exponent of an LSTM: without c there is no chain rule, and the
    product is no derivative of anything. It is here to be compared: public code gives
    this number, and it hardly feels the forget bias.

    Returns:
        :class:`Exponents` of one direction, (…M, B, 1).
    """

    def matrix(step: FlatJacobian) -> Tensor:
        name = step.layout.names[0]
        return step.layout.part((name,)).plain(step.block(name, name))

    return _run(trajectory, matrix, count=1, warm_up=warm_up)


def _run(trajectory: Trajectory, matrix, *, backwards: bool = False, **settings):
    wide = WideJacobians(trajectory)
    order = range(1, trajectory.length + 1)
    steps = reversed(order) if backwards else order
    matrices: Iterator[Tensor] = (matrix(wide.flat(t)) for t in steps)
    with torch.no_grad():
        found = qr_exponents(matrices, trajectory.length, **settings)
    return _shaped(found, trajectory.lead)


def _shaped(found: Exponents, lead: tuple[int, ...]) -> Exponents:
    """Return what was found of N sequences with the axes (…M, B) for N."""
    assert math.prod(lead) == found.dead.shape[0]
    return replace(
        found,
        increments=found.increments.reshape(-1, *lead, found.count),
        dead=found.dead.reshape(*lead, found.count),
        ln_determinant=found.ln_determinant.reshape(lead),
    )
