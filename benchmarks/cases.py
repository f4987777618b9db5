"""The networks of the ratio table."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from benchmarks.networks import Network
from gradlab import catalog, cells
from gradlab.cells.base import Cell
from gradlab.initializers import initialize_


WIDTHS = (32, 64, 128, 256)


@dataclass(frozen=True)
class Case:
    """One network and the sequences it reads, I = H Gaussian features.

    Attributes:
        name: in the table.
        cell, hidden, init, gain, forget_bias: as on the axes of a sweep.
        length, sequences: T and B.
        sparse: take spectral norms at this many lags only, on every route alike; 0 for
            all. Where all of them would take the other routes most of the time.
    """

    name: str
    cell: str
    hidden: int = 128
    init: str = "default"
    gain: float = 1.0
    forget_bias: str | float = "keep"
    length: int = 256
    sequences: int = 8
    sparse: int = 0

    @property
    def spectral_at(self) -> frozenset[int] | None:
        """The lags where spectral norms are taken; None for all."""
        if not self.sparse:
            return None
        ends = range(self.sparse + 1)
        return frozenset(self.length * k // self.sparse for k in ends)

    def build(self, device: str, dtype: torch.dtype = torch.float32):
        """Return gradlab's cell, a user's network with the same weights, and inputs."""
        cell = cells.build(self.cell, self.hidden, self.hidden, dtype=dtype)
        initialize_(
            cell,
            catalog.get("initializers", self.init)(),
            gain=self.gain,
            forget_bias=self.forget_bias,
            length=self.length,
        )
        cell = cell.to(device)
        return cell, Network.of(cell), self._inputs(cell)

    def quick(self) -> Case:
        """Return the same in a second or so."""
        hidden, length = min(self.hidden, 48), min(self.length, 24)
        return replace(self, hidden=hidden, length=length, sequences=2)

    def _inputs(self, cell: Cell) -> Tensor:
        draw = torch.Generator().manual_seed(1)
        shape = (self.sequences, self.length, self.hidden)
        return torch.randn(*shape, generator=draw).to(cell.weight_hh)


HEADLINE = Case("lstm-128", "lstm")
LONG = Case("lstm-128-long", "lstm", length=1024)
LARGE = Case("lstm-1024", "lstm", 1024, length=1000, sequences=16, sparse=10)


def cases(device: str) -> dict[str, Case]:
    """Return the cases by name; the large one only where there is a GPU."""
    plain = [
        Case(f"{cell}-{width}", cell, width)
        for cell in ("lstm", "gru", "rnn")
        for width in WIDTHS
    ]
    lasting = [
        case
        for cell in ("lstm", "gru", "rnn")
        for case in (
            Case(f"{cell}-128-orthogonal", cell, init="orthogonal"),
            Case(f"{cell}-128-gain-1.5", cell, gain=1.5),
            Case(f"{cell}-128-bias-3", cell, forget_bias=3.0),
        )
        if (cell, case.forget_bias) != ("rnn", 3.0)
    ]
    first = [HEADLINE, *(case for case in plain if case != HEADLINE)]
    every = [*first, *lasting, LONG, *([LARGE] if device == "cuda" else [])]
    return {case.name: case for case in every}
