"""Norms along a trajectory: of the product at every lag, and of one step.

Conveyor, detours, joint, point and stored lags are defined in
:mod:`gradlab.jacobians`; the blocks in :func:`.layout.block_names`.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from gradlab.arguments import each, instance, number
from gradlab.jacobians.horizon import HorizonSearch
from gradlab.jacobians.labelled_norms import JacobianNorms, by_block
from gradlab.jacobians.lags import check_lags
from gradlab.jacobians.layout import (
    Layout,
    choose_blocks,
    choose_rows,
    pair_names,
)
from gradlab.jacobians.norm_recorder import NormRecorder
from gradlab.jacobians.observers import (
    AblatedProduct,
    Block,
    DiagonalProduct,
    ProductNorms,
)
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.jacobians.walk import Observer, walk
from gradlab.jacobians.wider_range import ProductClass, Results, compute_in_wider_range
from gradlab.numerics.allocator import raise_mmap_threshold
from gradlab.numerics.logscale import ln_scaled
from gradlab.numerics.spectral_norm import spectral_norm
from gradlab.statistics import horizon
from gradlab.trajectory import Trajectory


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
        lags: to store, with 0 and T; :func:`gradlab.jacobians.lags` of the length when
            left out.
        rows: later states whose rows are computed, e.g. ``"h"`` for dh_T/ds_t at half
            the cost; the joint block is then theirs. All states when left out.
        threshold: of the horizon.

    Right up to rounding at any length, and over any range between the entries of a
    product: float32 norms agree with those of float64 products of the same J_t to about
    1e-5 in ln norm. Where entries of a row lie so far apart that float32 (float64)
    would flush one to zero, which takes triangular or nearly diagonal recurrence, the
    point is computed again over a wider range (:mod:`gradlab.jacobians.wider_range`),
    several times slower.

    Raises:
        UnknownNameError: for a block or a state the cell does not have.
        ConfigError: for lags outside 0 .. T.

    >>> from gradlab import build, unroll
    >>> cell = build("lstm", input_size=2, hidden_size=3)
    >>> norms = jacobian_norms(unroll(cell, torch.zeros(4, 10, 2)), lags=[0, 5, 10])
    >>> norms.ln_spectral_norm.axes, norms.blocks[:5]
    (('block', 'lag', 'sequence'), ('hh', 'hc', 'ch', 'cc', 'joint'))
    >>> bool(norms.ln_spectral_norm.at(block="cc", lag=10, sequence=0) < 0)
    True
    """
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    length, cell = trajectory.length, trajectory.cell
    threshold = number("threshold", threshold, above=0, try_="1e-3")
    requested = None
    if lags is not None:
        requested = [*each("lags", lags, "lags", try_="lags=[1, 16]"), 0, length]
    with torch.no_grad():
        chosen = choose_rows(rows, cell)
        kept = Layout.of(cell).part(chosen or cell.state_names)
        jacobians = StepJacobians(trajectory, product_rows=kept.padded_width)
        conveyor = jacobians.at(length).conveyor is not None
        return norms_of_blocks(
            jacobians,
            choose_blocks(blocks, cell, conveyor=conveyor, rows=chosen),
            check_lags(requested, 0, length),
            row_layout=kept,
            threshold=threshold,
        )


