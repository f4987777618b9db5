"""Norms of a product's blocks from layer to layer, each right over any range."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from gradlab.arguments import instance, number
from gradlab.jacobians.lags import check_lags
from gradlab.jacobians.norms import jacobian_norms, norms_of_blocks
from gradlab.jacobians.step_jacobian import StepJacobians
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
    product of layers m .. l alone, and each is computed from those: where one layer's
    gradient is 1e-300 of another's, it is as exact as alone.

    Args:
        trajectory: of a :class:`gradlab.cells.MultiLayerCell`, or of any cell, which
            has one block.
        lags: where spectral norms are computed; :func:`gradlab.jacobians.lags` of the
            length when left out.
        threshold: of the horizons.

    Raises:
        ConfigError: for lags outside 0 .. T.
    """
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    count = len(trajectory.cell.layer_cells)
    chosen = check_lags(lags, 0, trajectory.length)
    threshold = number("threshold", threshold, above=0, try_="1e-3")
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
    name, threshold = f"s{later}s{earlier}", into.threshold
    jacobians = StepJacobians(trajectory.between_layers(earlier, later))
    groups = _states_by_layer(jacobians)
    every_lag = tuple(range(trajectory.length + 1))
    with torch.no_grad():
        norms = norms_of_blocks(
            jacobians,
            (name,),
            every_lag,
            row_layout=jacobians.layout.part(groups[-1]),
            threshold=threshold,
            blocks={name: (groups[-1], groups[0])},
        )
    spectral = norms.spectral[name]
    into.frobenius[name] = norms.frobenius[name]
    into.spectral[name] = spectral[list(into.lags)]
    mean = spectral.mean(axis=-1)
    into.horizon[name] = horizon(every_lag, mean, threshold, after_rise=True)


def _states_by_layer(jacobians: StepJacobians) -> list[tuple[str, ...]]:
    """Return the names of each layer's states, from the lowest layer up."""
    names = iter(jacobians.layout.names)
    layers = jacobians.cell.layer_cells
    return [tuple(next(names) for _ in layer.state_names) for layer in layers]
