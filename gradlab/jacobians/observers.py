"""Observers of a walk that record norms of products: whole, ablated, diagonal.

Carry, conveyor, detours, span and stored lags are defined in :mod:`gradlab.jacobians`;
the blocks in :func:`.layout.block_names`.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from gradlab.jacobians.batched_jacobian import BatchedJacobian, JacobianSpan
from gradlab.jacobians.entry_product import EntryProduct, EntryProducts
from gradlab.jacobians.norm_recorder import NormRecorder
from gradlab.jacobians.product import Product
from gradlab.jacobians.products import Products
from gradlab.jacobians.walk import Observer
from gradlab.numerics.diagonal import (
    ln_column_norms,
    ln_continued,
    ln_largest,
    ln_root_sum_square,
    ln_spectral_scaled,
)
from gradlab.numerics.leading_directions import LeadingDirections
from gradlab.numerics.logscale import frobenius_norms
from gradlab.numerics.spectral_norm import spectral_norm


AnyProduct = Product | EntryProduct
AnyProducts = Products | EntryProducts
Block = tuple[Sequence[str], Sequence[str]]
"""The later states of a block's rows and the earlier states of its columns."""

_STEPS_AT_ONCE = 256


class ProductNorms(Observer):
    """Norms of the whole product and of blocks of it.

    Frobenius norms at every lag; spectral norms at the stored lags, or for ``all_lags``
    at every lag, from searches that continue from one lag to the next.

    Args:
        product: at lag 0; advanced in place.
        blocks: by name.
        recorder: of the norms, lag 0 among them.
        all_lags: whether spectral norms are recorded at every lag.
        detours: whether the block ``"detours"`` is recorded, too; not for ``all_lags``.
    """

    def __init__(
        self,
        product: AnyProduct,
        blocks: Mapping[str, Block],
        recorder: NormRecorder,
        *,
        all_lags: bool = False,
        detours: bool = False,
    ) -> None:
        self.product, self.blocks, self.recorder = product, blocks, recorder
        self.all_lags, self.detours = all_lags, detours
        self.searches: dict[Block, LeadingDirections] = {}
        current = product.current()
        self._record_frobenius(current, 1)
        self._record_spectral(current)
        recorder.compute()

    def advance(self, span: JacobianSpan) -> None:
        """Advance by a span and record its lags."""
        after = self.product.advance(span)
        self._record_frobenius(after, span.steps)
        if self.all_lags:
            self._record_all_lags(after, span.steps)

    def on_lag(self, lag: int) -> None:
        """Record spectral norms here."""
        if not self.all_lags:
            self._record_spectral(self.product.current())

    def _record_frobenius(self, after: AnyProducts, steps: int) -> None:
        for name, block in self.blocks.items():
            self.recorder.add_frobenius(name, *after.frobenius(*block))
        if self.detours:
            self.recorder.add_frobenius("detours", *_frobenius(*after.detours(), steps))

    def _record_spectral(self, current: AnyProducts) -> None:
        matrices = {
            block: current.matrix(*block) for block in set(self.blocks.values())
        }
        found = {name: matrices[block] for name, block in self.blocks.items()}
        if self.detours:
            found["detours"] = current.detours()
        self.recorder.add_matrices(found)

    def _record_all_lags(self, after: AnyProducts, steps: int) -> None:
        found = {b: self._search(b, after, steps) for b in set(self.blocks.values())}
        for name, block in self.blocks.items():
            self.recorder.add_spectral(name, *found[block])

    def _search(
        self, block: Block, after: AnyProducts, steps: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the spectral norms of one block after each step, (steps, N)."""
        parts, exponent = after.parts(*block)
        if not LeadingDirections.suits(parts):
            norm = spectral_norm(torch.cat(parts, dim=-1)).cpu().numpy()
        else:
            if block not in self.searches:
                search = LeadingDirections(
                    self.product.count, parts[0].shape[-2], parts[0]
                )
                self.searches[block] = search
            frobenius, power = after.frobenius(*block)
            frobenius = np.ldexp(frobenius, power - exponent.reshape(power.shape))
            norm = self.searches[block].norms(parts, frobenius.ravel())
        return norm.reshape(steps, -1), exponent.reshape(steps, -1)


class AblatedProduct(Observer):
    """Norms of the product with some columns of every J_t set to zero.

    With A_t = J_t S, S keeping the columns of ``kept``, A_T ... A_{t+1} has those
    columns alone, and from the second step on only their own blocks matter.

    Args:
        name: of the block.
        identity: the whole product at lag 0; advanced in place.
        kept: the states whose columns are kept; all for a product that leaves out the
            conveyor instead.
        recorder: of the norms, lag 0 among them.
        all_lags: whether spectral norms are recorded at every lag.
    """

    def __init__(
        self,
        name: str,
        identity: AnyProduct,
        kept: tuple[str, ...],
        recorder: NormRecorder,
        *,
        all_lags: bool = False,
    ) -> None:
        self.name, self.product, self.kept = name, identity, kept
        self.recorder, self.all_lags = recorder, all_lags
        self.started = kept == identity.layout.names
        self._record_frobenius(identity.current())
        recorder.add_matrices({name: self._matrix(identity.current())})

    def advance(self, span: JacobianSpan) -> None:
        """Advance by a span and record its lags."""
        if not self.started:
            self._start(span.slice_steps(0, 1))
            span = span.slice_steps(1, span.steps)
        if span.steps:
            self._record(self.product.advance(span), span.steps)

    def on_lag(self, lag: int) -> None:
        """Record the spectral norm here."""
        if not self.all_lags:
            self.recorder.add_matrices(
                {self.name: self._matrix(self.product.current())}
            )

    def _start(self, first: JacobianSpan) -> None:
        self.product.advance(first)
        self.product = self.product.keep_columns(self.kept)
        self.started = True
        self._record(self.product.current(), 1)

    def _record(self, after: AnyProducts, steps: int) -> None:
        self._record_frobenius(after)
        if self.all_lags:
            for k in range(steps):
                matrix = self._matrix(after.at(slice(k, k + 1)))
                self.recorder.add_matrices({self.name: matrix})

    def _record_frobenius(self, after: AnyProducts) -> None:
        norms = after.frobenius(after.row_layout.names, after.layout.names)
        self.recorder.add_frobenius(self.name, *norms)

    def _matrix(self, current: AnyProducts) -> tuple[Tensor, np.ndarray]:
        return current.matrix(current.row_layout.names, current.layout.names)


class DiagonalProduct(Observer):
    """Norms of a product of diagonal matrices, after something dense or nothing.

    The conveyor; and the LSTM's product with the detours cut, whose only columns are
    those of c: the first step's column block times the conveyor of the steps before.
    Unit by unit in log space: right over any range. Logarithms are taken of up to 256
    steps at a time, so norms are recorded when those have been seen.

    Args:
        name: of the block.
        recorder: of the norms, lag 0 among them.
        identity_width: the width of the identity at lag 0, for its Frobenius norm.
        dense_first_factor: whether the first factor is the carry's whole column of J_T.
        all_lags: whether spectral norms are recorded at every lag.

    Attributes:
        waiting: diagonals of steps whose norms are not computed yet.
        recorded: which of them have a spectral norm to be recorded.
        first: the carry's column of J_T once it was seen, if it is the first factor.
        ln: of each unit's product of the diagonals computed so far, (N, n).
    """

    def __init__(
        self,
        name: str,
        recorder: NormRecorder,
        count: int,
        *,
        identity_width: int,
        dense_first_factor: bool,
        all_lags: bool = False,
    ) -> None:
        self.name, self.recorder, self.all_lags = name, recorder, all_lags
        self.dense_first_factor = dense_first_factor
        self.first: Tensor | None = None
        self.columns_are_orthogonal = True
        self.waiting: list[Tensor] = []
        self.recorded: list[int] = []
        self.ln: np.ndarray | None = None
        zero = np.zeros((1, count))
        recorder.frobenius[name] = [zero + 0.5 * np.log(identity_width)]
        recorder.spectral[name] = [zero]

    def advance(self, span: JacobianSpan) -> None:
        """Hold the span's diagonals."""
        for step in span:
            self.waiting.append(self._diagonal(step))
            if self.all_lags:
                self.recorded.append(len(self.waiting) - 1)
        if len(self.waiting) >= _STEPS_AT_ONCE:
            self.compute()

    def on_lag(self, lag: int) -> None:
        """Record the spectral norm here, at once or with the steps that wait."""
        if self.all_lags:
            return
        if self.waiting:
            self.recorded.append(len(self.waiting) - 1)
        elif self.ln is not None:
            self.recorder.spectral[self.name].append(self._spectral(self.ln)[None])

    def compute(self) -> None:
        """Record the norms of the steps that wait."""
        if not self.waiting:
            return
        diagonals = torch.stack(self.waiting)
        before = np.zeros(diagonals.shape[1:]) if self.ln is None else self.ln
        ln = ln_continued(diagonals, before)
        norms = ln_root_sum_square(self._columns(ln))
        self.recorder.frobenius[self.name].append(norms)
        for k in self.recorded:
            self.recorder.spectral[self.name].append(self._spectral(ln[k])[None])
        self.ln = ln[-1].copy()
        self.waiting, self.recorded = [], []

    def _diagonal(self, step: BatchedJacobian) -> Tensor:
        diagonal = step.own_diagonal() if self.dense_first_factor else step.conveyor
        assert diagonal is not None, "observed where there is a conveyor"
        if self.dense_first_factor and self.first is None:
            self.first = step.column(step.carry)
            self.columns_are_orthogonal = step.is_diagonal(step.carry)
            return torch.ones_like(diagonal)
        return diagonal.clone()

    def _columns(self, ln: np.ndarray) -> np.ndarray:
        return ln if self.first is None else ln + ln_column_norms(self.first)

    def _spectral(self, ln: np.ndarray) -> np.ndarray:
        if self.first is None or self.columns_are_orthogonal:
            return ln_largest(self._columns(ln))
        return ln_spectral_scaled(self.first, ln)


def _frobenius(
    matrices: Tensor, exponent: np.ndarray, steps: int
) -> tuple[np.ndarray, np.ndarray]:
    norms = frobenius_norms(matrices)
    return norms.reshape(steps, -1), exponent.reshape(steps, -1)
