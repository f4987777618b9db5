"""Compute measures along a trajectory."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradlab import catalog
from gradlab.arguments import describe, instance, names, one_or_several
from gradlab.errors import ShapeError
from gradlab.losses.base import Loss
from gradlab.losses.last import Last
from gradlab.measures._context import MeasureContext
from gradlab.measures.base import Measure, Reading
from gradlab.trajectory import Trajectory


def measure(
    trajectory: Trajectory,
    measures: str | Measure | Iterable[str | Measure] | None = None,
    *,
    blocks: str | tuple[str, ...] = "all",
    loss: Loss | str | None = None,
    direction: Tensor | np.ndarray | None = None,
) -> dict[str, Reading]:
    """Return the readings of ``measures`` along a trajectory, by output.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it.
        measures: names or measures, one or several; all but the costly ones by default.
            Those that do not apply to the cell are skipped.
        blocks: of the Jacobian product: ``"all"``, ``"joint"`` or names.
        loss: of the backward pass, or its name; v . h_T by default.
        direction: (…M, B, n), its unit vectors v; those of seed 0 by default.

    Changes neither the trajectory, nor the cell's parameters and their ``.grad``, nor
    any random generator.

    Raises:
        UnknownNameError: for an unknown name, with the nearest one.
        ConfigError, ShapeError: for arguments of another kind or shape.
    """
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    chosen_blocks = names("blocks", blocks, try_='blocks="joint"')
    context = MeasureContext(
        trajectory, chosen_blocks, _loss(loss), _direction(trajectory, direction)
    )
    readings: dict[str, Reading] = {}
    for chosen in _resolve(measures):
        if chosen.applies_to(context.cell):
            readings |= chosen.readings(context)
    return readings


def _loss(given: Any) -> Loss:
    """Return a loss, or that of a name; the last state's if None."""
    if isinstance(given, str):
        given = catalog.get("losses", given)()
    return (
        Last() if given is None else instance("loss", given, Loss, try_='loss="last"')
    )


def _direction(trajectory: Trajectory, given: Any) -> Tensor | None:
    """Return the vectors v of the loss as a tensor like the trajectory's h."""
    if given is None:
        return None
    hidden = trajectory.start[trajectory.cell.output_state]
    shape = tuple(hidden.shape)
    kind = (Tensor, np.ndarray)
    found = instance("direction", given, kind, try_=f"torch.ones{shape}")
    if tuple(found.shape) != shape:
        raise ShapeError(
            got=f"direction = {describe(given)}",
            expected=f"a tensor of shape {shape}",
            try_=f"torch.ones{shape}",
        )
    return torch.as_tensor(found).to(hidden)


def _resolve(measures: Any) -> list[Measure]:
    if measures is None:
        leaves: list[type[Measure]] = [
            catalog.get("measures", name) for name in catalog.names("measures")
        ]
        return [leaf() for leaf in leaves if not leaf.costly]
    expected = "names of measures, or measures"
    try_ = 'measures=["growth_rate"]'
    given = one_or_several("measures", measures, str | Measure, expected, try_=try_)
    return [
        catalog.get("measures", m)()
        if isinstance(m, str)
        else instance("measures", m, Measure, try_=try_)
        for m in given
    ]
