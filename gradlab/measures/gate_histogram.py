"""Histograms of gate values."""

from dataclasses import dataclass

import numpy as np

from gradlab.measures._gates import gate_values, has_gates
from gradlab.measures.base import Measure


@dataclass(frozen=True)
class GateHistogram(Measure):
    """Share of gate values in equal bins of [0, 1], by their left edges.

    Values outside [0, 1], of gates with another activation, count in the outermost
    bins; NaN in none.
    """

    name = "gate_histogram"
    symbol = "share"
    unit = "share"
    question = "How are the gate values spread?"
    formula = "share of steps and units by bin"
    reference = "Karpathy, Johnson, Fei-Fei 2015"
    axes = ("block", "index")

    bins: int = 20

    def applies_to(self, cell):
        return has_gates(cell)

    def compute(self, context):
        gates = gate_values(context)
        edges = tuple(k / self.bins for k in range(self.bins))
        shares = [self._shares(gate) for gate in gates.values()]
        values = np.moveaxis(np.stack(shares), -1, 1)
        return context.labelled(values, block=gates, index=edges)

    def _shares(self, gate: np.ndarray) -> np.ndarray:
        bins = np.clip(np.nan_to_num(gate) * self.bins, 0, self.bins - 1).astype(int)
        rows = bins.reshape(-1, bins.shape[-1])
        known = ~np.isnan(gate).reshape(rows.shape)
        counts = [
            np.bincount(row[use], minlength=self.bins)
            for row, use in zip(rows, known, strict=True)
        ]
        return np.stack(counts).reshape(*gate.shape[:-1], -1) / gate.shape[-1]
