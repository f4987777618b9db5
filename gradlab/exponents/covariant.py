"""Covariant Lyapunov vectors: the directions that a product maps onto themselves."""

# Derivation. Let J_t Q_{t-1} = Q_t R_t be the factorisations of the QR algorithm
# (gradlab.exponents.qr), after so many steps that the first i columns of Q_{t-1} span
# what grows fastest, whatever Q_0 was. Vectors V_t = Q_t C_t with upper triangular C_t
# are mapped onto multiples of themselves, J_t V_{t-1} = V_t D_t, D_t diagonal, where
#
#     R_t C_{t-1} = C_t D_t      that is      C_{t-1} = R_t^{-1} C_t D_t.
#
# Forward in time every C_0 would satisfy it. Backward, column i of R^{-1} .. R^{-1} C
# turns, within its first i entries, to what R^{-1} grows fastest, that is to what R
# grows slowest, whatever C_T was (Ginelli et al. 2007). So: forward to T, keep Q and R;
# backward from C_T = 1, each column scaled to length 1, which is what D_t does. The
# first ``warm_up`` steps belong to Q's turning, the last ``cool_down`` to C's.
#
# |(D_t)_ii| is by how much vector i grows in step t. Its logarithm averages to
# lambda_i, as that of (R_t)_ii does; but it belongs to a direction of the system, not
# to one that is orthogonal to the faster ones.

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from gradlab.arguments import instance, optional, whole_number
from gradlab.errors import ConfigError
from gradlab.exponents.qr import MIN_RELATIVE_GROWTH, initial_frame
from gradlab.exponents.spectrum import UNIT
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.labelled import LabelledArray, batch_coords
from gradlab.numerics.batch_invariant import bmm, elementwise, pad_to_multiple
from gradlab.numerics.orthonormal import factors
from gradlab.trajectory import Trajectory


@dataclass(frozen=True, eq=False)
class CovariantVectors:
    """Covariant Lyapunov vectors of (…M, B) sequences at S + 1 consecutive times.

    Attributes:
        first: t of the first of them.
        vectors: (S + 1, …M, B, n, k) float64, in columns of length 1, lambda_1's first;
            NaN from a direction on that died within the run.
        growth: (S, …M, B, k), ln |J_t v| of the vectors v at t - 1: the instantaneous
            exponents, nats per step.
    """

    first: int
    vectors: np.ndarray
    growth: np.ndarray

    def __repr__(self) -> str:
        """Return one line: how many vectors, over what."""
        batch, steps = self.growth.shape[1:-1], len(self.growth)
        return f"<CovariantVectors: {self.count} over {steps} steps, batch {batch}>"

    @property
    def count(self) -> int:
        """k, the number of vectors."""
        return self.growth.shape[-1]

    @property
    def exponents(self) -> LabelledArray:
        """The mean of the instantaneous exponents: lambda_i, by ``index`` from 1."""
        mean = np.ascontiguousarray(np.moveaxis(self.growth, 0, -1)).mean(axis=-1)
        return self._by_index("lyapunov_exponents", mean, UNIT)

    @property
    def instantaneous_exponents(self) -> LabelledArray:
        """Ln |J_t v_i| by ``index`` from 1 and by ``step`` t, nats per step."""
        steps = range(self.first + 1, self.first + 1 + len(self.growth))
        coords = {
            "index": tuple(range(1, self.count + 1)),
            "step": tuple(steps),
            **batch_coords(self.growth.shape[1:-1]),
        }
        values = np.moveaxis(self.growth, -1, 0)
        return LabelledArray("instantaneous_exponents", coords, values, unit=UNIT)

    @property
    def angles(self) -> np.ndarray:
        """Angles between vectors i and i + 1, (S + 1, …M, B, k - 1), in degrees.

        From 0, where both are the same line, to 90.
        """
        here, following = self.vectors[..., :-1], self.vectors[..., 1:]
        # By |u - v| and |u + v|: acos(u . v) has no digits left near 0 (Kahan).
        apart, along = (
            np.linalg.norm(both, axis=-2)
            for both in (here - following, here + following)
        )
        between = 2 * np.arctan2(np.minimum(apart, along), np.maximum(apart, along))
        return np.degrees(between)

    @property
    def mean_angles(self) -> LabelledArray:
        """The mean over time of :attr:`angles`, by ``index`` i."""
        by_time = np.ascontiguousarray(np.moveaxis(self.angles, 0, -1))
        return self._by_index("covariant_angles", by_time.mean(axis=-1), "degrees")

    @property
    def smallest_angles(self) -> LabelledArray:
        """The smallest over time of :attr:`angles`, by ``index`` i.

        Near 0 the run comes near a tangency, where two directions can hardly be told
        apart.
        """
        return self._by_index(
            "smallest_covariant_angles", self.angles.min(axis=0), "degrees"
        )

    def _by_index(self, name: str, values: np.ndarray, unit: str) -> LabelledArray:
        """Label values (…M, B, i), with i first."""
        coords = {
            "index": tuple(range(1, values.shape[-1] + 1)),
            **batch_coords(values.shape[:-1]),
        }
        return LabelledArray(name, coords, np.moveaxis(values, -1, 0), unit=unit)


