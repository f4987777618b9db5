"""The carry's derivative by the number of passes through the recurrent weights.

A recurrent pass is one step of a path from the carry (the last state) to the carry that
multiplies by J_t less the conveyor; see :mod:`gradlab.paths.expansion` for the algebra.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from gradlab.arguments import flag, instance, whole_number
from gradlab.errors import ConfigError
from gradlab.jacobians.lags import check_lags
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.labelled import LabelledArray, batch_coords
from gradlab.numerics.logscale import Scaled, ln_scaled
from gradlab.numerics.spectral_norm import spectral_norm
from gradlab.paths.conveyor import missing_conveyor
from gradlab.paths.expansion import Expansion
from gradlab.trajectory import Trajectory


MAX_PASSES = 8


@dataclass(frozen=True)
class RecurrentPasses:
    """Norms of the parts of dc_T/dc_t (GRU: dh_T/dh_t), natural logs in float64.

    They do not add up to the norm of the sum: parts can cancel. -inf is an exact 0.

    Axes ``index``, ``lag`` and those of the batch. Along ``index`` are ``"0"`` (the
    conveyor) .. ``"K"`` passes, ``"more"`` than K, and their sum ``"total"``.

    Attributes:
        ln_frobenius_norm: of every part.
        ln_spectral_norm: of every part; None unless requested.
    """

    ln_frobenius_norm: LabelledArray
    ln_spectral_norm: LabelledArray | None


def recurrent_passes(
    trajectory: Trajectory,
    max_passes: int = MAX_PASSES,
    lags: Sequence[int] | None = None,
    *,
    spectral: bool = True,
) -> RecurrentPasses:
    """Return the norms of dc_T/dc_t split by the number of recurrent passes.

    The k-th part sums over all paths from c_t to c_T with k steps that pass through the
    recurrent weights (a path that leaves c and returns after m steps in h counts m).
    The 0th is the conveyor. For a GRU, whose h is its own carry, steps on the keep
    gate's diagonal do not count and all others do.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it.
        max_passes: K; paths of more passes are summed in one part.
        lags: among 0 .. T; those of :func:`gradlab.jacobians.lags` by default.
        spectral: whether to compute spectral norms as well.

    Exact up to rounding at any length (see :class:`gradlab.paths.expansion.Expansion`).
    The cost is about K + 3 products of the carry's rows.

    Raises:
        ConfigError: for a cell without a conveyor, lags outside 0 .. T, or a negative
            ``max_passes``.

    >>> from gradlab import build, unroll
    >>> cell = build("lstm", input_size=2, hidden_size=3)
    >>> trajectory = unroll(cell, torch.zeros(1, 10, 2))
    >>> norms = recurrent_passes(trajectory, max_passes=1).ln_frobenius_norm
    >>> norms.coords["index"], norms.at(index="1", lag=0, sequence=0)
    (('0', '1', 'more', 'total'), -inf)
    """
    flag("spectral", spectral)
    wanted = _check(trajectory, max_passes, lags)
    frobenius, spectral_norms = [], []
    with torch.no_grad():
        expansion = _start(trajectory, max_passes)
        for lag in _advance(expansion, trajectory, wanted[-1]):
            if lag in wanted:
                block = expansion.carry_block()
                frobenius.append(block.ln_frobenius().T)
                if spectral:
                    spectral_norms.append(_ln_spectral(block))
    shape = (len(wanted), max_passes + 3, *trajectory.batch_shape)
    batch = batch_coords(trajectory.batch_shape)
    coords: dict[str, tuple] = {"index": part_names(max_passes), "lag": wanted, **batch}

    def labelled(name: str, rows: list[np.ndarray]) -> LabelledArray:
        values = np.stack(rows).reshape(shape).swapaxes(0, 1)
        return LabelledArray(name, coords, values, unit="nats")

    return RecurrentPasses(
        labelled("ln_frobenius_norm", frobenius),
        labelled("ln_spectral_norm", spectral_norms) if spectral else None,
    )


def pass_matrices(
    trajectory: Trajectory,
    earlier: int = 0,
    later: int | None = None,
    max_passes: int = MAX_PASSES,
) -> Scaled:
    """Return the parts of dc_later/dc_earlier as matrices, (K + 3, …M, B, n, n).

    In the order of :func:`part_names`, in log scale; all but the last add up to
    the last.

    Raises:
        ConfigError: as :func:`recurrent_passes`, or unless 0 <= earlier <= later <= T.
    """
    later = trajectory.length if later is None else later
    _check(trajectory, max_passes, None)
    if not 0 <= earlier <= later <= trajectory.length:
        raise ConfigError(
            got=f"steps {earlier} to {later}",
            expected=f"0 <= earlier <= later <= {trajectory.length}",
            try_="pass_matrices(trajectory, 0)",
        )
    with torch.no_grad():
        expansion = _start(trajectory, max_passes)
        for step in StepJacobians(trajectory).steps(later, earlier):
            expansion.advance(step)
    layout = expansion.layout
    block = expansion.carry_block()
    plain = layout.part((expansion.carry,)).plain(block.mantissa).swapaxes(0, 1)
    exponent = block.exponent.mT.contiguous()
    shape = (max_passes + 3, *trajectory.batch_shape)
    return Scaled(
        plain.reshape(*shape, *plain.shape[-2:]),
        exponent.reshape(shape),
    )


def part_names(max_passes: int = MAX_PASSES) -> tuple[str, ...]:
    """Return the names of the parts for K = ``max_passes``.

    >>> part_names(1)
    ('0', '1', 'more', 'total')
    """
    return (*map(str, range(max_passes + 1)), "more", "total")


def _start(trajectory: Trajectory, max_passes: int) -> Expansion:
    count = int(np.prod(trajectory.batch_shape, dtype=int))
    return Expansion(Layout.of(trajectory.cell), count, trajectory.start[0], max_passes)


def _advance(expansion: Expansion, trajectory: Trajectory, last: int) -> Iterator[int]:
    """Advance the expansion over lags 0 .. last, yielding each."""
    yield 0
    length = trajectory.length
    steps = StepJacobians(trajectory).steps(length, length - last)
    for lag, step in enumerate(steps, start=1):
        expansion.advance(step)
        yield lag


def _ln_spectral(block: Scaled) -> np.ndarray:
    """Return ln spectral norms of matrices (N, K + 3, n, n) as (K + 3, N)."""
    norms = spectral_norm(block.mantissa.flatten(0, 1))
    return ln_scaled(
        norms.cpu().numpy().reshape(block.exponent.shape), block.exponent
    ).T


def _check(
    trajectory: Trajectory, max_passes: int, lags: Sequence[int] | None
) -> tuple[int, ...]:
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    length = trajectory.length
    if StepJacobians(trajectory).at(length).conveyor is None:
        raise missing_conveyor(trajectory.cell)
    whole_number("max_passes", max_passes, 0, try_="8")
    return check_lags(lags, 0, length)
