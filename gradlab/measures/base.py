"""The base class of measures, and the readings they return."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from torch import Tensor

from gradlab.cells.base import Cell


if TYPE_CHECKING:
    from gradlab.measures._context import MeasureContext


@dataclass(frozen=True, eq=False)
class Reading:
    """One measured quantity of every point (member of the ensemble, or the one cell).

    Attributes:
        coords: values along each named axis (among ``block index step lag``), in the
            order of the last axes of ``values``.
        values: (…M, B, *coords), one value a sequence; or (…M, *coords) where
            ``per_sequence`` is False. Norms as natural logs.
        per_sequence: whether there is an axis B of sequences.
        notes: a word for each point, (…M), or None.
    """

    coords: dict[str, tuple]
    values: np.ndarray | Tensor
    per_sequence: bool = True
    notes: np.ndarray | None = field(default=None)

    def summary(self) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and sd over sequences, (…M, *coords) float64.

        The sd is over n - 1, NaN below two sequences or where there are none. A mean
        of logs is geometric; with -inf among them it is -inf.
        """
        values = self.values
        if isinstance(values, Tensor):
            values = values.detach().cpu().numpy()
        values = np.asarray(values, dtype=np.float64)
        if not self.per_sequence:
            return values, np.full(values.shape, np.nan)
        axis = values.ndim - len(self.coords) - 1
        # Sequences last and contiguous: the order of summing then does not depend on
        # how many points there are.
        last = np.ascontiguousarray(np.moveaxis(values, axis, -1))
        with np.errstate(invalid="ignore", over="ignore"):
            mean = last.mean(axis=-1)
            if last.shape[-1] < 2:
                return mean, np.full(mean.shape, np.nan)
            return mean, last.std(axis=-1, ddof=1)


def sequences_first(values: np.ndarray, *, axes: int = 1) -> np.ndarray:
    """Return (*coords, …M, B) as (…M, B, *coords); ``axes`` counts the coords."""
    return np.moveaxis(values, range(axes), range(-axes, 0))


def stack_blocks(curves: dict[str, np.ndarray], blocks: Iterable[str]) -> np.ndarray:
    """Return curves (x, …M, B) by block as (…M, B, block, x)."""
    return sequences_first(np.stack([curves[name] for name in blocks]), axes=2)


@dataclass(frozen=True)
class Measure(ABC):
    """A quantity computed from a :class:`MeasureContext`.

    A leaf with settings is a frozen dataclass, too: its fields are the settings. They
    and ``version`` decide whether stored numbers are still good. Sweeps set
    ``thresholds`` and leave other fields at their defaults; other values are for
    Python, ``measure(trajectory, [Mine(level=3)])``.

    Class attributes:
        symbol, unit, question, formula, reference: shown in lists and reports.
        axes: the named axes of its readings.
        outputs: names of its readings; its own name by default.
        version: raised when its numbers change, so that stored ones are recomputed.
        costly: whether it takes so long that sweeps leave it out unless it is named.
        low_memory: whether it visits the steps a span at a time, so that it needs no
            memory for a trajectory too long to store. Only the forecast reads it.
    """

    name: ClassVar[str]
    symbol: ClassVar[str] = ""
    unit: ClassVar[str] = ""
    question: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    reference: ClassVar[str] = ""
    axes: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[int] = 1
    costly: ClassVar[bool] = False
    low_memory: ClassVar[bool] = False

    def applies_to(self, cell: Cell) -> bool:
        """Return whether this measure is defined for a cell."""
        return True

    @abstractmethod
    def compute(
        self, context: MeasureContext
    ) -> dict[str, Reading] | Reading | Tensor | np.ndarray:
        """Return the readings by output.

        A single :class:`Reading` is the output of the measure's own name; so is a
        plain array (…M, B), one number a sequence.

        A member's numbers must have the same bits alone and in an ensemble. The order
        in which torch and NumPy add numbers depends on shape and memory layout, except
        over a contiguous last axis in NumPy. So sum there, e.g. over time and units::

            hidden = context.trajectory.states[0].numpy()          # (T + 1, …M, B, n)
            by_sequence = np.ascontiguousarray(np.moveaxis(hidden, 0, -2))
            return by_sequence.mean(axis=-1).mean(axis=-1)
        """

    def readings(self, context: MeasureContext) -> dict[str, Reading]:
        """Return the readings of :meth:`compute`, by output."""
        found: Any = self.compute(context)
        if isinstance(found, dict):
            return found
        return {self.name: found if isinstance(found, Reading) else Reading({}, found)}
