"""Lyapunov exponents of a product of matrices by the QR algorithm."""

# Derivation. Let Q_0 be orthonormal, (n, k), and factor J_t Q_{t-1} = Q_t R_t at every
# step. Then J_t ... J_1 Q_0 = Q_t R_t ... R_1, and R_t ... R_1 is upper triangular with
# diagonal prod_s (R_s)_ii. The first i columns of Q_0 span a volume that the product
# multiplies by the first i of these, and a generic volume grows at the rate lambda_1 +
# .. + lambda_i (Oseledets 1968). So
#
#     lambda_i = lim 1/t sum_{s <= t} ln |(R_s)_ii|        (Benettin et al. 1980).
#
# No number here leaves float64's range: Q stays orthonormal, R is one step's, and only
# its logs are summed. Over all n directions prod_i |(R_t)_ii| = |det J_t| holds exactly
# at every step, for any Q_0; ln |det J_t| is computed independently by LU, and the
# difference (`Exponents.sum_rule_residual`) shows any loss of orthogonality.

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from gradlab.arguments import optional, whole_number
from gradlab.errors import ConfigError, ShapeError
from gradlab.exponents.spectrum import Exponents
from gradlab.numerics.batch_invariant import bmm, elementwise, pad_to_multiple
from gradlab.numerics.logscale import LN2, exponents, ldexp
from gradlab.numerics.orthonormal import factors
from gradlab.seeding import stream


BLOCKS = 12
MIN_RELATIVE_GROWTH = -30.0
"""ln of growth relative to a step's fastest direction; a direction below it counts as
rounding error, which is at -36 in float64 and grows with the width."""

_TINY = torch.finfo(torch.float64).tiny


def qr_exponents(
    jacobians: Iterable[Tensor],
    steps: int,
    *,
    count: int | None = None,
    warm_up: int | None = None,
    every: int = 1,
    blocks: int = BLOCKS,
) -> Exponents:
    """Return the Lyapunov exponents of products J_steps ... J_1 of (N, n, n) matrices.

    All in float64. ln |det J_t| is summed as well, by LU, as a check on the sum of the
    exponents.

    Args:
        jacobians: J_1, J_2, .. of N systems, at least ``steps`` of them.
        steps: number of steps.
        count: k, the leading exponents to compute; n by default.
        warm_up: steps that are not counted, in which Q turns to the leading
            directions; ``steps // 10`` by default.
        every: steps between two factorisations. Directions whose growth differs by
            more than e^13 in between lose digits; gated cells need 1.
        blocks: of time; growth is kept per block, for intervals by batch means.

    Returns:
        :class:`Exponents` with N for (…M, B).

    Raises:
        ConfigError: for settings that leave no step to measure.
        ShapeError: for matrices that are not (N, n, n).

    Source: Benettin et al. 1980; Eckmann and Ruelle 1985.
    """
    warm_up = steps // 10 if warm_up is None else warm_up
    _check(steps, count, warm_up, every, blocks)
    ends = _ends(steps - warm_up, blocks)
    stops = {warm_up + end for end in ends}
    iteration: _QRIteration | None = None
    with torch.no_grad():
        for t, matrices in zip(range(1, steps + 1), jacobians, strict=False):
            iteration = iteration or _QRIteration(matrices, count)
            iteration.multiply(matrices)
            if (t - warm_up) % every == 0 or t in stops:
                iteration.factorise()
            else:
                iteration.rescale()
            if t == warm_up:
                iteration.reset_growth()
            elif t in stops:
                iteration.end_block()
    if iteration is None or iteration.steps < steps:
        raise ConfigError(
            got=f"{0 if iteration is None else iteration.steps} Jacobians",
            expected=f"{steps} of them, as many as steps",
            try_="steps=len(jacobians)",
        )
    return iteration.exponents(ends, warm_up)


