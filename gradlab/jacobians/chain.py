"""The chain of Jacobians along a trajectory: norms of the product at every lag."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
import torch

from gradlab.cells.base import Cell
from gradlab.errors import ConfigError
from gradlab.jacobians.blocks import choose, some_rows
from gradlab.jacobians.flat import FlatJacobian, jacobian_at, jacobians
from gradlab.jacobians.horizon import HorizonFinder
from gradlab.jacobians.lags import lags as stored_lags
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.notes import Notes, SpectralNotes
from gradlab.jacobians.product import Product
from gradlab.jacobians.strands import (
    CutStrand,
    DiagonalStrand,
    FollowedStrand,
    NoKeepPathStrand,
    Strand,
    WholeStrand,
)
from gradlab.numerics.allocator import raise_mmap_threshold
from gradlab.statistics import horizon
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class JacobianNorms:
    """Norms of J_T ... J_{t+1} by lag T - t, as natural logs in float64.

    -inf is an exact zero; NaN or inf say that the product is not finite.

    Attributes:
        lags: the stored lags, L of them.
        frobenius: by block, (T + 1, …M, B): lags 0 .. T.
        spectral: by block, (L, …M, B): at the stored lags.
        threshold: see ``horizon``.
    """

    lags: tuple[int, ...]
    frobenius: dict[str, np.ndarray]
    spectral: dict[str, np.ndarray]
    threshold: float
    find_horizon: Callable[[], np.ndarray] = field(repr=False, compare=False)

    @cached_property
    def horizon(self) -> np.ndarray:
        """First lag (…M) at which the mean over sequences of ln |joint|_2 is low.

        Below ln ``threshold``, that is; inf when none is, NaN when a NaN comes first.
        Looked for between the stored lags when it is first asked for.
        """
        with torch.no_grad():
            return self.find_horizon()

    def __getstate__(self) -> dict[str, Any]:
        """Return what is kept of it in a file or another process: all numbers."""
        return {**vars(self), "horizon": self.horizon, "find_horizon": None}

    @property
    def blocks(self) -> tuple[str, ...]:
        """The blocks there are."""
        return tuple(self.spectral)


def jacobian_norms(
    trajectory: Trajectory,
    blocks: str | Iterable[str] = "all",
    lags: Sequence[int] | None = None,
    *,
    rows: str | Sequence[str] | None = None,
    threshold: float = 1e-3,
) -> JacobianNorms:
    """Return the norms of the Jacobian product along a trajectory.

    Args:
        trajectory: what :func:`gradlab.unroll` gave.
        blocks: ``"all"``, ``"joint"``, or names as in
            :func:`gradlab.jacobians.block_names`. The joint block is always there.
        lags: where spectral norms are computed; :func:`gradlab.jacobians.lags` of the
            length when left out.
        rows: later states whose rows are carried, e.g. ``"h"`` for dh_T/ds_t at half
            the cost; the joint block is then theirs. All states when left out.
        threshold: of the horizon.

    Exact up to rounding at any length: float32 products agree with float64 ones along
    the same trajectory to about 1e-5 in ln norm.

    Raises:
        UnknownNameError: for a block or a state the cell does not have.
        ConfigError: for lags outside 0 .. T.
    """
    raise_mmap_threshold()
    length = trajectory.length
    lags = stored_lags(length) if lags is None else _checked(lags, length)
    with torch.no_grad():
        kept = some_rows(rows, trajectory.cell)
        run = _Run(trajectory, blocks, lags, kept, threshold)
        run.walk()
        return run.result()


class _Run:
    """One walk along the chain, all strands side by side."""

    def __init__(
        self,
        trajectory: Trajectory,
        blocks: str | Iterable[str],
        lags: tuple[int, ...],
        rows: tuple[str, ...] | None,
        threshold: float,
    ) -> None:
        self.trajectory, self.stored = trajectory, lags
        self.wanted = frozenset(lags)
        self.lag = 0
        cell = trajectory.cell
        first = jacobian_at(trajectory, trajectory.length)
        conveyor = first.conveyor is not None
        self.blocks = choose(blocks, cell, conveyor=conveyor, rows=rows)
        layout = Layout.of(cell)
        product = Product.identity(
            layout,
            first.count,
            first.like,
            rows=None if rows is None else layout.part(rows),
            watch="detours" in self.blocks,
        )
        every = len(lags) == trajectory.length + 1 and "detours" not in self.blocks
        self.whole = (FollowedStrand if every else WholeStrand)(product, self.blocks)
        self.cut: list[Strand] = list(_cuts(self.blocks, cell, first, layout))
        sequences = trajectory.lead[-1]
        points = first.count // sequences
        self.finder = HorizonFinder(points, sequences, lags, threshold)
        self.frobenius, self.spectral = Notes(), SpectralNotes()
        self._note([self.whole])

    def walk(self) -> None:
        """Go back from T to 0."""
        length = self.trajectory.length
        steps = jacobians(self.trajectory, length)
        while self.lag < length:
            count = min(self._stretch(), length - self.lag)
            some = islice(steps, count)
            if isinstance(self.whole, FollowedStrand):
                self._advance_together(self.whole, some, count)
            elif count > 1:
                self._advance_far(some, count)
            else:
                self._advance(next(some))

    def _stretch(self) -> int:
        """Return how many steps to go: not beyond the next stored lag."""
        most = self.whole.stretch
        if most == 1 or isinstance(self.whole, FollowedStrand):
            return most
        return min([most, *(lag - self.lag for lag in self.stored if lag > self.lag)])

    def _advance_together(
        self, whole: FollowedStrand, steps: Iterator[FlatJacobian], count: int
    ) -> None:
        some = self._cuts_first(steps, looking=True)
        again = self._again(count)
        frobenius, spectral = whole.advance_together(some, count, again)
        self.frobenius.add_together(frobenius)
        self.spectral.add_together(spectral)
        self.lag += count

    def _advance_far(self, steps: Iterator[FlatJacobian], count: int) -> None:
        some = self._cuts_first(steps, looking=False)
        norms = self.whole.advance_far(some, count, self._again(count))
        self.frobenius.add_together(norms)
        self.lag += count
        if self.lag in self.wanted:
            self._look([self.whole, *self.cut])

    def _cuts_first(
        self, steps: Iterator[FlatJacobian], *, looking: bool
    ) -> Iterator[FlatJacobian]:
        """Yield the steps, each after the cut strands have taken it."""
        for step in steps:
            if self.cut:
                for strand in self.cut:
                    strand.advance(step)
                self.frobenius.add(_merged(s.frobenius() for s in self.cut))
                if looking:
                    self.spectral.add_matrices(_merged(s.matrices() for s in self.cut))
            yield step

    def _again(self, count: int) -> Callable[[], Iterator[FlatJacobian]]:
        """Return what gives the next ``count`` steps once more."""
        later = self.trajectory.length - self.lag
        return lambda: jacobians(self.trajectory, later, later - count)

    def _advance(self, step: FlatJacobian) -> None:
        self.lag += 1
        strands = [self.whole, *self.cut]
        for strand in strands:
            strand.advance(step)
        self._note(strands)

    def result(self) -> JacobianNorms:
        """Return the norms."""
        noted = self.frobenius.curves()
        frobenius, spectral = self._curves(noted)
        lead = self.trajectory.lead
        return JacobianNorms(
            self.stored,
            {name: v.reshape(-1, *lead) for name, v in frobenius.items()},
            {name: v.reshape(-1, *lead) for name, v in spectral.items()},
            self.finder.threshold,
            self._finding(noted["joint"]),
        )

    def _finding(self, ln_frobenius: np.ndarray) -> Callable[[], np.ndarray]:
        """Return what finds the horizons, without holding on to the strands."""
        finder, trajectory, lead = self.finder, self.trajectory, self.trajectory.lead
        if isinstance(self.whole, FollowedStrand):
            every, threshold = self.spectral.curves()["joint"], finder.threshold
            curves = every.reshape(-1, *lead).mean(axis=-1)
            return lambda: horizon(self.stored, curves, threshold)
        return lambda: finder.refine(trajectory, ln_frobenius).reshape(lead[:-1])

    def _note(self, strands: Sequence[Strand]) -> None:
        self.frobenius.add(_merged(s.frobenius() for s in strands))
        if self.lag in self.wanted:
            self._look(strands)

    def _look(self, strands: Sequence[Strand]) -> None:
        self.spectral.add_matrices(_merged(s.matrices() for s in strands))
        self.finder.feed(self.lag, self.whole.product)

    def _curves(
        self, noted: dict[str, np.ndarray]
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Return all curves; cut products are the identity at lag 0."""
        frobenius, spectral = dict(noted), self.spectral.curves()
        for strand in self.cut:
            if not isinstance(strand, DiagonalStrand):
                continue
            frobenius[strand.name], spectral[strand.name] = strand.all_lags()
        for name in self.blocks:
            if len(frobenius[name]) == self.trajectory.length:
                at_zero = self._at_zero(name)
                frobenius[name] = np.concatenate([at_zero, frobenius[name]])
            if len(spectral[name]) < len(self.stored):
                zero = np.zeros((1, spectral[name].shape[1]))
                spectral[name] = np.concatenate([zero, spectral[name]])
        blocks = self.blocks
        return {n: frobenius[n] for n in blocks}, {n: spectral[n] for n in blocks}

    def _at_zero(self, name: str) -> np.ndarray:
        product, count = self.whole.product, self.finder.found.size
        layout = product.layout
        width = layout.widths[-1] if name == "conveyor" else product.rows.width
        return np.full((1, count * self.finder.sequences), 0.5 * np.log(width))


def _cuts(
    blocks: tuple[str, ...], cell: Cell, first: FlatJacobian, layout: Layout
) -> Iterable[Strand]:
    several = len(cell.state_names) > 1
    carry = cell.state_names[-1]
    diagonal = (carry, carry) not in first.dense
    if "conveyor" in blocks:
        yield DiagonalStrand("conveyor", first_dense=False)
    if "no_cell_path" in blocks:
        yield (
            CutStrand("no_cell_path", layout, cell.state_names[:-1])
            if several
            else NoKeepPathStrand("no_cell_path", layout, cell.state_names)
        )
    if "no_detours" in blocks:
        if several and not diagonal:
            yield CutStrand("no_detours", layout, (carry,))
        else:
            yield DiagonalStrand("no_detours", first_dense=several)


def _merged(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


def _checked(lags: Sequence[int], length: int) -> tuple[int, ...]:
    chosen = tuple(sorted({int(lag) for lag in lags} | {0, length}))
    if chosen[0] < 0 or chosen[-1] > length:
        raise ConfigError(
            got=f"lags {', '.join(map(str, lags))}",
            expected=f"whole numbers from 0 to {length}",
            try_=f"lags=range({length + 1})",
        )
    return chosen
