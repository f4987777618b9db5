"""The product between any two steps of one sequence."""

from dataclasses import dataclass

import numpy as np
import torch

from gradlab.jacobians.flat import jacobian_at
from gradlab.jacobians.layout import Layout
from gradlab.jacobians.product import Product
from gradlab.numerics.logscale import log
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
    points = trajectory.lead[:-1]
    first = trajectory.member((*(slice(None),) * len(points), slice(0, 1)))
    count = int(np.prod(points, dtype=int))
    ln = np.full((len(marks), len(marks), count), np.nan)
    with torch.no_grad():
        _fill(ln, first, marks, count)
    shape = (len(marks), len(marks), *points)
    return Triangle(marks, marks, np.moveaxis(ln.reshape(shape), (0, 1), (-2, -1)))


def _fill(
    ln: np.ndarray, trajectory: Trajectory, marks: tuple[int, ...], count: int
) -> None:
    """Fill ``ln`` (steps, lags, count); the newest product stands last."""
    layout = Layout.of(trajectory.cell)
    stride = marks[0]
    newest = jacobian_at(trajectory, marks[-1])
    product = Product.identity(layout, count, newest.like)
    for t in range(marks[-1], 0, -1):
        step = jacobian_at(trajectory, t)
        if t % stride == 0 and t < marks[-1]:
            product = product.beside(Product.identity(layout, count, step.like))
        running = product.count // count
        product.advance(step.pick(torch.arange(count).repeat(running)))
        if (t - 1) % stride == 0:
            norms = log(spectral_norm(product.joint()), product.exponent)
            for k, norm in enumerate(norms.reshape(running, count)):
                later = len(marks) - 1 - k
                ln[later, later - (t - 1) // stride] = norm
