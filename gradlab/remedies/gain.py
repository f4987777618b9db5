"""Recurrent blocks rescaled to a given spectral radius."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from gradlab.arguments import number
from gradlab.cells import Cell
from gradlab.errors import ConfigError
from gradlab.remedies._layers import gate_blocks, has, recurrent_layers
from gradlab.remedies.base import Remedy, call


@torch.no_grad()
def gain_(module: nn.Module, spectral_radius: float = 1.0) -> nn.Module:
    """Scale every gate block of every ``weight_hh`` in place; return the module.

    Each block is multiplied by the number that makes its largest |eigenvalue| the one
    given (Jaeger 2001); directions, learned or drawn, stay. torch's default blocks have
    0.58, whatever their size. With ``proj_size`` a block U is (H, P) and has no
    eigenvalues: the product W_hr U, which takes h to h, has.

    Args:
        module: an RNN, LSTM or GRU of torch.nn, its Cell, or a gradlab cell.
        spectral_radius: above 0.

    Raises:
        ConfigError: for any other module; weights that are computed from others; a
            block whose spectral radius is 0 or not finite.

    >>> weight = gain_(nn.RNN(3, 5), 0.9).weight_hh_l0.detach()
    >>> round(torch.linalg.eigvals(weight).abs().max().item(), 6)
    0.9
    """
    wanted = number("spectral_radius", spectral_radius, above=0, try_="1.0")
    blocks = [
        (block, _radius(layer, block, name))
        for layer in recurrent_layers(module).values()
        for name, block in gate_blocks(layer).items()
    ]
    for block, radius in blocks:
        block.mul_(wanted / radius)
    return module


def _radius(layer: Cell, block: Tensor, name: str) -> float:
    """Return the spectral radius of a gate block, or of W_hr times it."""
    matrix = block.double()
    if getattr(layer, "proj_size", 0):
        matrix = layer.get_parameter("weight_hr").double() @ matrix
    is_square = matrix.shape[0] == matrix.shape[1]
    radius = np.nan
    if is_square and matrix.isfinite().all():
        radius = float(np.abs(np.linalg.eigvals(matrix.cpu().numpy())).max())
    if not 0 < radius < np.inf:
        raise ConfigError(
            got=f"a recurrent block {name} of shape {tuple(block.shape)} and spectral "
            f"radius {radius:g}",
            expected="a square block with a radius above 0, to be scaled",
            try_="gradlab.remedy.orthogonal_(module)",
        )
    return radius


@dataclass(frozen=True)
class Gain(Remedy):
    """Every gate block of the recurrent weights scaled to a spectral radius of 1.

    Attributes:
        spectral_radius: of each block.
    """

    name = "gain"
    why = (
        "A block of spectral radius 1 neither shrinks nor grows what passes through it "
        "again and again; torch's default, 0.58, halves it in little more than a step."
    )
    reference = "Jaeger 2001"
    spectral_radius: float = 1

    @property
    def title(self) -> str:
        return f"recurrent spectral radius {self.spectral_radius:g}"

    def applies_to(self, module):
        return has(recurrent_layers, module)

    def apply_(self, module, length, seed=0):
        gain_(module, self.spectral_radius)

    def code(self, module_name, length, seed=0):
        given = [] if self.spectral_radius == 1 else [repr(self.spectral_radius)]
        return call("gain_", module_name, *given)
