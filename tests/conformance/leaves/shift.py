"""A remedy in a file of its own."""

import torch

from gradlab.errors import ConfigError
from gradlab.remedies import Remedy


class Shift(Remedy):
    """The biases of an ``nn.LSTMCell`` set to 1."""

    title = "all biases 1"
    why = "Gates that are open hand on what they get."

    def applies_to(self, module):
        return isinstance(module, torch.nn.LSTMCell) and module.bias

    def apply_(self, module, length, seed=0):
        if not self.applies_to(module):
            raise ConfigError(
                got=f"{type(module).__name__}",
                expected="an nn.LSTMCell with biases",
                try_="torch.nn.LSTMCell(3, 5)",
            )
        torch.nn.init.ones_(module.bias_ih)
        torch.nn.init.zeros_(module.bias_hh)

    def code(self, module_name, length, seed=0):
        return (
            f"torch.nn.init.ones_({module_name}.bias_ih)\n"
            f"torch.nn.init.zeros_({module_name}.bias_hh)"
        )
