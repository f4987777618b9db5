"""A trajectory with the products that measures share."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import Tensor

from gradlab.bptt import (
    Backward,
    Contributions,
    GradientFactors,
    StepGradients,
    as_direction,
    backward,
    contributions,
)
from gradlab.bptt.contributions import contributions_of_gradients
from gradlab.cells.base import Cell
from gradlab.exponents import CovariantVectors, covariant_lyapunov_vectors
from gradlab.jacobians import JacobianNorms, LayerNorms, jacobian_norms, layer_norms
from gradlab.labelled import LabelledArray, batch_coords
from gradlab.losses.base import Loss
from gradlab.losses.last import Last
from gradlab.tasks.base import Task
from gradlab.training.history import History
from gradlab.training.settings import TrainingSettings
from gradlab.trajectory import Trajectory


COVARIANT = 4
"""Covariant Lyapunov vectors that measures look at."""


@dataclass(frozen=True, eq=False)
class MeasureContext:
    """A trajectory and a loss, with the products several measures share, cached.

    Attributes:
        trajectory: of one cell or an ensemble.
        blocks: of the Jacobian product: ``"all"``, ``"joint"`` or names.
        loss: of the backward pass.
        direction: (…M, B, n), the loss's unit vectors v; those of seed 0 by default.
        given: the gradients of another loss, in place of ``loss`` and ``direction``.
    """

    trajectory: Trajectory
    blocks: str | tuple[str, ...] = "all"
    loss: Loss = Last()
    direction: Tensor | None = None
    given: Backward | None = None

    @property
    def cell(self) -> Cell:
        """The cell, or ensemble of cells."""
        return self.trajectory.cell

    @property
    def length(self) -> int:
        """T."""
        return self.trajectory.length

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """(…M, B)."""
        return self.trajectory.batch_shape

    def labelled(
        self,
        values: np.ndarray | Tensor,
        *,
        by_sequence: bool = True,
        unit: str = "",
        words: tuple[str, ...] = (),
        **coords: Iterable,
    ) -> LabelledArray:
        """Return values (*coords, …M, B) with named axes; the measure names them.

        Args:
            values: one a sequence; (*coords, …M) unless ``by_sequence``.
            by_sequence: whether the last axis is that of the sequences.
            unit: of the values, where it is not the measure's.
            words: what values stand for, where they are places in this list.
            coords: along the axes before those of the batch, in order.
        """
        if isinstance(values, Tensor):
            values = values.detach().cpu().numpy()
        batch = batch_coords(self.batch_shape, sequences=by_sequence)
        labels = {axis: tuple(labels) for axis, labels in coords.items()}
        return LabelledArray("values", labels | batch, values, unit=unit, words=words)

    @cached_property
    def norms(self) -> JacobianNorms:
        """Norms of the Jacobian product by block and lag."""
        return jacobian_norms(self.trajectory, self.blocks)

    @cached_property
    def covariant(self) -> CovariantVectors:
        """The leading covariant Lyapunov vectors, four where there are as many."""
        count = min(COVARIANT, sum(self.cell.state_sizes))
        return covariant_lyapunov_vectors(self.trajectory, count)

    @cached_property
    def layer_norms(self) -> LayerNorms:
        """Norms of the product's blocks from layer to layer."""
        return layer_norms(self.trajectory)

    @cached_property
    def backward(self) -> Backward:
        """Gradients recorded by hooks on a backward pass; ``given`` ones if any."""
        return self.given or backward(self.trajectory, self.loss, self._direction)

    @cached_property
    def contributions(self) -> Contributions:
        """The contribution G_t of every step to dL/dW_hh."""
        factors = self.backward.factors
        if _disjoint(factors):
            return contributions(factors)
        steps = self.step_gradients(self.cell.recurrent_parameters)
        return contributions_of_gradients(steps, self.batch_shape)

    def step_gradients(self, names: tuple[str, ...]) -> StepGradients:
        """Return what each step contributes to the gradient by some parameters."""
        return StepGradients(self.trajectory, self.backward.state, names)

    @cached_property
    def _direction(self) -> Tensor:
        return as_direction(self.trajectory, self.direction)


@dataclass(frozen=True, eq=False)
class TrainingContext:
    """A training of M networks, for measures of the training itself.

    Attributes:
        task: what they learned.
        settings: how.
        history: what was recorded, update by update.
    """

    task: Task
    settings: TrainingSettings
    history: History

    def labelled(
        self, values: np.ndarray, *, unit: str = "", **coords: Iterable
    ) -> LabelledArray:
        """Return values (*coords, M) with named axes; the measure names them."""
        labels = {axis: tuple(labels) for axis, labels in coords.items()}
        members = {"member": tuple(range(values.shape[-1]))}
        return LabelledArray("values", labels | members, values, unit=unit)


def _disjoint(factors: tuple[GradientFactors, ...]) -> bool:
    """Return whether there are factors, and their rows do not overlap."""
    spans = sorted((part.rows.start or 0, part.rows.stop) for part in factors)
    overlap = any(b[0] < a[1] for a, b in zip(spans, spans[1:], strict=False))
    return bool(spans) and not overlap
