"""Norms along a trajectory: of the product at every lag, and of one step."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import numpy as np
import torch

from gradlab.jacobians.horizon import HorizonSearch
from gradlab.jacobians.lags import check_lags
from gradlab.jacobians.layout import Layout, choose_blocks, choose_rows
from gradlab.jacobians.norm_recorder import NormRecorder
from gradlab.jacobians.observers import (
    AblatedProduct,
    Block,
    DiagonalProduct,
    ProductNorms,
)
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.jacobians.walk import Observer, walk
from gradlab.jacobians.widening import Form, Results, compute_widening
from gradlab.numerics.allocator import raise_mmap_threshold
from gradlab.numerics.logscale import log
from gradlab.numerics.spectral_norm import spectral_norm
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
        find_horizon: computes ``horizon``, which takes more products where not every
            lag is stored.
    """

    lags: tuple[int, ...]
    frobenius: dict[str, np.ndarray]
    spectral: dict[str, np.ndarray]
    threshold: float
    find_horizon: Callable[[], np.ndarray] = field(repr=False)

    @cached_property
    def horizon(self) -> np.ndarray:
        """First lag (…M) at which the mean of ln |joint|_2 is below ln ``threshold``.

        The mean is over sequences. To the step also where not every lag is stored; inf
        when none is, NaN when a NaN comes first.
        """
        with torch.no_grad():
            return self.find_horizon()

    def __getstate__(self) -> dict[str, Any]:
        """Return what is kept in a file or another process: all numbers."""
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
            :func:`gradlab.jacobians.block_names`.
        lags: where spectral norms are computed; :func:`gradlab.jacobians.lags` of the
            length when left out.
        rows: later states whose rows are carried, e.g. ``"h"`` for dh_T/ds_t at half
            the cost; the joint block is then theirs. All states when left out.
        threshold: of the horizon.

    Right up to rounding at any length, and over any range between the entries of a
    product: float32 norms agree with those of float64 products of the same J_t to about
    1e-5 in ln norm. Where entries of a row lie so far apart that float32 (float64)
    would flush one to zero, which takes triangular or nearly diagonal recurrence, the
    point is computed again in a wider form (:mod:`gradlab.jacobians.widening`), several
    times slower.

    Raises:
        UnknownNameError: for a block or a state the cell does not have.
        ConfigError: for lags outside 0 .. T.
    """
    length, cell = trajectory.length, trajectory.cell
    requested = None if lags is None else [*lags, 0, length]
    with torch.no_grad():
        chosen = choose_rows(rows, cell)
        kept = Layout.of(cell).part(chosen or cell.state_names)
        jacobians = StepJacobians(trajectory, product_rows=kept.size)
        conveyor = jacobians.at(length).conveyor is not None
        return norms_of_blocks(
            jacobians,
            choose_blocks(blocks, cell, conveyor=conveyor, rows=chosen),
            check_lags(requested, 0, length),
            rows=kept,
            threshold=threshold,
        )


def norms_of_blocks(
    jacobians: StepJacobians,
    names: Sequence[str],
    lags: tuple[int, ...],
    *,
    rows: Layout,
    threshold: float,
    blocks: dict[str, Block] | None = None,
) -> JacobianNorms:
    """Return the norms of named blocks; as :func:`jacobian_norms`.

    Args:
        jacobians: along the trajectory.
        names: of the blocks to return.
        lags: stored, 0 and T among them.
        rows: the layout of the later states.
        threshold: of the horizon.
        blocks: the states of blocks that are not those of :func:`block_names`.
    """
    raise_mmap_threshold()
    trajectory = jacobians.trajectory
    request = _Request(tuple(names), lags, rows, threshold, blocks or {})
    sequences = trajectory.batch_shape[-1]
    horizons = _Horizons(jacobians.count // sequences)

    def attempt(some: StepJacobians, form: Form) -> tuple[Results, np.ndarray]:
        curves, find_horizons, may_underflow = _attempt(request, some, form)
        horizons.add(some.sequences[::sequences] // sequences, find_horizons)
        return curves, may_underflow

    found = compute_widening(jacobians, sequences, attempt)

    def curves(kind: str) -> dict[str, np.ndarray]:
        by_name = {name: found[f"{kind} {name}"] for name in names}
        return {
            name: np.ascontiguousarray(np.moveaxis(curve, -1, 0)).reshape(
                -1, *trajectory.batch_shape
            )
            for name, curve in by_name.items()
        }

    return JacobianNorms(
        lags,
        curves("frobenius"),
        curves("spectral"),
        threshold,
        lambda: horizons.compute().reshape(trajectory.batch_shape[:-1]),
    )


class _Horizons:
    """Horizons of points, each from the last attempt at it; computed when asked for."""

    def __init__(self, points: int) -> None:
        self.points = points
        self.found: list[tuple[np.ndarray, Callable[[], np.ndarray]]] = []

    def add(self, points: np.ndarray, find: Callable[[], np.ndarray]) -> None:
        """Add what computes the horizons of some points."""
        self.found.append((points, find))

    def compute(self) -> np.ndarray:
        """Return the horizons (points)."""
        horizons = np.empty(self.points)
        for points, find in self.found:
            horizons[points] = find()
        return horizons


@dataclass(frozen=True)
class _Request:
    """What is requested of a walk."""

    names: tuple[str, ...]
    lags: tuple[int, ...]
    rows: Layout
    threshold: float
    blocks: dict[str, Block]


def _attempt(
    request: _Request, jacobians: StepJacobians, form: Form
) -> tuple[Results, Callable[[], np.ndarray], np.ndarray]:
    """Return curves (points, B, lags), what gives horizons, and what may underflow."""
    sequences = jacobians.trajectory.batch_shape[-1]
    names, rows, layout = request.names, request.rows, jacobians.layout
    every = len(request.lags) == jacobians.length + 1 and "detours" not in names
    identity = form.identity(
        layout,
        jacobians.count,
        jacobians.like,
        rows=rows,
        detours="detours" in names,
    )
    recorder = NormRecorder()
    blocks = {n: b for n, b in _blocks(rows, layout).items() if n in names}
    blocks |= {"joint": (rows.names, layout.names)} | request.blocks
    whole = ProductNorms(
        identity, blocks, recorder, every=every, detours="detours" in names
    )
    ablated = list(_ablated(names, jacobians, form, recorder, every=every))
    observers: list[Observer] = [whole, *ablated]
    search = None
    if not every:
        search = HorizonSearch(whole, request.lags, sequences, request.threshold)
        observers.append(search)
    stops = (jacobians.length,) if every else request.lags
    walk(jacobians, observers, stops)
    may_underflow = identity.may_underflow.copy()
    for observer in ablated:
        if isinstance(observer, DiagonalProduct):
            observer.compute()
        else:
            may_underflow |= observer.product.may_underflow
    frobenius, spectral = recorder.curves()
    results = {
        f"{kind} {name}": curves[name].T.reshape(-1, sequences, len(curves[name]))
        for kind, curves in (("frobenius", frobenius), ("spectral", spectral))
        for name in names
    }
    if search is None:
        curve = spectral["joint"].reshape(len(spectral["joint"]), -1, sequences)
        found = horizon(request.lags, curve.mean(axis=-1), request.threshold)
        return results, lambda: found, may_underflow
    brackets = search.brackets()
    find = partial(brackets.refine, jacobians, frobenius["joint"])
    return results, find, may_underflow


def _blocks(rows: Layout, layout: Layout) -> dict[str, Block]:
    """Return the blocks of one later and one earlier state, by name."""
    return {
        later + earlier: ((later,), (earlier,))
        for later in rows.names
        for earlier in layout.names
    }


def _ablated(
    names: Sequence[str],
    jacobians: StepJacobians,
    form: Form,
    recorder: NormRecorder,
    *,
    every: bool,
) -> Iterator[AblatedProduct | DiagonalProduct]:
    """Yield observers of the conveyor and of products with columns cut."""
    layout, count = jacobians.layout, jacobians.count
    states, carry = layout.names, layout.names[-1]
    several = len(states) > 1

    def ablated(name: str, kept: tuple[str, ...], **settings) -> AblatedProduct:
        identity = form.identity(layout, count, jacobians.like, **settings)
        return AblatedProduct(name, identity, kept, recorder, every=every)

    def diagonal(name: str, width: int, *, first_dense: bool) -> DiagonalProduct:
        return DiagonalProduct(
            name,
            recorder,
            count,
            identity_width=width,
            first_dense=first_dense,
            every=every,
        )

    if "conveyor" in names:
        yield diagonal("conveyor", layout.widths[-1], first_dense=False)
    if "no_cell_path" in names:
        if several:
            yield ablated("no_cell_path", states[:-1])
        else:
            yield ablated("no_cell_path", states, conveyor=False)
    if "no_detours" in names:
        last = jacobians.at(jacobians.length)
        if several and (carry, carry) in last.dense:
            yield ablated("no_detours", (carry,))
        else:
            yield diagonal("no_detours", layout.width, first_dense=several)


def step_norms(trajectory: Trajectory) -> np.ndarray:
    """Return ln |J_t|_2 for t = 1 .. T, (T, …M, B)."""
    with torch.no_grad():
        jacobians = StepJacobians(trajectory)
        steps = range(1, trajectory.length + 1)
        norms = torch.stack([spectral_norm(jacobians.at(t).matrix()) for t in steps])
    return log(norms, np.zeros(1)).reshape(-1, *trajectory.batch_shape)