def covariant_lyapunov_vectors(
    trajectory: Trajectory,
    count: int | None = None,
    *,
    warm_up: int | None = None,
    cool_down: int | None = None,
) -> CovariantVectors:
    """Return the covariant Lyapunov vectors of the whole state along a trajectory.

    Vector i at t is the direction of a change of the state that grows at the rate
    lambda_i both before and after t. J_t maps each onto a multiple of itself at t + 1,
    so they do not depend on the coordinates' lengths, and need not be orthogonal.

    In float64, of a float32 trajectory too. Memory: Q and R of all steps, T N (n + k) k
    numbers of 8 bytes.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it, of T steps.
        count: k leading ones; all n by default.
        warm_up: steps at the beginning without vectors; T // 4 by default.
        cool_down: the same at the end.

    Returns:
        :class:`CovariantVectors`; NaN for sequences that are not finite.

    Raises:
        ConfigError: for settings that leave no step.

    >>> from gradlab import build, unroll
    >>> cell = build("rnn", input_size=2, hidden_size=4, dtype=torch.float64)
    >>> trajectory = unroll(cell, torch.zeros(1, 100, 2, dtype=torch.float64))
    >>> found = covariant_lyapunov_vectors(trajectory)
    >>> found.vectors.shape, found.mean_angles.values.shape
    ((51, 1, 4, 4), (3, 1))

    Source: Ginelli et al. 2007.
    """
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    jacobians = StepJacobians(trajectory, double=True)
    order = range(1, trajectory.length + 1)
    found = covariant_vectors(
        (jacobians.at(t).plain() for t in order),
        trajectory.length,
        count=count,
        warm_up=warm_up,
        cool_down=cool_down,
    )
    n, k = found.vectors.shape[-2:]
    batch_shape = trajectory.batch_shape
    return replace(
        found,
        vectors=found.vectors.reshape(-1, *batch_shape, n, k),
        growth=found.growth.reshape(-1, *batch_shape, k),
    )


@torch.no_grad()
def covariant_vectors(
    jacobians: Iterable[Tensor],
    steps: int,
    *,
    count: int | None = None,
    warm_up: int | None = None,
    cool_down: int | None = None,
) -> CovariantVectors:
    """Return the covariant Lyapunov vectors of products J_steps ... J_1.

    Args:
        jacobians: J_1, J_2, .. of N systems, (N, n, n), at least ``steps`` of them.
        steps: number of steps.
        count: k leading vectors; all n by default.
        warm_up: steps at the beginning without vectors; ``steps // 4`` by default.
        cool_down: the same at the end.

    Returns:
        :class:`CovariantVectors` with N for (…M, B).

    Raises:
        ConfigError: for settings that leave no step.
    """
    first = steps // 4 if warm_up is None else warm_up
    rest = steps // 4 if cool_down is None else cool_down
    whole_number("warm_up", first, 0, try_="0")
    whole_number("cool_down", rest, 0, try_="0")
    optional(whole_number, "count", count, 1, try_="1")
    last = steps - rest
    if first >= last:
        raise ConfigError(
            got=f"{first} and {rest} steps left out of {steps}",
            expected="at least one step between them",
            try_="warm_up=0, cool_down=0",
        )
    frames, triangles = _forward(jacobians, steps, count)
    alive, triangles = _alive(triangles)
    coefficients = torch.eye(alive.shape[-1]).to(triangles).expand_as(triangles[0])
    vectors, growth = [], []
    for t in range(steps, first, -1):
        if t <= last:
            vectors.append(frames[t] @ coefficients)
        solved = torch.linalg.solve_triangular(
            triangles[t - 1], coefficients, upper=True
        )
        lengths = torch.linalg.vector_norm(solved, dim=-2)
        coefficients = solved / lengths[:, None]
        if t <= last:
            growth.append(-elementwise(torch.log, lengths))
    vectors.append(frames[first] @ coefficients)
    nan = torch.where(alive, 0.0, torch.nan)
    return CovariantVectors(
        first,
        (torch.stack(vectors[::-1]) + nan[:, None]).cpu().numpy(),
        (torch.stack(growth[::-1]) + nan).cpu().numpy(),
    )


def _forward(
    jacobians: Iterable[Tensor], steps: int, count: int | None
) -> tuple[list[Tensor], Tensor]:
    """Return Q_0 .. Q_T, (N, n, k) each, and R_1 .. R_T, (T, N, k, k)."""
    frames: list[Tensor] = []
    triangles: list[Tensor] = []
    for _, matrices in zip(range(steps), jacobians, strict=False):
        if not frames:
            frame = initial_frame(matrices, count)
            frames.append(frame.expand(len(matrices), -1, -1))
        k = frames[-1].shape[-1]
        padded = pad_to_multiple(matrices.double(), 2)
        product = bmm(padded, pad_to_multiple(frames[-1], 2))[..., :k]
        frame, triangle = factors(product)
        frames.append(frame[:, : matrices.shape[-1]])
        triangles.append(triangle)
    if len(triangles) < steps:
        raise ConfigError(
            got=f"{len(triangles)} Jacobians",
            expected=f"{steps} of them, as many as steps",
            try_="steps=len(jacobians)",
        )
    return frames, torch.stack(triangles)


def _alive(triangles: Tensor) -> tuple[Tensor, Tensor]:
    """Return which directions never die, (N, k), and the triangles they leave.

    Column i of C needs the first i rows and columns of R alone: a direction that a step
    maps to zero, or to rounding, takes itself and the slower ones away. Ones stand for
    its entries on the diagonal, so that the rest can be solved.
    """
    size = triangles.diagonal(dim1=-2, dim2=-1).abs()
    dead = size <= size.amax(-1, keepdim=True) * math.exp(MIN_RELATIVE_GROWTH)
    ever = dead.any(0).long().cumsum(-1) > 0
    return ~ever, triangles + torch.diag_embed(dead.to(triangles))