class _QRIteration:
    """Orthonormal frames Q of N systems, and the growth of their columns since a reset.

    Matrices are padded to multiples of 16, so that each is factorised by the same code
    whatever the batch.

    Attributes:
        frame: J_t .. Q since the last factorisation, padded (N, n, k).
        growth: (N, k), ln growth in the current block of time.
        pivots: (N, n), sums of ln |pivot| of every J_t.
        dead: (N, k), directions lost since the last reset.
        blocks: ln growth (N, k) of finished blocks.
    """

    def __init__(self, like: Tensor, count: int | None) -> None:
        frame = initial_frame(like, count)
        number, self.width, _ = like.shape
        self.count = frame.shape[-1]
        self.frame = pad_to_multiple(frame.expand(number, -1, -1), 2)
        size = self.frame.shape[-2]
        padding = torch.arange(size, device=like.device) >= self.width
        self.padding = torch.diag(padding).double()
        self.exponent = torch.zeros(number, dtype=torch.int64, device=like.device)
        self.steps = 0
        self.blocks: list[np.ndarray] = []
        self.dead = frame.new_zeros(number, self.count, dtype=torch.bool)
        self.reset_growth()

    def reset_growth(self) -> None:
        """Set growth, pivots and dead directions to zero."""
        self.growth = self.frame.new_zeros(self.dead.shape)
        self.pivots = self.frame.new_zeros(self.dead.shape[0], self.padding.shape[0])
        self.dead = torch.zeros_like(self.dead)

    def multiply(self, matrices: Tensor) -> None:
        """Apply J_t (N, n, n) to the frame."""
        wide = pad_to_multiple(matrices.double(), 2)
        self.frame = bmm(wide, self.frame)
        self.steps += 1
        if self.count == self.width:
            # Ones on the padded diagonal add ln 1 to the determinant.
            lu, *_ = torch.linalg.lu_factor_ex(wide + self.padding)
            self.pivots += _ln(lu.diagonal(dim1=-2, dim2=-1))

    def rescale(self) -> None:
        """Bring the frame's largest entry near 1, by a power of two."""
        shift = exponents(self.frame.abs().amax((-2, -1)))
        self.frame = ldexp(self.frame, -shift[:, None, None])
        self.exponent += shift

    def factorise(self) -> None:
        """Replace the frame by its Q and count ln |R_ii| as growth."""
        frame, triangle = factors(self.frame[..., : self.count])
        grown = _ln(triangle.diagonal(dim1=-2, dim2=-1))
        self.dead |= grown < grown.amax(-1, keepdim=True) + MIN_RELATIVE_GROWTH
        self.dead |= grown.isneginf()
        self.growth += grown + LN2 * self.exponent[:, None].double()
        self.exponent.zero_()
        self.frame = pad_to_multiple(frame, 2)

    def end_block(self) -> None:
        """Start the next block of time."""
        self.blocks.append(self.growth.cpu().numpy())
        self.growth = torch.zeros_like(self.growth)

    def exponents(self, ends: tuple[int, ...], warm_up: int) -> Exponents:
        """Return the exponents from the growth of all blocks."""
        pivots = np.ascontiguousarray(self.pivots.cpu().numpy())
        ln_determinant = pivots.sum(axis=-1) / ends[-1]
        if self.count < self.width:
            ln_determinant = np.full_like(ln_determinant, np.nan)
        dead = self.dead.cpu().numpy()
        return Exponents(ends, np.stack(self.blocks), dead, ln_determinant, warm_up)


def _ln(diagonal: Tensor) -> Tensor:
    """Return ln |entries| of (N, n); -inf below the smallest normal number."""
    size = diagonal.abs().contiguous()
    logs = elementwise(torch.log, size.clamp(min=_TINY))
    return torch.where(size < _TINY, -torch.inf, logs)


def initial_frame(like: Tensor, count: int | None) -> Tensor:
    """Return a fixed random orthonormal frame, (n, k) float64.

    Args:
        like: Jacobians (N, n, n) that it is for.
        count: k; n when left out.

    Raises:
        ShapeError: for matrices that are not (N, n, n).
        ConfigError: for a k above n.
    """
    if like.ndim != 3 or like.shape[-1] != like.shape[-2]:
        raise ShapeError(
            got=f"Jacobians of shape {tuple(like.shape)}",
            expected="(N, n, n)",
            try_="matrix[None], for one system",
        )
    width = like.shape[-1]
    if count is not None and count > width:
        raise ConfigError(
            got=f"{count} exponents of {width} directions",
            expected=f"a count from 1 to {width}",
            try_=f"count={width}",
        )
    drawn = stream(0, "lyapunov_frame").standard_normal((width, width))
    frame = torch.from_numpy(np.linalg.qr(drawn)[0]).to(like.device)
    return frame[:, :count]


def _ends(steps: int, blocks: int) -> tuple[int, ...]:
    """Return 0 and the ends of at most ``blocks`` equal blocks of time."""
    parts = min(blocks, steps)
    return tuple(round(steps * k / parts) for k in range(parts + 1))


def _check(
    steps: int, count: int | None, warm_up: int, every: int, blocks: int
) -> None:
    if whole_number("warm_up", warm_up, 0, try_="0") >= steps:
        raise ConfigError(
            got=f"a warm-up of {warm_up} of {steps} steps",
            expected="at least one step after it",
            try_="warm_up=0",
        )
    optional(whole_number, "count", count, 1, try_="1")
    whole_number("every", every, 1, try_="1")
    whole_number("blocks", blocks, 1, try_="10")
