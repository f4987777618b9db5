"""Compute measures along a trajectory."""

from collections.abc import Iterable

from torch import Tensor

from gradlab import catalog
from gradlab.losses.base import Loss
from gradlab.losses.last import Last
from gradlab.measures._context import MeasureContext
from gradlab.measures.base import Measure, Reading
from gradlab.trajectory import Trajectory


def measure(
    trajectory: Trajectory,
    measures: Iterable[str | Measure] | None = None,
    *,
    blocks: str | tuple[str, ...] = "all",
    loss: Loss | None = None,
    direction: Tensor | None = None,
) -> dict[str, Reading]:
    """Return the readings of ``measures`` along a trajectory, by output.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it.
        measures: names or measures; all but the costly ones by default. Those that do
            not apply to the cell are skipped.
        blocks: of the Jacobian product: ``"all"``, ``"joint"`` or names.
        loss: of the backward pass; v . h_T by default.
        direction: (…M, B, n), its unit vectors v; those of seed 0 by default.

    Changes neither the trajectory, nor the cell's parameters and their ``.grad``, nor
    any random generator.

    Raises:
        UnknownNameError: for an unknown name, with the nearest one.
    """
    context = MeasureContext(trajectory, blocks, loss or Last(), direction)
    readings: dict[str, Reading] = {}
    for chosen in _resolve(measures):
        if chosen.applies_to(context.cell):
            readings |= chosen.readings(context)
    return readings


def _resolve(measures: Iterable[str | Measure] | None) -> list[Measure]:
    if measures is None:
        leaves: list[type[Measure]] = [
            catalog.get("measures", name) for name in catalog.names("measures")
        ]
        return [leaf() for leaf in leaves if not leaf.costly]
    return [catalog.get("measures", m)() if isinstance(m, str) else m for m in measures]
