"""Sources of input sequences. NumPy only: no torch here."""

from gradlab.inputs._files import contents, read_weights, set_contents
from gradlab.inputs.base import Input, initial_state, parse


__all__ = [
    "Input",
    "contents",
    "initial_state",
    "parse",
    "read_weights",
    "set_contents",
]
