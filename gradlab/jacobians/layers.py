"""Norms of a product's blocks from layer to layer, each right over any range."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradlab.cells import MultiLayerCell
from gradlab.cells.base import Cell, Step, StepJacobian
from gradlab.jacobians.chain import jacobian_norms
from gradlab.jacobians.lags import lags as stored_lags
from gradlab.statistics import horizon
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class LayerNorms:
    """Norms of ds^l_T/ds^m_t, s^l being layer l's whole state, by block and lag.

    Block ``s2s1`` is ds^2_T/ds^1_t; there is one for every m <= l. Natural logs in
    float64; between two layers -inf at lag 0, where nothing has passed yet.

    Attributes:
        lags: the stored lags, L of them.
        frobenius: by block, (T + 1, …M, B): lags 0 .. T.
        spectral: by block, (L, …M, B): at the stored lags.
        horizon: by block, (…M): first lag at which the mean over sequences of the ln
            spectral norm is below ln ``threshold`` once it was not; 0 where it never
            gets there, inf where it stays, NaN when a NaN comes first.
        threshold: see ``horizon``.
    """

    lags: tuple[int, ...]
    frobenius: dict[str, np.ndarray]
    spectral: dict[str, np.ndarray]
    horizon: dict[str, np.ndarray]
    threshold: float

    @property
    def blocks(self) -> tuple[str, ...]:
        """The blocks there are, by later layer and then earlier."""
        return tuple(self.spectral)


def layer_norms(
    trajectory: Trajectory,
    lags: Sequence[int] | None = None,
    *,
    threshold: float = 1e-3,
) -> LayerNorms:
    """Return the norms of the Jacobian product's blocks from layer to layer.

    J_t is block lower triangular, so the block from layer m to layer l is that of the
    product of layers m .. l alone. Each is taken from a chain of its own: where one
    layer's gradient is 1e-300 of another's, it is as exact as alone.

    Args:
        trajectory: of a :class:`gradlab.cells.MultiLayerCell`, or of any cell, which
            has one block.
        lags: where spectral norms are told; :func:`gradlab.jacobians.lags` of the
            length when left out.
        threshold: of the horizons.

    Raises:
        ConfigError: for lags outside 0 .. T.
    """
    count = len(trajectory.cell.layer_cells)
    chosen = stored_lags(trajectory.length) if lags is None else tuple(lags)
    found = LayerNorms(chosen, {}, {}, {}, threshold)
    for later in range(1, count + 1):
        for earlier in range(1, later):
            _between(trajectory, earlier, later, found)
        _within(trajectory, later, found)
    return found


def _within(trajectory: Trajectory, number: int, into: LayerNorms) -> None:
    name, threshold = f"s{number}s{number}", into.threshold
    layer = trajectory.layer(number)
    norms = jacobian_norms(layer, "joint", into.lags, threshold=threshold)
    rows = [norms.lags.index(lag) for lag in into.lags]
    into.frobenius[name] = norms.frobenius["joint"]
    into.spectral[name] = norms.spectral["joint"][rows]
    into.horizon[name] = norms.horizon


def _between(
    trajectory: Trajectory, earlier: int, later: int, into: LayerNorms
) -> None:
    """Take one block at every lag: its horizon is not the whole product's."""
    name, top = f"s{later}s{earlier}", later - earlier + 1
    layers = _joined(trajectory.between_layers(earlier, later))
    every = range(trajectory.length + 1)
    norms = jacobian_norms(layers, [f"s{top}s1"], every, rows=[f"s{top}"])
    into.frobenius[name] = norms.frobenius[f"s{top}s1"]
    spectral = norms.spectral[f"s{top}s1"]
    into.spectral[name] = spectral[list(into.lags)]
    into.horizon[name] = horizon(
        every, spectral.mean(axis=-1), into.threshold, after_rise=True
    )


class _Joined(Cell):
    """A multi-layer cell with one state a layer, ``s1 s2 ..``; blocks are dense.

    For its Jacobian: along a trajectory that was run as the layers themselves.
    """

    def __init__(self, cell: MultiLayerCell) -> None:
        super().__init__(cell.input_size, cell.hidden_size)
        self.cell = cell

    @property
    def supports_ensembles(self) -> bool:  # type: ignore[override]
        return self.cell.supports_ensembles

    @property
    def state_names(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(f"s{k}" for k in range(1, len(self.cell.layer_cells) + 1))

    @property
    def state_sizes(self) -> tuple[int, ...]:
        return tuple(sum(layer.state_sizes) for layer in self.cell.layer_cells)

    def step(self, inputs, state, *, keep_path_carry=None) -> Step:
        step = self.cell.step(inputs, self._apart(state))
        return Step(
            _side_by_side(self.cell, step.state), step.gates, step.pre_activations
        )

    def jacobian(self, inputs, state, step, *, out=None) -> StepJacobian:
        own = Step(
            self._apart(step.state), step.gates, step.pre_activations, step.recurrent
        )
        whole = self.cell.jacobian(inputs, self._apart(state), own).dense(
            self.cell.state_names, self.cell.state_sizes
        )
        sizes = list(self.state_sizes)
        rows = [part.split(sizes, -1) for part in whole.split(sizes, -2)]
        return StepJacobian(
            {
                f"s{later}s{earlier}": rows[later - 1][earlier - 1]
                for later in range(1, len(sizes) + 1)
                for earlier in range(1, later + 1)
            }
        )

    def _apart(self, state: Sequence[Tensor]) -> tuple[Tensor, ...]:
        return torch.cat(tuple(state), -1).split(list(self.cell.state_sizes), -1)


def _side_by_side(cell: MultiLayerCell, states: Sequence[Tensor]) -> tuple[Tensor, ...]:
    """Return the states layer by layer, those of a layer side by side."""
    count = len(cell.layer_cells)
    places = (cell.state_slice(number) for number in range(1, count + 1))
    return tuple(torch.cat(tuple(states[place]), -1) for place in places)


def _joined(trajectory: Trajectory) -> Trajectory:
    cell = trajectory.cell
    assert isinstance(cell, MultiLayerCell), "two layers or more"
    return Trajectory(
        _Joined(cell),
        trajectory.inputs,
        _side_by_side(cell, trajectory.states),
        trajectory.gates,
        trajectory.pre_activations,
        trajectory.recurrent,
    )
