"""The QR algorithm: carry a frame along, re-orthonormalise, keep what it grew by."""

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from gradlab.errors import ConfigError, ShapeError
from gradlab.exponents.spectrum import Exponents
from gradlab.numerics.batch_invariant import bmm, elementwise, pad_to_multiple
from gradlab.numerics.orthonormal import factors
from gradlab.seeding import stream


BLOCKS = 12
LOST = -30.0
"""ln of the size, beside that of the step's best direction, below which a direction is
rounding: float64's is at -36, and grows with the width."""

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

    A frame Q of orthonormal directions is carried along: Z = J_t Q, Z = Q' R, and ln
    |R_ii| is what direction i grew by. All in float64. ln |det J_t| is taken beside it,
    by LU, so that the sum of the exponents has a witness.

    Args:
        jacobians: J_1, J_2, .. of N systems, at least ``steps`` of them.
        steps: how many to take.
        count: k leading exponents; all n when left out.
        warm_up: steps in which the frame settles and nothing is counted; a tenth of
            the steps when left out.
        every: steps between two factorisations. Directions that part by more than
            e^13 in between lose digits: 1 for gated cells.
        blocks: of time, in which growth is kept apart for intervals.

    Returns:
        :class:`Exponents` with N for (…M, B).

    Raises:
        ConfigError: settings that leave nothing to measure.
        ShapeError: matrices that are not (N, n, n).

    Source: Benettin et al. 1980; Eckmann and Ruelle 1985.
    """
    warm_up = steps // 10 if warm_up is None else warm_up
    _check(steps, count, warm_up, every, blocks)
    ends = _ends(steps - warm_up, blocks)
    stops = {warm_up + end for end in ends}
    run: _Run | None = None
    with torch.no_grad():
        for t, matrices in zip(range(1, steps + 1), jacobians, strict=False):
            run = run or _Run(matrices, count)
            run.advance(matrices)
            if (t - warm_up) % every == 0 or t in stops:
                run.factorise()
            if t == warm_up:
                run.forget()
            elif t in stops:
                run.end_block()
    if run is None or run.taken < steps:
        raise ConfigError(
            got=f"{0 if run is None else run.taken} Jacobians",
            expected=f"{steps} of them, as many as steps",
            try_="steps=len(jacobians)",
        )
    return run.found(ends, warm_up)


class _Run:
    """A frame under way and what it has grown by.

    Matrices are held with sides of multiples of 16, so that each is factorised by the
    same code whoever else is in the batch.
    """

    def __init__(self, like: Tensor, count: int | None) -> None:
        if like.ndim != 3 or like.shape[-1] != like.shape[-2]:
            raise ShapeError(
                got=f"Jacobians of shape {tuple(like.shape)}",
                expected="(N, n, n)",
                try_="matrix[None], for one system",
            )
        number, self.width, _ = like.shape
        self.count = self.width if count is None else count
        if self.count > self.width:
            raise ConfigError(
                got=f"{self.count} exponents of {self.width} directions",
                expected=f"a count from 1 to {self.width}",
                try_=f"count={self.width}",
            )
        frame = _start(self.width)[:, : self.count].to(like.device)
        self.frame = pad_to_multiple(frame.expand(number, -1, -1), 2)
        size = self.frame.shape[-2]
        self.beyond = torch.diag(torch.arange(size, device=like.device) >= self.width)
        self.taken = 0
        self.blocks: list[np.ndarray] = []
        self.dead = frame.new_zeros(number, self.count, dtype=torch.bool)
        self.forget()

    @property
    def whole(self) -> bool:
        """Whether all directions are followed, so that the determinant has a say."""
        return self.count == self.width

    def forget(self) -> None:
        """Count from here on."""
        self.growth = self.frame.new_zeros(self.dead.shape)
        self.pivots = self.frame.new_zeros(self.dead.shape[0], self.beyond.shape[0])
        self.dead = torch.zeros_like(self.dead)

    def advance(self, matrices: Tensor) -> None:
        """Apply J_t to the frame."""
        wide = pad_to_multiple(matrices.double(), 2)
        self.frame = bmm(wide, self.frame)
        self.taken += 1
        if self.whole:
            # Ones where the matrix was filled up: they add ln 1 to the determinant.
            factors, *_ = torch.linalg.lu_factor_ex(wide + self.beyond.to(wide))
            self.pivots += _ln(factors.diagonal(dim1=-2, dim2=-1))

    def factorise(self) -> None:
        """Make the frame orthonormal again and add what it grew by."""
        frame, triangle = factors(self.frame[..., : self.count])
        grown = _ln(triangle.diagonal(dim1=-2, dim2=-1))
        self.dead |= grown < grown.amax(-1, keepdim=True) + LOST
        self.dead |= grown.isneginf()
        self.growth += grown
        self.frame = pad_to_multiple(frame, 2)

    def end_block(self) -> None:
        """Put away the growth of a block of time."""
        self.blocks.append(self.growth.cpu().numpy())
        self.growth = torch.zeros_like(self.growth)

    def found(self, ends: tuple[int, ...], warm_up: int) -> Exponents:
        """Return what was found."""
        pivots = np.ascontiguousarray(self.pivots.cpu().numpy())
        ln_determinant = pivots.sum(axis=-1) / ends[-1]
        if not self.whole:
            ln_determinant = np.full_like(ln_determinant, np.nan)
        dead = self.dead.cpu().numpy()
        return Exponents(ends, np.stack(self.blocks), dead, ln_determinant, warm_up)


def _ln(diagonal: Tensor) -> Tensor:
    """Return ln |entries| of (N, n); the same bits in any company."""
    size = diagonal.abs().contiguous()
    logs = elementwise(torch.log, size.clamp(min=_TINY))
    return torch.where(size < _TINY, -torch.inf, logs)


def _start(width: int) -> Tensor:
    """Return a fixed orthonormal frame in no particular direction, (n, n) float64."""
    drawn = stream(0, "lyapunov_frame").standard_normal((width, width))
    return torch.from_numpy(np.linalg.qr(drawn)[0])


def _ends(steps: int, blocks: int) -> tuple[int, ...]:
    """Return 0 and the ends of equal blocks of time, as far as there are steps."""
    parts = min(blocks, steps)
    return tuple(round(steps * k / parts) for k in range(parts + 1))


def _check(
    steps: int, count: int | None, warm_up: int, every: int, blocks: int
) -> None:
    if not 0 <= warm_up < steps:
        raise ConfigError(
            got=f"a warm-up of {warm_up} of {steps} steps",
            expected="at least one step after it",
            try_="warm_up=0",
        )
    for name, value in (("count", count), ("every", every), ("blocks", blocks)):
        if value is not None and value < 1:
            raise ConfigError(
                got=f"{name}={value}", expected="1 or more", try_=f"{name}=1"
            )
