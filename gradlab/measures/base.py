"""What a measure is, and what it gives."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from torch import Tensor

from gradlab.cells.base import Cell


if TYPE_CHECKING:
    from gradlab.measures._flow import Flow


@dataclass(frozen=True, eq=False)
class Reading:
    """One measured quantity of all points of a flow.

    Attributes:
        coords: values along each named axis (among ``block index step lag``), in the
            order of the last axes of ``values``.
        values: (…M, B, *coords), one reading a sequence; or (…M, *coords) where
            ``per_sequence`` is False. Norms as natural logs.
        per_sequence: whether there is an axis of sequences.
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


class Measure(ABC):
    """A quantity read from a flow. Leaves are frozen dataclasses; fields are settings.

    Class attributes, for people and for the report:
        symbol, unit, question, formula, reference.
        axes: the named axes of its readings.
        outputs: the records it makes; its own name when left out.
        version: rises when its numbers change; older records are then recomputed.
        costly: whether it is left out of a sweep that does not ask for it.
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

    def applies_to(self, cell: Cell) -> bool:
        """Say whether this measure means anything for a cell."""
        return True

    @abstractmethod
    def compute(self, flow: Flow) -> dict[str, Reading] | Reading | Tensor | np.ndarray:
        """Return the readings by output.

        A single :class:`Reading` stands for the output of the measure's own name, and
        so does a bare array, one number per sequence (…M, B).

        A member's numbers must have the same bits alone and in an ensemble. The order
        in which torch and NumPy add numbers depends on shape and memory layout, except
        over a contiguous last axis in NumPy. So sum there, e.g. over time and units::

            hidden = flow.trajectory.states[0].numpy()          # (T + 1, …M, B, n)
            by_sequence = np.ascontiguousarray(np.moveaxis(hidden, 0, -2))
            return by_sequence.mean(axis=-1).mean(axis=-1)
        """

    def readings(self, flow: Flow) -> dict[str, Reading]:
        """Return what :meth:`compute` gives, by output."""
        found: Any = self.compute(flow)
        if isinstance(found, dict):
            return found
        return {self.name: found if isinstance(found, Reading) else Reading({}, found)}
