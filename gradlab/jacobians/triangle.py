"""The product between any two steps of one sequence.

Of each point (member of an ensemble), of its first sequence.
"""

from dataclasses import dataclass

import numpy as np
import torch

from gradlab.jacobians.batched_jacobian import JacobianSpan
from gradlab.jacobians.observers import AnyProduct
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.jacobians.walk import Observer, walk
from gradlab.jacobians.wider_range import ProductClass, Results, compute_in_wider_range
from gradlab.numerics.logscale import ln_scaled
from gradlab.numerics.spectral_norm import spectral_norm
from gradlab.trajectory import Trajectory


SIDE = 64


@dataclass(frozen=True)
class Triangle:
    """ln |J_{T':t}|_2 by later step T' and lag T' - t.

    Attributes:
        steps, lags: multiples of ceil(T / 64), at most 64 of each.
        ln_norms: (…M, steps, lags); NaN where T' - lag < 0.
    """

    steps: tuple[int, ...]
    lags: tuple[int, ...]
    ln_norms: np.ndarray


def triangle(trajectory: Trajectory, side: int = SIDE) -> Triangle:
    """Return the spectral norms of the products between the steps of one sequence.

    Of the first sequence of each point. One walk back from T: at every later step a
    new product starts, and all of them take each J_t together.
    """
    stride = -(-trajectory.length // side)
    marks = tuple(range(stride, trajectory.length + 1, stride))
    points = trajectory.batch_shape[:-1]
    first = trajectory.member((*(slice(None),) * len(points), slice(0, 1)))
    with torch.no_grad():
        found = compute_in_wider_range(
            StepJacobians(first), 1, lambda *args: _compute_with(marks, *args)
        )
    ln = found["ln_norms"].reshape(*points, len(marks), len(marks))
    return Triangle(marks, marks, ln)


def _compute_with(
    marks: tuple[int, ...], jacobians: StepJacobians, product_class: ProductClass
) -> tuple[Results, np.ndarray]:
    growing = _GrowingProducts(marks, jacobians, product_class)
    length, stride = jacobians.length, marks[0]
    lags = [length - t for t in range(marks[-1] - stride, -1, -stride)]
    walk(jacobians, [growing], lags, start=length - marks[-1])
    return {"ln_norms": growing.ln_norms}, growing.may_underflow


class _GrowingProducts(Observer):
    """Products that begin at every mark: all of them take each J_t together.

    Attributes:
        ln_norms: (N, steps, lags).
        may_underflow: (N).
    """

    def __init__(
        self,
        marks: tuple[int, ...],
        jacobians: StepJacobians,
        product_class: ProductClass,
    ) -> None:
        self.marks, self.length, self.count = marks, jacobians.length, jacobians.count
        self.ln_norms = np.full((self.count, len(marks), len(marks)), np.nan)
        self.new = lambda: product_class.identity(
            jacobians.layout, jacobians.count, jacobians.like
        )
        self.product: AnyProduct = self.new()

    @property
    def may_underflow(self) -> np.ndarray:
        """Which sequences have one that may underflow, whichever mark it began at."""
        return np.asarray(self.product.may_underflow.reshape(-1, self.count).any(0))

    def advance(self, span: JacobianSpan) -> None:
        """Let all products take a span; the newest stands last."""
        running = self.product.count // self.count
        index = torch.arange(self.count, device=span.whole.like.device)
        self.product.advance(span.pick_sequences(index.repeat(running)))

    def on_lag(self, lag: int) -> None:
        """Record all norms at a mark, and begin a product there."""
        current = self.product.current()
        matrices, exponent = current.matrix(
            current.row_layout.names, current.layout.names
        )
        norms = ln_scaled(spectral_norm(matrices), exponent).reshape(-1, self.count)
        t = self.length - lag
        for k, norm in enumerate(norms):
            later = len(self.marks) - 1 - k
            self.ln_norms[:, later, later - t // self.marks[0]] = norm
        if t:
            self.product = self.product.concatenate(self.new())  # type: ignore
