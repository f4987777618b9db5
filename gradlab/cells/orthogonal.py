"""The orthogonal RNN: a plain network that starts from an orthogonal matrix."""

from torch import nn

from gradlab.cells.rnn import RNN


class Orthogonal(RNN):
    """The plain RNN with W_hh = g Q to start from, Q orthogonal and random.

    With the straight line (``linear``) at gain g = 1 its Jacobian is Q, and every
    product of them keeps every norm; with tanh each step loses what tanh' does. It
    trains freely: nothing holds W_hh orthogonal. With tanh or relu it is
    ``torch.nn.RNNCell``.

    Source: Henaff, Szlam & LeCun 2016 (the abstract).
    """

    name = "orthogonal"
    title = "orthogonal RNN"
    axes = ("activation", "gain")
    initial = {"weight_hh": "orthogonal"}
    equation = "h_t = phi(W_ih x_t + W_hh h_{t-1} + b), W_hh orthogonal to start from"
    reference = "Henaff, Szlam & LeCun 2016"
    description = "orthogonal RNN: weights that keep every norm, before phi"

    def reset_parameters(self) -> None:
        """Draw an orthogonal W_hh, and the rest as PyTorch does."""
        super().reset_parameters()
        nn.init.orthogonal_(self.weight_hh)
