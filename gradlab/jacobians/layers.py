"""Norms of a product's blocks from layer to layer, each right over any range."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from gradlab.arguments import instance, number
from gradlab.jacobians.labelled_norms import JacobianNorms, Norms, by_block
from gradlab.jacobians.lags import check_lags
from gradlab.jacobians.norms import jacobian_norms, norms_of_blocks
from gradlab.jacobians.step_jacobian import StepJacobians
from gradlab.labelled import LabelledArray, batch_coords
from gradlab.statistics import horizon
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class LayerNorms(Norms):
    """Norms of ds^l_T/ds^m_t, s^l being layer l's whole state, by block and lag.

    Block ``s2s1`` is ds^2_T/ds^1_t; there is one for every m <= l. Between two layers
    -inf at lag 0, where nothing has passed yet.

    Attributes:
        horizon: by block and member, the first lag at which the mean over sequences of
            the ln spectral norm is below ln ``threshold`` once it was not; 0 where it
            never gets there, inf where it stays, NaN when a NaN comes first.
    """

    horizon: LabelledArray


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
        lags: to store; :func:`gradlab.jacobians.lags` of the length when left out.
        threshold: of the horizons.

    Raises:
        ConfigError: for lags outside 0 .. T.

    >>> from gradlab import build, unroll
    >>> cell = build("lstm:layers=2", input_size=2, hidden_size=3)
    >>> found = layer_norms(unroll(cell, torch.zeros(1, 10, 2)))
    >>> found.blocks, found.horizon.axes
    (('s1s1', 's2s1', 's2s2'), ('block',))
    """
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    chosen = check_lags(lags, 0, trajectory.length)
    threshold = number("threshold", threshold, above=0, try_="1e-3")
    parts: dict[str, _Part] = {}
    for later in range(1, len(trajectory.cell.layer_cells) + 1):
        for earlier in range(1, later):
            name = f"s{later}s{earlier}"
            parts[name] = _between(trajectory, earlier, later, name, threshold)
        parts[f"s{later}s{later}"] = _within(trajectory.layer(later), chosen, threshold)
    coords: dict[str, tuple] = {"block": tuple(parts)}
    coords |= batch_coords(trajectory.batch_shape, sequences=False)
    horizons = np.stack([found for _, _, found in parts.values()])
    return LayerNorms(
        by_block(
            "ln_spectral_norm",
            {
                name: norms.ln_spectral_norm.at(block=block, lag=list(chosen))
                for name, (block, norms, _) in parts.items()
            },
            chosen,
        ),
        by_block(
            "ln_frobenius_norm_every_lag",
            {
                name: norms.ln_frobenius_norm_every_lag.at(block=block)
                for name, (block, norms, _) in parts.items()
            },
            range(trajectory.length + 1),
        ),
        threshold,
        LabelledArray("horizon", coords, horizons, unit="steps"),
    )


_Part = tuple[str, JacobianNorms, np.ndarray]
"""The block to be read of norms, the norms, and its horizons (…M)."""


def _within(layer: Trajectory, lags: tuple[int, ...], threshold: float) -> _Part:
    norms = jacobian_norms(layer, "joint", lags, threshold=threshold)
    return "joint", norms, norms.horizon


def _between(
    trajectory: Trajectory, earlier: int, later: int, name: str, threshold: float
) -> _Part:
    """Take one block at every lag: its horizon is not the whole product's."""
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
    mean = norms.ln_spectral_norm.at(block=name).mean(axis=-1)
    return name, norms, horizon(every_lag, mean, threshold, after_rise=True)


def _states_by_layer(jacobians: StepJacobians) -> list[tuple[str, ...]]:
    """Return the names of each layer's states, from the lowest layer up."""
    names = iter(jacobians.layout.names)
    layers = jacobians.cell.layer_cells
    return [tuple(next(names) for _ in layer.state_names) for layer in layers]
