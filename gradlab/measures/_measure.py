"""Compute measures along a trajectory."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from torch import Tensor

from gradlab import catalog
from gradlab.arguments import check_some, instance, names, one_or_several
from gradlab.bptt import as_direction, as_loss
from gradlab.errors import ConfigError
from gradlab.labelled import LabelledArray
from gradlab.losses.base import Loss
from gradlab.measures._context import MeasureContext
from gradlab.measures.base import Measure
from gradlab.trajectory import Trajectory


def measure(
    trajectory: Trajectory,
    measures: str | Measure | Iterable[str | Measure] | None = None,
    *,
    blocks: str | tuple[str, ...] = "all",
    loss: Loss | str | None = None,
    direction: Tensor | np.ndarray | None = None,
) -> dict[str, LabelledArray]:
    """Return what ``measures`` give along a trajectory, by output.

    Arrays have the measure's axes, then ``sequence`` (and ``member`` before that, of an
    ensemble); ``over_sequences()`` is what a sweep stores of them.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it.
        measures: names or measures, one or several; all but the costly ones and those
            of a training by default. Those that do not apply to the cell are skipped.
        blocks: of the Jacobian product: ``"all"``, ``"joint"`` or names.
        loss: of the backward pass, or its name; v . h_T by default.
        direction: (…M, B, n), its vectors v, divided by their lengths; those of seed 0
            by default.

    Changes neither the trajectory, nor the cell's parameters and their ``.grad``, nor
    any random generator.

    Raises:
        UnknownNameError: for an unknown name, with the nearest one.
        ConfigError, ShapeError: for arguments of another kind or shape.

    >>> import torch
    >>> from gradlab import build, unroll
    >>> cell = build("lstm", input_size=2, hidden_size=3)
    >>> trajectory = unroll(cell, torch.zeros(4, 10, 2))
    >>> rates = measure(trajectory, ["growth_rate"])["growth_rate"]
    >>> rates.axes, rates.at(block="joint").shape
    (('block', 'sequence'), (4,))
    """
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    chosen_blocks = names("blocks", blocks, try_='blocks="joint"')
    context = MeasureContext(
        trajectory, chosen_blocks, as_loss(loss), as_direction(trajectory, direction)
    )
    found: dict[str, LabelledArray] = {}
    for chosen in _resolve(measures):
        if chosen.applies_to(context.cell):
            found |= chosen.arrays(context)
    return found


def _resolve(measures: Any) -> list[Measure]:
    if measures is None:
        leaves: list[type[Measure]] = [
            catalog.get("measures", name) for name in catalog.names("measures")
        ]
        return [leaf() for leaf in leaves if not (leaf.costly or leaf.of_training)]
    expected = "names of measures, or measures"
    try_ = 'measures=["growth_rate"]'
    given = one_or_several("measures", measures, str | Measure, expected, try_=try_)
    check_some("measures", given, try_=try_)
    chosen = [
        catalog.get("measures", m)()
        if isinstance(m, str)
        else instance("measures", m, Measure, try_=try_)
        for m in given
    ]
    for one in chosen:
        if one.of_training:
            raise ConfigError(
                got=f"the measure {one.name}, which is of a training",
                expected="measures of a trajectory",
                try_=f"gradlab.sweep with a task, or {try_}",
            )
    return chosen
