"""Gate biases for memories as long as the sequences."""

from torch import nn

from gradlab.arguments import whole_number
from gradlab.axes import AUTO
from gradlab.initializers import Streams, set_gate_biases
from gradlab.remedies._layers import gated_layers, has
from gradlab.remedies.base import Remedy, call


def chrono_(module: nn.Module, t_max: int, seed: int = 0) -> nn.Module:
    """Draw the gate biases of every layer by chrono, in place; return the module.

    b_f = ln u with u uniform in [1, t_max - 1] for each unit, and b_i = -b_f for the
    LSTM's input gate (Tallec & Ollivier 2018): time constants 1 + u up to ``t_max``. Of
    ``bias_ih`` a gate's block is set to them, of ``bias_hh`` to zero. The GRU's gate is
    the one that keeps its state, which weighs the new by itself.

    The draws are those of ``gradlab.initialize_(cell, forget_bias="chrono")`` at this
    seed; a layer that reads backward has its own.

    Args:
        module: an LSTM or a GRU of torch.nn, its Cell, or a gradlab cell.
        t_max: the longest lag to be learned, as a rule the length of the sequences; 2
            or more.
        seed: of the draws.

    Raises:
        ConfigError: for a module without such gates or without biases; weights that are
            computed from others; another t_max or seed.

    >>> lstm = chrono_(nn.LSTM(3, 2), t_max=180)     # rows of torch's gates: i f g o
    >>> bias = lstm.bias_ih_l0.detach()
    >>> bool((bias[2:4].exp() <= 179).all()), bool((bias[:2] == -bias[2:4]).all())
    (True, True)
    """
    t_max = whole_number("t_max", t_max, 2, try_="180")
    seed = whole_number("seed", seed, 0, try_="0")
    for place, layer in gated_layers(module).items():
        streams = Streams(seed, *place)
        set_gate_biases(layer, f"chrono:{t_max}", AUTO, None, streams)
    return module


class Chrono(Remedy):
    """Forget biases ln U(1, T - 1) at length T; the input gate's are minus them."""

    name = "chrono"
    why = (
        "Time constants are spread evenly from 2 steps to the length trained on; the "
        "LSTM's input gate closes as far as its forget gate opens, so that the detours "
        "through the gates do not grow."
    )
    reference = "Tallec & Ollivier 2018"

    @property
    def title(self) -> str:
        return "chrono"

    def applies_to(self, module):
        return has(gated_layers, module)

    def apply_(self, module, length, seed=0):
        chrono_(module, length, seed)

    def code(self, module_name, length, seed=0):
        return call("chrono_", module_name, f"t_max={length}", seed=seed)
