"""Layer normalization within the cell: another network, with the same weights."""

import torch

from gradlab import catalog
from gradlab.cells import Cell, MultiLayerCell, build
from gradlab.errors import ConfigError
from gradlab.remedies.base import Remedy


VARIANTS = (
    *("peephole", "no_forget", "coupled", "proj_size"),
    *("reset_before", "z_replaces"),
)
"""Options of a cell that its normalized twin does not have."""


class LayerNorm(Remedy):
    """The cell's pre-activations normalized at every step.

    It changes the equations, so that no weights of an ``nn.LSTM`` can be set to have
    it: ``layer_norm_lstm``, ``layer_norm_gru`` and ``layer_norm_rnn`` are cells of
    their own, which take the same weights.
    """

    name = "layer_norm"
    why = (
        "Pre-activations of mean 0 and deviation 1 saturate no gate, whatever the size "
        "of weights and inputs; a factor of the recurrent weights has no effect then."
    )
    reference = "Ba, Kiros & Hinton 2016"
    changes_equations = True

    @property
    def title(self) -> str:
        return "layer normalization"

    def applies_to(self, module):
        return False

    def apply_(self, module, length, seed=0):
        raise ConfigError(
            got="the remedy layer_norm, which changes equations and no weights",
            expected="a cell that has it",
            try_='gradlab.build("layer_norm_lstm", 8, 64)',
        )

    def other_network(self, cell):
        """Return the normalized twin of an RNN, GRU or LSTM, with its weights."""
        if cell.layer_cells != (cell,):
            return MultiLayerCell([self._twin(layer) for layer in cell.layer_cells])
        return self._twin(cell)

    def _twin(self, cell: Cell) -> Cell:
        name = f"layer_norm_{getattr(cell, 'name', '')}"
        others = [option for option in VARIANTS if getattr(cell, option, False)]
        if name not in catalog.names("cells") or others:
            raise ConfigError(
                got=" with ".join([f"a cell {cell.name}", *others]),
                expected="rnn, gru or lstm without options that change equations",
                try_="gradlab remedy lstm --remedy layer_norm",
            )
        weights = {n: p.detach() for n, p in cell.named_parameters()}
        dtype = weights["weight_hh"].dtype
        sizes = (cell.input_size, cell.hidden_size)
        twin = build(name, *sizes, bias="bias_ih" in weights, dtype=dtype)
        for part in ("activation", "gate", "candidate", "output_activation"):
            if hasattr(cell, part):
                setattr(twin, part, getattr(cell, part))
        with torch.no_grad():
            for key, value in weights.items():
                twin.get_parameter(key).copy_(value)
        return twin

    def code(self, module_name, length, seed=0):
        return ""
