"""The base class of measures."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from torch import Tensor

from gradlab.cells.base import Cell
from gradlab.errors import ShapeError
from gradlab.labelled import BATCH_AXES, LabelledArray, record_of


if TYPE_CHECKING:
    from gradlab.measures._context import MeasureContext, TrainingContext

Array = np.ndarray | Tensor


@dataclass(frozen=True)
class Measure(ABC):
    """A quantity computed from a :class:`MeasureContext`.

    A leaf with settings is a frozen dataclass, too: its fields are the settings. They
    and ``version`` decide whether stored numbers are still good. Sweeps set
    ``thresholds`` and leave other fields at their defaults; other values are for
    Python, ``measure(trajectory, [Mine(level=3)])``.

    Class attributes:
        symbol, unit, question, formula, reference: shown in lists and reports.
        axes: the named axes of its records, among ``block index step lag``.
        outputs: names of its records; its own name by default.
        version: raised when its numbers change, so that stored ones are recomputed.
        costly: whether it takes so long that sweeps leave it out unless it is named.
        of_training: whether it is a quantity of a training itself: it is computed
            once, from ``context.training``, of networks that are trained alone.
        along_training: whether it is taken along every training, unless a sweep names
            others.
        low_memory: whether it visits the steps a span at a time, so that it needs no
            memory for a trajectory too long to store. Only the forecast reads it.

    >>> import torch
    >>> from gradlab import build, measure, unroll
    >>> class Largest(Measure):
    ...     name = "largest"
    ...     def compute(self, context):
    ...         return context.trajectory.states[0].abs().amax((0, -1))
    >>> trajectory = unroll(build("rnn", 2, 3), torch.zeros(4, 10, 2))
    >>> measure(trajectory, [Largest()])["largest"].axes
    ('sequence',)
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
    of_training: ClassVar[bool] = False
    along_training: ClassVar[bool] = False
    low_memory: ClassVar[bool] = False

    def applies_to(self, cell: Cell) -> bool:
        """Return whether this measure is defined for a cell."""
        return True

    @abstractmethod
    def compute(self, context: MeasureContext) -> LabelledArray | Array | dict:
        """Return one array, that of the measure's own name, or several by output.

        A plain array is (…M, B), one number a sequence; ``context.labelled(values,
        lag=lags)`` labels the axes before those. What has no axis ``sequence`` has no
        spread; names and unit are filled in.

        A member's numbers must have the same bits alone and in an ensemble. The order
        in which torch and NumPy add numbers depends on shape and memory layout, except
        over a contiguous last axis in NumPy. So sum there, e.g. over time and units::

            hidden = context.trajectory.states[0].numpy()          # (T + 1, …M, B, n)
            by_sequence = np.ascontiguousarray(np.moveaxis(hidden, 0, -2))
            return by_sequence.mean(axis=-1).mean(axis=-1)
        """

    def arrays(
        self, context: MeasureContext | TrainingContext
    ) -> dict[str, LabelledArray]:
        """Return the arrays of :meth:`compute`, by output.

        Raises:
            ShapeError: an axis that records do not have; a value without its word.
        """
        found: Any = self.compute(context)  # type: ignore[arg-type]
        by_output = found if isinstance(found, dict) else {self.name: found}
        return {
            name: record_of(self._named(name, array, context), batch=BATCH_AXES)
            for name, array in by_output.items()
        }

    def _named(
        self, name: str, array: Any, context: MeasureContext | TrainingContext
    ) -> LabelledArray:
        if not isinstance(array, LabelledArray):
            array = context.labelled(array)
        if array.words and not np.isin(array.values, range(len(array.words))).all():
            raise ShapeError(
                got=f"{name} with a value that none of its words stands for",
                expected=f"whole numbers from 0 to {len(array.words) - 1}",
                try_="a word for every case, such as unresolved",
            )
        return replace(array, name=name, unit=array.unit or self.unit)
