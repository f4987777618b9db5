"""How much memory a group of points fills and how much work it is, from its shapes.

Derivation. A point has S sequences of T steps (burn-in included), F input features,
and a whole state of n numbers, n = layers x states x H. Besides inputs a step of the
trajectory stores states, gates, pre-activations and uses of the recurrent weights, a
few times n numbers; measures copy some of them, and the backward pass keeps its graph:
48 n in all. Products of Jacobians are S matrices of n x n. About 20 are held at once
(the product, J_t, buffers of the multiplication), and each of up to 30 stored lags adds
the Gram matrices of its blocks, c = 5 matrices for all blocks, 2.5 for the joint one.
A measure that a sweep leaves out unless it is named (``costly``) may hold, of one
sequence, products that begin at up to 64 steps, 14 matrices each. With b bytes a
number, and k = 64 where a measure is costly, else 0,

    bytes = members b ( S [ T (4 F + 48 n) + (20 + c min(T, 30)) n^2 ]
                        + 14 min(T, k) n^2 ).

A trajectory that would fill more than ``LONG`` is kept at checkpoints. Measures that
stream then hold, instead of 48 n a step, their float64 curves (about 20 numbers) and
LONG for a segment and the checkpoints. ``tests/runs/test_memory.py`` compares the
formula with measured peaks.

A training of B sequences a batch keeps, besides its measures, what a step backward
needs, 48 n numbers again, and for each of its P parameters the gradient, what an
optimizer keeps, copies, and those after the updates at which measures are taken,

    bytes += members b ( B T 48 n + P (8 + moments) ).

Work counts floating-point operations, up to a factor that one timed group gives: a step
multiplies S matrices of n x n, 2 n^3 each, and calls about as many functions as 2e7
operations take, whatever the size; the spectral norm at a lag takes about 1000 n^2. All
blocks take 2.5 times as much as the joint one. A costly measure counts as ten products.
An update of a training takes, for each of its steps, calls like 3e6 operations and for
each sequence of a batch 48 H^2 + 1200 H; measures are taken at each of its moments.
"""

from collections.abc import Iterator
from functools import cache

from gradlab import catalog
from gradlab.cells import parse
from gradlab.sweeps.keys import task_of
from gradlab.sweeps.points import Point
from gradlab.sweeps.requirements import Requirements
from gradlab.training.settings import measured_at


LONG = 2**27
"""Bytes of a trajectory above which it is stored at checkpoints only."""

LAGS = 30
"""Lags at which norms are stored, at most about."""

STARTS = 64
"""Steps at which a costly measure begins products, at most."""


def is_long(point: Point) -> bool:
    """Return whether a point's trajectory is stored at checkpoints only.

    A step stores at most 16 tensors of the hidden size a layer, and its inputs.
    """
    step = _layers(point.cell) * 16 * point.hidden + point.features
    return _itemsize(point) * point.sequences * point.length * step > LONG


def memory_of(point: Point, required: Requirements, members: int = 1) -> int:
    """Return about how many bytes a group of such points fills at its peak.

    Overestimates rather than underestimates.
    """
    n, steps = state_width(point), point.length + point.burn_in
    streamed = is_long(point) and all(_attribute_of("low_memory", required))
    numbers_per_step = 4 * point.features + (40 if streamed else 48 * n)
    matrices_per_lag = 5 if required.blocks() == "all" else 2.5
    matrices = (20 + matrices_per_lag * min(point.length, LAGS)) * n**2
    numbers = point.sequences * (steps * numbers_per_step + matrices)
    if any(_attribute_of("costly", required)):
        numbers += 14 * min(point.length, STARTS) * n**2
    itemsize = _itemsize(point)
    if point.task is not None:
        itemsize = 8  # measures of a training are in float64
        numbers += steps * _batch(point) * 48 * n
        numbers += _parameters(point) * (8 + len(_moments(point)))
    return int(members * (itemsize * numbers + (LONG if streamed else 0)))


def work_of(point: Point, required: Requirements, members: int = 1) -> float:
    """Return the work of a group of such points, in operations up to a factor."""
    n, steps = state_width(point), point.length + point.burn_in
    calls = 2e7 * _layers(point.cell) * steps
    products = 2 * n**3 * steps + 1000 * n**2 * min(point.length, LAGS)
    factor = 2.5 if required.blocks() == "all" else 1.0
    factor += 10 * sum(_attribute_of("costly", required))
    precision = _itemsize(point) / 4
    once = calls + members * point.sequences * factor * precision * products
    if point.task is None:
        return once
    each = _batch(point) * (48 * point.hidden**2 + 1200 * point.hidden)
    update = steps * _layers(point.cell) * (3e6 + members * each)
    return len(_moments(point)) * once + (point.updates or 0) * update


def _batch(point: Point) -> int:
    return point.batch or task_of(str(point.task)).batch


def _moments(point: Point) -> list[int]:
    """Return after how many updates of its training a point is measured."""
    return measured_at(str(point.measure_at), point.updates or 0)


def _parameters(point: Point) -> int:
    """Return how many parameters a network has, of four gates at most, and its head."""
    outputs = task_of(str(point.task)).outputs
    of_cell = 4 * point.hidden * (point.features + point.hidden + 2)
    return _layers(point.cell) * of_cell + outputs * (point.hidden + 1)


def state_width(point: Point) -> int:
    """Return how many numbers the whole state has, by what the cell's class says."""
    about = catalog.metadata("cells", parse(point.cell)[0])
    per_unit = about["numbers_per_unit"] or len(about["state_names"])
    return _layers(point.cell) * per_unit * point.hidden


def _attribute_of(attribute: str, required: Requirements) -> Iterator[bool]:
    """Yield a class attribute of each required measure."""
    return (catalog.metadata("measures", m)[attribute] for m in required.by_measure)


def _itemsize(point: Point) -> int:
    return 8 if point.dtype == "float64" else 4


@cache
def _layers(cell: str) -> int:
    return int(parse(cell)[1].get("layers", 1))