def norms_of_blocks(
    jacobians: StepJacobians,
    names: Sequence[str],
    lags: tuple[int, ...],
    *,
    row_layout: Layout,
    threshold: float,
    blocks: dict[str, Block] | None = None,
) -> JacobianNorms:
    """Return the norms of named blocks; as :func:`jacobian_norms`.

    Args:
        jacobians: along the trajectory.
        names: of the blocks to return.
        lags: stored, 0 and T among them.
        row_layout: the layout of the later states.
        threshold: of the horizon.
        blocks: the states of blocks that are not those of :func:`block_names`.
    """
    raise_mmap_threshold()  # so that each span's buffers are reused
    trajectory = jacobians.trajectory
    request = _Request(tuple(names), lags, row_layout, threshold, blocks or {})
    sequences = trajectory.batch_shape[-1]
    horizons = _Horizons(jacobians.count // sequences)

    def compute(
        subset: StepJacobians, product_class: ProductClass
    ) -> tuple[Results, np.ndarray]:
        results, find_horizons, may_underflow = _compute_with(
            request, subset, product_class
        )
        horizons.add(subset.sequences[::sequences] // sequences, find_horizons)
        return results, may_underflow

    results = compute_in_wider_range(jacobians, sequences, compute)

    def curves(kind: str) -> dict[str, np.ndarray]:
        by_name = {name: results[f"{kind} {name}"] for name in names}
        return {
            name: np.moveaxis(curve, -1, 0).reshape(-1, *trajectory.batch_shape)
            for name, curve in by_name.items()
        }

    every_lag = range(trajectory.length + 1)
    return JacobianNorms(
        by_block("ln_spectral_norm", curves("spectral"), lags),
        by_block("ln_frobenius_norm_every_lag", curves("frobenius"), every_lag),
        threshold,
        lambda: horizons.compute().reshape(trajectory.batch_shape[:-1]),
    )


class _Horizons:
    """Horizons of points, computed when asked for.

    Each by the function that was added for its point last: that of the widest range.
    """

    def __init__(self, points: int) -> None:
        self.points = points
        self.added: list[tuple[np.ndarray, Callable[[], np.ndarray]]] = []

    def add(self, points: np.ndarray, find: Callable[[], np.ndarray]) -> None:
        """Add a function that computes the horizons of some points."""
        self.added.append((points, find))

    def compute(self) -> np.ndarray:
        """Return the horizons (points)."""
        horizons = np.empty(self.points)
        for points, find in self.added:
            horizons[points] = find()
        return horizons


@dataclass(frozen=True)
class _Request:
    """What is requested of a walk."""

    names: tuple[str, ...]
    lags: tuple[int, ...]
    row_layout: Layout
    threshold: float
    blocks: dict[str, Block]


def _compute_with(
    request: _Request, jacobians: StepJacobians, product_class: ProductClass
) -> tuple[Results, Callable[[], np.ndarray], np.ndarray]:
    """Return curves, a function that gives horizons, and what may underflow.

    Walks once, with products of one class. The curves are (points, B, lags) by name.
    """
    sequences = jacobians.trajectory.batch_shape[-1]
    names, row_layout, layout = request.names, request.row_layout, jacobians.layout
    all_lags = len(request.lags) == jacobians.length + 1 and "detours" not in names
    identity = product_class.identity(
        layout,
        jacobians.count,
        jacobians.like,
        row_layout=row_layout,
        detours="detours" in names,
    )
    recorder = NormRecorder()
    blocks = {n: b for n, b in _blocks(row_layout, layout).items() if n in names}
    blocks |= {"joint": (row_layout.names, layout.names)} | request.blocks
    whole = ProductNorms(
        identity, blocks, recorder, all_lags=all_lags, detours="detours" in names
    )
    ablated = list(
        _ablated(names, jacobians, product_class, recorder, all_lags=all_lags)
    )
    observers: list[Observer] = [whole, *ablated]
    search = None
    if not all_lags:
        search = HorizonSearch(whole, request.lags, sequences, request.threshold)
        observers.append(search)
    walk(jacobians, observers, (jacobians.length,) if all_lags else request.lags)
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
        horizons = horizon(request.lags, curve.mean(axis=-1), request.threshold)
        return results, lambda: horizons, may_underflow
    coarse = search.at_stored_lags()
    find = partial(coarse.refine, jacobians, frobenius["joint"])
    return results, find, may_underflow


def _blocks(row_layout: Layout, layout: Layout) -> dict[str, Block]:
    """Return the blocks of one later and one earlier state, by name."""
    return {
        name: ((later,), (earlier,))
        for (later, earlier), name in pair_names(layout.names).items()
        if later in row_layout.names
    }


def _ablated(
    names: Sequence[str],
    jacobians: StepJacobians,
    product_class: ProductClass,
    recorder: NormRecorder,
    *,
    all_lags: bool,
) -> Iterator[AblatedProduct | DiagonalProduct]:
    """Yield observers of the conveyor and of products with columns set to zero."""
    layout, count = jacobians.layout, jacobians.count
    states, carry = layout.names, layout.names[-1]
    several = len(states) > 1

    def ablated(name: str, kept: tuple[str, ...], **settings) -> AblatedProduct:
        identity = product_class.identity(layout, count, jacobians.like, **settings)
        return AblatedProduct(name, identity, kept, recorder, all_lags=all_lags)

    def diagonal(name: str, width: int, *, dense_first_factor: bool) -> DiagonalProduct:
        return DiagonalProduct(
            name,
            recorder,
            count,
            identity_width=width,
            dense_first_factor=dense_first_factor,
            all_lags=all_lags,
        )

    if "conveyor" in names:
        yield diagonal("conveyor", layout.widths[-1], dense_first_factor=False)
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
            yield diagonal("no_detours", layout.width, dense_first_factor=several)


def step_norms(trajectory: Trajectory) -> np.ndarray:
    """Return ln |J_t|_2 for t = 1 .. T, (T, …M, B)."""
    with torch.no_grad():
        jacobians = StepJacobians(trajectory)
        steps = range(1, trajectory.length + 1)
        norms = torch.stack([spectral_norm(jacobians.at(t).matrix()) for t in steps])
    return ln_scaled(norms, np.zeros(1)).reshape(-1, *trajectory.batch_shape)
