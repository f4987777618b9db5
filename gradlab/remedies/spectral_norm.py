"""Recurrent blocks rescaled to a given spectral norm."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from gradlab.arguments import number
from gradlab.errors import ConfigError
from gradlab.remedies._layers import gate_blocks, has, recurrent_layers
from gradlab.remedies.base import Remedy, call


@torch.no_grad()
def spectral_norm_(module: nn.Module, spectral_norm: float = 1.0) -> nn.Module:
    """Scale every gate block of every ``weight_hh`` in place; return the module.

    Each block is multiplied by the number that makes its largest singular value the one
    given; directions, learned or drawn, stay. At 1 a plain RNN with tanh, whose slope
    is at most 1, cannot explode (Pascanu, Mikolov & Bengio 2013, section 2.1):
    |dh_T/dh_t| <= 1 at every lag. It may vanish all the faster: PyTorch's default
    blocks have about 1.15, and are scaled down.

    Args:
        module: an RNN, LSTM or GRU of torch.nn, its Cell, or a gradlab cell.
        spectral_norm: above 0.

    Raises:
        ConfigError: for any other module; weights that are computed from others; a
            block whose spectral norm is 0 or not finite.

    >>> weight = spectral_norm_(nn.RNN(3, 5)).weight_hh_l0.detach()
    >>> round(torch.linalg.matrix_norm(weight, 2).item(), 6)
    1.0
    """
    wanted = number("spectral_norm", spectral_norm, above=0, try_="1.0")
    blocks = [
        (block, _norm(block, name))
        for layer in recurrent_layers(module).values()
        for name, block in gate_blocks(layer).items()
    ]
    for block, norm in blocks:
        block.mul_(wanted / norm)
    return module


def _norm(block: Tensor, name: str) -> float:
    """Return the spectral norm of a gate block."""
    finite = bool(block.isfinite().all())
    norm = torch.linalg.matrix_norm(block.double(), 2).item() if finite else torch.nan
    if not 0 < norm < torch.inf:
        raise ConfigError(
            got=f"a recurrent block {name} of shape {tuple(block.shape)} and spectral "
            f"norm {norm:g}",
            expected="a finite block with a norm above 0, to be scaled",
            try_="gradlab.remedy.orthogonal_(module)",
        )
    return norm


@dataclass(frozen=True)
class SpectralNorm(Remedy):
    """Every gate block of the recurrent weights scaled to a spectral norm of 1.

    Attributes:
        spectral_norm: of each block.
    """

    name = "spectral_norm"
    why = (
        "With blocks of spectral norm 1 a plain RNN whose activation has a slope of 1 "
        "at most cannot explode; against a gradient that vanishes it does nothing."
    )
    reference = "Pascanu, Mikolov & Bengio 2013"
    claims = "not above 0"
    spectral_norm: float = 1

    @property
    def title(self) -> str:
        return f"recurrent spectral norm {self.spectral_norm:g}"

    def applies_to(self, module):
        return has(recurrent_layers, module)

    def apply_(self, module, length, seed=0):
        spectral_norm_(module, self.spectral_norm)

    def code(self, module_name, length, seed=0):
        given = [] if self.spectral_norm == 1 else [repr(self.spectral_norm)]
        return call("spectral_norm_", module_name, *given)
