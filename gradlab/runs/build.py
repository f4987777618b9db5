"""Build what the parameters of points name: cells with their weights, and trajectories.

The members of an ensemble are points of one shape; their tensors are stacked along a
leading axis.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from gradlab import catalog, cells
from gradlab.cells.base import Cell
from gradlab.initializers import draws_all, initialize_
from gradlab.inputs.base import initial_state, require_fits
from gradlab.losses.base import directions
from gradlab.measures import MeasureContext
from gradlab.runs.file_weights import has_biases, load_weights
from gradlab.runs.sizes import is_long
from gradlab.sweeps.keys import input_of
from gradlab.sweeps.points import Point
from gradlab.trajectory import Trajectory, unroll


Drawn = TypeVar("Drawn")


def build(point: Point) -> Cell:
    """Return a point's cell with its weights drawn."""
    activation = None
    if point.activation is not None:
        activation = catalog.get("activations", point.activation)()
    cell = cells.build(
        point.cell,
        point.features,
        point.hidden,
        activation=activation,
        dtype=_dtype(point),
        bias=point.weights is None or has_biases(point),
        seed=point.seed,
    )
    return _draw_weights(cell, point).to(point.device)


def ensemble_of(first: Cell, points: Sequence[Point]) -> Cell:
    """Return the cells of all points as one ensemble; ``first`` is that of the first.

    Constructing a small cell takes longer than drawing its weights. So one cell is
    drawn again and again, unless its constructor sets something that drawing does not.
    """
    if not draws_all(first):
        return cells.ensemble([first, *map(build, points[1:])])
    together = cells.ensemble([first] * len(points))
    rows = dict(together.named_parameters())
    with torch.no_grad():
        for place, point in enumerate(points[1:], start=1):
            _draw_weights(first, point)
            for name, parameter in first.named_parameters():
                rows[name][place] = parameter
    return together


def _draw_weights(cell: Cell, point: Point) -> Cell:
    """Draw a cell's weights as a point has them, or load them, in place."""
    if point.weights is not None:
        return load_weights(cell, point)
    init = None
    if point.init is not None:
        init = catalog.get("initializers", point.init)()
    return initialize_(
        cell,
        init,
        gain=1.0 if point.gain is None else point.gain,
        forget_bias="keep" if point.forget_bias is None else point.forget_bias,
        input_bias="keep" if point.input_bias is None else point.input_bias,
        seed=point.seed,
        length=point.length,
    )


def trajectory_of(cell: Cell, points: Sequence[Point], *, ensemble: bool) -> Trajectory:
    """Run a cell, or an ensemble of them, over the sequences of its points."""
    first = points[0]
    steps = first.length + first.burn_in
    states = list(zip(cell.state_names, cell.state_sizes, strict=True))
    spec, source = str(first.input), input_of(str(first.input))

    def inputs(seed: int) -> np.ndarray:
        values = source.sequences(seed, first.sequences, steps, first.features)
        require_fits(spec, values, first.dtype)
        return values

    def start(seed: int) -> tuple[np.ndarray, ...]:
        return initial_state(first.initial_state, seed, first.sequences, states)

    starts: list[Tensor] | None = None  # where the cell starts by itself
    if first.initial_state != "zero" and cell.starts_at_zero:
        drawn = zip(*_by_seed(start, points), strict=True)
        starts = [_tensor(state, first, ensemble) for state in drawn]
    return unroll(
        cell,
        _tensor(_by_seed(inputs, points), first, ensemble),
        initial_state=starts,
        burn_in=first.burn_in,
        keep_every="auto" if is_long(first) else None,
    )


def context_of(
    cell: Cell, points: Sequence[Point], blocks: str, *, ensemble: bool
) -> MeasureContext:
    """Return what measures look at: a trajectory with the loss of its points.

    Args:
        cell: of the one point, or the ensemble of all.
        points: of one shape.
        blocks: of the Jacobian products, ``"all"`` or ``"joint"``.
        ensemble: whether there is a leading axis of members.
    """
    first, width = points[0], cell.state_sizes[cell.output_state]
    vectors = _by_seed(lambda seed: directions(seed, first.sequences, width), points)
    return MeasureContext(
        trajectory_of(cell, points, ensemble=ensemble),
        blocks,
        catalog.get("losses", str(first.loss))(),
        _tensor(vectors, first, ensemble),
    )


def _by_seed(draw: Callable[[int], Drawn], points: Sequence[Point]) -> list[Drawn]:
    """Return what each point's seed draws; equal seeds draw once."""
    drawn = {seed: draw(seed) for seed in {point.seed for point in points}}
    return [drawn[point.seed] for point in points]


def _tensor(parts: Sequence[np.ndarray], point: Point, ensemble: bool) -> Tensor:
    array = np.stack(parts) if ensemble else parts[0]
    return torch.from_numpy(array).to(device=point.device, dtype=_dtype(point))


def _dtype(point: Point) -> torch.dtype:
    return {"float32": torch.float32, "float64": torch.float64}[point.dtype]
