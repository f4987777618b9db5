"""A bias that keeps the forget gate open."""

from dataclasses import dataclass

from torch import nn

from gradlab.arguments import number
from gradlab.initializers import Streams, set_gate_biases
from gradlab.remedies._layers import gated_layers, has
from gradlab.remedies.base import Remedy, call


def forget_bias_(module: nn.Module, bias: float) -> nn.Module:
    """Set the bias of the forget gate of every layer in place; return the module.

    Of ``bias_ih`` the gate's block becomes ``bias``, of ``bias_hh`` zero, so that their
    sum is what is given. The GRU's gate is the one that keeps its state: z of torch's,
    and minus ``bias`` where a high z replaces it.

    Args:
        module: an LSTM or a GRU of torch.nn, its Cell, or a gradlab cell.
        bias: 0 keeps half of the state a step, 1 keeps 0.73, 3 keeps 0.95.

    Raises:
        ConfigError: for a module without such a gate or without biases; weights that
            are computed from others; a bias that is no finite number.

    >>> lstm = forget_bias_(nn.LSTM(3, 2), 3)       # rows of torch's gates: i f g o
    >>> (lstm.bias_ih_l0 + lstm.bias_hh_l0)[2:4].tolist()
    [3.0, 3.0]
    """
    bias = number("bias", bias, try_="3")
    for place, layer in gated_layers(module).items():
        set_gate_biases(layer, bias, "keep", None, Streams(0, *place))
    return module


@dataclass(frozen=True)
class ForgetBias(Remedy):
    """A bias of 1 or 3 for the forget gate (the GRU's keep gate), in place of 0.

    Attributes:
        bias: of the gate; 1 and 3 are the candidates.
    """

    name = "forget_bias"
    why = (
        "A gate of bias b keeps s(b) of the state a step, so that half of it lasts 1 "
        "step at b = 0, 2 at b = 1 and 14 at b = 3."
    )
    reference = "Gers et al. 2000; Jozefowicz et al. 2015"
    claims = "up"
    bias: float = 1

    @classmethod
    def candidates(cls):
        return (cls(1), cls(3))

    @property
    def title(self) -> str:
        return f"forget bias {self.bias:g}"

    def applies_to(self, module):
        return has(gated_layers, module)

    def apply_(self, module, length, seed=0):
        forget_bias_(module, self.bias)

    def code(self, module_name, length, seed=0):
        return call("forget_bias_", module_name, repr(self.bias))
