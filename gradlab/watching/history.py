"""What a watch measured, as plain numbers. No torch."""

import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np


if TYPE_CHECKING:
    import pandas

MOST_UPDATES = 512
"""Of which a history keeps the numbers; beyond it every other one is dropped."""


@cache
def stored_lags(length: int) -> tuple[int, ...]:
    """Return the lags of which curves are kept: 0 to 16, then eight a doubling, and T.

    But for T the same ones at any length, so that updates can be compared.

    >>> stored_lags(30)[14:]
    (14, 15, 16, 17, 19, 21, 23, 25, 27, 29, 30)
    """
    found = {*range(min(length, 16) + 1), length}
    k = 1
    while (lag := round(16 * 2 ** (k / 8))) <= length:
        found.add(lag)
        k += 1
    return tuple(sorted(found))


@dataclass(frozen=True)
class LayerRow:
    """One layer and direction at one update.

    Curves are means over sequences of natural logs of norms in float64, -inf for an
    exact zero, by lag from the sequences' ends.

    Attributes:
        name: the module's, with run, layer and direction where there are several.
        length: T, the steps that the sequences have (of packed batches the last ones).
        sequences: how many were measured.
        lags: of the curves.
        by_state: of dL/ds_t by state, ``h`` and ``c``, the other state held fixed.
        together: of |dL/ds_t|, of h and c together, over its largest value at any lag;
            -inf at every lag where it is 0 at every step.
        reach: largest lag at which that is at least 1/1000; inf where it is T.
        underflow: first lag at which |dL/ds_t| is 0 in float32 (float64 where the
            model is) and ds_T/ds_t is not; inf where there is none; NaN where it is 0
            at every step and another layer's underflows.
        product: estimate of ln |ds_T/ds_t| (spectral norm) from random cotangents.
        left: the same at lag T.
        left_error: standard error of ``left``, over sequences; NaN of a single one.
        dead_sequences: of how many ds_T/ds_0 is exactly 0.
        horizon: estimate of the first lag at which it is below 1/1000; inf if none is.
        exact_horizon: the same from whole Jacobians; NaN where it was not computed.
        gates: mean by gate, over steps, sequences and units.
        conveyor: ln of what is left at lag T along the state alone, through the gate
            that keeps it (f of an LSTM, z of a GRU), of the unit with the most; NaN of
            an RNN.
        update_ratio: |change| / |weights| of the recurrent weights by this update.
        magnitudes: whether the gradient's scale is known.
        dtype: ``float32`` or ``float64``, of the loss's own gradient here.
    """

    name: str
    length: int
    sequences: int
    lags: tuple[int, ...]
    by_state: Mapping[str, array]
    together: array
    reach: float
    underflow: float
    product: array
    left: float
    left_error: float
    dead_sequences: int
    horizon: float
    exact_horizon: float
    gates: Mapping[str, float]
    conveyor: float
    update_ratio: float
    magnitudes: bool
    dtype: str

    @property
    def unreached(self) -> bool:
        """Whether dL/ds_t is 0 at every step."""
        return all(max(curve) == -math.inf for curve in self.by_state.values())


@dataclass(frozen=True)
class UpdateRow:
    """The model at one update.

    Attributes:
        update: its number, from 1.
        loss: as given to :meth:`gradlab.watching.watch.Watch.step`; NaN without.
        gradient_norm: of all parameters, before clipping; NaN where unknown.
        clip: the factor by which clipping reduced it; 1 without, NaN where unknown.
        layers: those that the loss reached.
    """

    update: int
    loss: float
    gradient_norm: float
    clip: float
    layers: tuple[LayerRow, ...]


@dataclass
class History:
    """The updates that were measured, at most :data:`MOST_UPDATES` of them.

    A curve has 17 numbers and eight for each doubling of the length beyond 16, a layer
    four curves: 1.5 kB at T = 200, so that a watched layer takes 1 MB at most.

    Attributes:
        updates: in order.
        stride: of those measured every ``stride``-th is kept.
        measured: how many there were.
    """

    updates: list[UpdateRow] = field(default_factory=list)
    stride: int = 1
    measured: int = 0

    def append(self, row: UpdateRow) -> None:
        """Add an update; beyond the most, drop every other one."""
        if self.measured % self.stride == 0:
            self.updates.append(row)
        self.measured += 1
        if len(self.updates) > MOST_UPDATES:
            self.updates = self.updates[::2]
            self.stride *= 2

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the layers, in order of appearance."""
        rows = (layer for update in self.updates for layer in update.layers)
        return tuple(dict.fromkeys(row.name for row in rows))

    def of(self, name: str) -> list[tuple[int, LayerRow]]:
        """Return update and row of a layer."""
        return [
            (update.update, row)
            for update in self.updates
            for row in update.layers
            if row.name == name
        ]

    def frame(self) -> "pandas.DataFrame":
        """Return a tidy table: update, layer, measure, block, lag, value.

        ``layer`` is empty of what is the whole model's, ``block`` names a state or a
        gate, ``lag`` is NaN where there is none.
        """
        import pandas

        columns = ["update", "layer", "measure", "block", "lag", "value"]
        rows = [
            (update.update, *row) for update in self.updates for row in _tidy(update)
        ]
        return pandas.DataFrame(rows, columns=columns)

    def state_dict(self) -> dict[str, Any]:
        """Return lists and numbers, from which :meth:`of_state` makes it again."""
        return _plain(self)

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> "History":
        """Return the history that a ``state_dict`` was made of."""
        updates = [
            UpdateRow(**{**row, "layers": tuple(map(_layer_row, row["layers"]))})
            for row in state["updates"]
        ]
        return cls(updates, state["stride"], state["measured"])


def _plain(value: Any) -> Any:
    if isinstance(value, History | UpdateRow | LayerRow):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, list | tuple | array):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return value


def _layer_row(state: Mapping[str, Any]) -> LayerRow:
    by_state = {name: array("d", values) for name, values in state["by_state"].items()}
    curves = {name: array("d", state[name]) for name in ("together", "product")}
    lags = tuple(state["lags"])
    return LayerRow(**{**state, "by_state": by_state, **curves, "lags": lags})


def _tidy(update: UpdateRow) -> Iterator[tuple[str, str, str, float, float]]:
    none = np.nan
    for name in ("loss", "gradient_norm", "clip"):
        yield "", name, "", none, getattr(update, name)
    for row in update.layers:
        for state, curve in row.by_state.items():
            for lag, value in zip(row.lags, curve, strict=True):
                yield row.name, "ln_loss_gradient", state, lag, value
        for lag, value in zip(row.lags, row.product, strict=True):
            yield row.name, "ln_product_estimate", "joint", lag, value
        for gate, value in row.gates.items():
            yield row.name, "gate_mean", gate, none, value
        yield row.name, "length", "", none, row.length
        yield row.name, "reach", "joint", none, row.reach
        yield row.name, "underflow", "joint", none, row.underflow
        yield row.name, "horizon_estimate", "joint", none, row.horizon
        if row.exact_horizon == row.exact_horizon:
            yield row.name, "horizon", "joint", none, row.exact_horizon
        yield row.name, "update_ratio", "weight_hh", none, row.update_ratio
