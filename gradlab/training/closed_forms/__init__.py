"""Backpropagation through time by closed forms, for the cells that have them here."""

from gradlab.cells.base import Cell
from gradlab.cells.gru import GRU
from gradlab.cells.lstm import LSTM
from gradlab.cells.rnn import RNN
from gradlab.training.closed_forms.base import ClosedForm
from gradlab.training.closed_forms.gru import GRUForm
from gradlab.training.closed_forms.lstm import LSTMForm
from gradlab.training.closed_forms.rnn import RNNForm


__all__ = ["ClosedForm", "closed_form_of"]


def closed_form_of(cell: Cell) -> type[ClosedForm] | None:
    """Return the closed form of a cell; None where it has none here.

    The cells of PyTorch have one, the RNN with any activation; variants do not.
    """
    if type(cell) is RNN:
        return RNNForm
    if type(cell) is LSTM and _is_torch_lstm(cell):
        return LSTMForm
    if type(cell) is GRU and _is_torch_gru(cell):
        return GRUForm
    return None


def _is_torch_lstm(cell: LSTM) -> bool:
    variant = cell.peephole or cell.no_forget or cell.coupled or cell.proj_size
    functions = cell.gate, cell.candidate, cell.output_activation
    return not variant and _names(functions) == ["sigmoid", "tanh", "tanh"]


def _is_torch_gru(cell: GRU) -> bool:
    variant = cell.reset_before or cell.z_replaces
    return not variant and _names((cell.gate, cell.candidate)) == ["sigmoid", "tanh"]


def _names(activations: tuple) -> list[str]:
    return [activation.name for activation in activations]
