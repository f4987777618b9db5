"""What is carried along the chain: each strand knows the norms of some blocks.

A strand is advanced one step further back at a time and asked for its Frobenius norms
at each lag, and at the stored lags for the matrices whose spectral norms are wanted.
Both as mantissas and powers of two; logarithms are taken once, of all lags together.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable

import numpy as np
import torch

from gradlab.jacobians.flat import FlatJacobian
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.leading import LeadingDirections
from gradlab.jacobians.notes import Matrices, Norms
from gradlab.jacobians.product import Product, Stretch
from gradlab.numerics.diagonal import (
    ln_carried_on,
    ln_column_norms,
    ln_largest,
    ln_root_sum_square,
    ln_spectral_scaled,
)
from gradlab.numerics.logscale import frobenius_norms
from gradlab.numerics.spectral_norm import spectral_norm


_STRETCH = 256


class Strand(ABC):
    """Something carried along the chain of one-step Jacobians."""

    @abstractmethod
    def advance(self, step: FlatJacobian) -> None:
        """Go one step further back."""

    @abstractmethod
    def frobenius(self) -> Norms:
        """Return the Frobenius norms at this lag by block."""

    @abstractmethod
    def matrices(self) -> Matrices:
        """Return the matrices at this lag by block, as they are until the next."""


class WholeStrand(Strand):
    """The whole product, with its blocks and the detours."""

    def __init__(self, product: Product, blocks: tuple[str, ...]) -> None:
        self.product = product
        self.pairs = {
            later + earlier: (later, earlier)
            for later in product.rows.names
            for earlier in product.layout.names
            if later + earlier in blocks
        }
        self.blocks = blocks
        self.alone = len(product.layout.names) == 1

    @property
    def stretch(self) -> int:
        """How many steps to go at a time.

        One on the CPU, whose caches several steps' products would leave before their
        norms are taken; more on a GPU, which would wait for each step's norms.
        """
        on_cpu = next(iter(self.product.columns.values())).is_cpu
        return 1 if on_cpu or "detours" in self.blocks else self.product.slots.longest

    def advance(self, step: FlatJacobian) -> None:
        """Go one step further back."""
        self.product.advance(step)

    def advance_far(
        self,
        steps: Iterable[FlatJacobian],
        count: int,
        again: Callable[[], Iterable[FlatJacobian]],
    ) -> Norms:
        """Go some steps back; return the Frobenius norms, (steps, N) each.

        Arguments as of :meth:`gradlab.jacobians.product.Product.advance_together`.
        """
        stretch = self.product.advance_together(steps, count, again)
        exponent = stretch.exponent.reshape(count, -1)
        return {
            name: (size.reshape(exponent.shape), exponent)
            for name, size in self._sizes(stretch).items()
        }

    def _sizes(self, stretch: Stretch) -> dict[str, np.ndarray]:
        later, earlier = self.product.rows.names, self.product.layout.names
        sizes = {
            name: stretch.norms[:, later.index(a), earlier.index(b)]
            for name, (a, b) in self.pairs.items()
        }
        return sizes | {"joint": stretch.total}

    def frobenius(self) -> Norms:
        """Return the Frobenius norms of the blocks asked for."""
        norms = {name: self.product.norm(*pair) for name, pair in self.pairs.items()}
        norms["joint"] = self.product.total
        if "detours" in self.blocks:
            with self.product.detours() as matrices:
                norms["detours"] = frobenius_norms(matrices)
        return self._scaled(norms)

    def matrices(self) -> Matrices:
        """Return the blocks asked for."""
        found = {"joint": self.product.joint()}
        for name, pair in self.pairs.items():
            found[name] = found["joint"] if self.alone else self.product.block(*pair)
        if "detours" in self.blocks:
            with self.product.detours() as detours:
                found["detours"] = detours.clone()
        exponent = self.product.exponent
        return {name: (matrices, exponent) for name, matrices in found.items()}

    def _scaled(self, norms: dict[str, np.ndarray]) -> Norms:
        exponent = self.product.exponent
        return {name: (norm, exponent) for name, norm in norms.items()}


class FollowedStrand(WholeStrand):
    """The whole product when its spectral norms are wanted at every lag.

    Goes a stretch of steps at a time. For blocks other than the detours.
    """

    def __init__(self, product: Product, blocks: tuple[str, ...]) -> None:
        super().__init__(product, blocks)
        self.leading: dict[str, LeadingDirections] = {}

    @property
    def stretch(self) -> int:
        """How many steps to go at a time."""
        return self.product.slots.longest

    def advance_together(
        self,
        steps: Iterable[FlatJacobian],
        count: int,
        again: Callable[[], Iterable[FlatJacobian]],
    ) -> tuple[Norms, Norms]:
        """Go some steps back; return Frobenius and spectral norms, (steps, N) each.

        Arguments as of :meth:`gradlab.jacobians.product.Product.advance_together`.
        """
        stretch = self.product.advance_together(steps, count, again)
        sizes = self._sizes(stretch)
        norms = {
            name: self._followed(name, size, stretch)
            for name, size in sizes.items()
            if name == "joint" or not self.alone
        }
        if self.alone:
            norms |= dict.fromkeys(self.pairs, norms["joint"])
        shape = (count, -1)
        exponent = stretch.exponent.reshape(shape)
        return (
            {name: (size.reshape(shape), exponent) for name, size in sizes.items()},
            {name: (norm.reshape(shape), exponent) for name, norm in norms.items()},
        )

    def _followed(self, name: str, sizes: np.ndarray, stretch: Stretch) -> np.ndarray:
        """Return the spectral norms (steps * N) of one block."""
        if name == "joint":
            parts = list(stretch.columns.values())
        else:
            later, earlier = self.pairs[name]
            parts = [stretch.columns[earlier][:, self.product.rows.rows(later)]]
        if not LeadingDirections.suits(parts):
            return spectral_norm(torch.cat(parts, dim=-1)).cpu().numpy()
        if name not in self.leading:
            rows = parts[0].shape[-2]
            self.leading[name] = LeadingDirections(self.product.count, rows, parts[0])
        return self.leading[name].norms(parts, sizes)


class CutStrand(Strand):
    """The product with some columns of every J_t set to zero.

    With A_t = J_t S, S keeping the columns of ``kept``, A_T ... A_{t+1} has those
    columns alone, and from the second step on only their own blocks matter: they are
    multiplied from the right, so the rows may be turned by any orthogonal matrix. The
    triangular factor of the first step's columns has fewer rows and the same singular
    values, now and after every further step.
    """

    def __init__(self, name: str, layout: Layout, kept: tuple[str, ...]) -> None:
        self.name = name
        self.layout = layout
        self.kept = kept
        self.started = False
        self.product: Product

    def advance(self, step: FlatJacobian) -> None:
        """Go one step further back."""
        if self.started:
            self.product.advance(step)
        else:
            self.product, self.started = self._first(step), True

    def frobenius(self) -> Norms:
        """Return the Frobenius norm."""
        return {self.name: (self.product.total, self.product.exponent)}

    def matrices(self) -> Matrices:
        """Return the product."""
        return {self.name: (self.product.joint(), self.product.exponent)}

    def _first(self, step: FlatJacobian) -> Product:
        whole = Product.identity(self.layout, step.count, step.like)
        whole.advance(step)
        columns = torch.cat([whole.columns[name] for name in self.kept], dim=-1)
        columns = _triangular(columns)
        widths = [whole.columns[name].shape[-1] for name in self.kept]
        layout = Layout(self.kept, tuple(widths))
        parts = dict(zip(self.kept, columns.split(widths, dim=-1), strict=True))
        first = Product(layout, {k: part.contiguous() for k, part in parts.items()})
        first.exponent = whole.exponent.copy()
        return first


class NoKeepPathStrand(CutStrand):
    """The product with the keep path cut: J_t less its conveyor (one-state cells)."""

    def _first(self, step: FlatJacobian) -> Product:
        first = Product.identity(self.layout, step.count, step.like, conveyor=False)
        first.advance(step)
        return first


class DiagonalStrand(Strand):
    """A product of diagonal matrices, with something dense before it or nothing.

    The conveyor; and the LSTM's product with the detours cut, whose only columns are
    those of c: the first step's column block times the conveyor of the steps before.
    Logarithms are taken of a stretch of steps at a time, so norms are given when the
    chain has ended, and no more than a stretch of diagonals is ever held.
    """

    def __init__(self, name: str, *, first_dense: bool) -> None:
        self.name = name
        self.first_dense = first_dense
        self.first: torch.Tensor | None = None
        self.orthogonal = True
        self.waiting: list[torch.Tensor] = []
        self.asked: list[int] = []
        self.ln: np.ndarray | None = None
        self.at_all: list[np.ndarray] = []
        self.at_stored: list[np.ndarray] = []

    def advance(self, step: FlatJacobian) -> None:
        """Note one step's diagonal."""
        diagonal = step.own_diagonal() if self.first_dense else step.conveyor
        assert diagonal is not None, "a conveyor strand starts where there is one"
        if self.first_dense and self.first is None:
            self.first = step.column(step.carry)
            self.orthogonal = step.is_diagonal(step.carry)
            diagonal = torch.ones_like(diagonal)
        self.waiting.append(diagonal)
        if len(self.waiting) == _STRETCH:
            self._settle()

    def frobenius(self) -> Norms:
        """Nothing yet: see :meth:`all_lags`."""
        return {}

    def matrices(self) -> Matrices:
        """Nothing, but this lag will be told of: see :meth:`all_lags`."""
        if self.waiting:
            self.asked.append(len(self.waiting) - 1)
        elif self.ln is not None:
            self.at_stored.append(self._spectral(self.ln))
        return {}

    def all_lags(self) -> tuple[np.ndarray, np.ndarray]:
        """Return ln Frobenius (1..T, N) and ln spectral norms where asked for."""
        if self.waiting:
            self._settle()
        return np.concatenate(self.at_all), np.stack(self.at_stored)

    def _settle(self) -> None:
        """Take the norms of the steps that wait."""
        diagonals = torch.stack(self.waiting)
        before = np.zeros(diagonals.shape[1:]) if self.ln is None else self.ln
        ln = ln_carried_on(diagonals, before)
        self.at_all.append(ln_root_sum_square(self._columns(ln)))
        self.at_stored += [self._spectral(ln[k]) for k in self.asked]
        self.ln = ln[-1].copy()
        self.waiting, self.asked = [], []

    def _columns(self, ln: np.ndarray) -> np.ndarray:
        return ln if self.first is None else ln + ln_column_norms(self.first)

    def _spectral(self, ln: np.ndarray) -> np.ndarray:
        if self.first is None or self.orthogonal:
            return ln_largest(self._columns(ln))
        return ln_spectral_scaled(self.first, ln)


def _triangular(columns: torch.Tensor) -> torch.Tensor:
    """Return R of columns = Q R, (N, n, n); matrices that are not finite give NaN."""
    if columns.shape[-2] <= columns.shape[-1]:
        return columns
    finite = torch.isfinite(columns).all(-1).all(-1)
    safe = torch.where(finite[:, None, None], columns, 0.0)
    factor = torch.linalg.qr(safe, mode="r").R
    return torch.where(finite[:, None, None], factor, torch.nan)
