"""Where sequences come from. NumPy only: no torch here."""

from gradlab.inputs.base import Input, initial_state, parse


__all__ = ["Input", "initial_state", "parse"]
