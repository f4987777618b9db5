"""What one step of a cell computes, by formula.

A step multiplies x_t by W_ih and h_{t-1} by W_hh, of G H rows each, G = 1, 3 and 4 in
an RNN, a GRU and an LSTM. Counted are operations of these products, a multiplication
and an addition each, as PyTorch's ``FlopCounterMode`` counts them; and functions: tanh
and sigmoid.
"""

from dataclasses import dataclass


ROWS = {"RNN": 1, "GRU": 3, "LSTM": 4}
"""G, blocks of rows of W_ih and W_hh."""
FUNCTIONS = {"RNN": 1, "GRU": 3, "LSTM": 5}
"""Calls of tanh and sigmoid a unit: the LSTM has one more, of its cell state."""


@dataclass(frozen=True)
class Size:
    """A cell of H units that reads I numbers.

    Attributes:
        cell: RNN, GRU or LSTM.
        inputs: I.
        hidden: H.
    """

    cell: str
    inputs: int
    hidden: int

    @property
    def parameters(self) -> int:
        """How many: W_ih, W_hh and two biases, as PyTorch has them."""
        return ROWS[self.cell] * self.hidden * (self.inputs + self.hidden + 2)

    @property
    def forward(self) -> int:
        """Operations of one step of one sequence."""
        return 2 * ROWS[self.cell] * self.hidden * (self.inputs + self.hidden)

    @property
    def backward(self) -> int:
        """Operations of one step of one sequence on the way back.

        The gradients by both matrices, and by h_{t-1}; none by x_t, which is data.
        """
        by_weights = self.forward
        by_state = 2 * ROWS[self.cell] * self.hidden * self.hidden
        return by_weights + by_state

    @property
    def functions(self) -> int:
        """Calls of tanh and sigmoid of one step of one sequence."""
        return FUNCTIONS[self.cell] * self.hidden


def width_of(cell: str, inputs: int, parameters: int) -> int:
    """Return the width with which a cell's parameters come nearest to a number.

    >>> width_of("GRU", 16, Size("LSTM", 16, 64).parameters)
    75
    """
    hidden = 1
    while Size(cell, inputs, hidden + 1).parameters <= parameters:
        hidden += 1
    return min(
        (hidden, hidden + 1),
        key=lambda h: abs(Size(cell, inputs, h).parameters - parameters),
    )
