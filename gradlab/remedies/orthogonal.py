"""Recurrent blocks that are orthogonal."""

from torch import nn

from gradlab.arguments import whole_number
from gradlab.initializers import Streams, draw_weight_hh
from gradlab.initializers.orthogonal import Orthogonal as OrthogonalBlocks
from gradlab.remedies._layers import has, recurrent_layers
from gradlab.remedies.base import Remedy, call


def orthogonal_(module: nn.Module, seed: int = 0) -> nn.Module:
    """Draw every gate block of every ``weight_hh`` orthogonal; return the module.

    Each (H, H) block is drawn by itself: ``torch.nn.init.orthogonal_`` of the whole
    (4 H, H) matrix gives orthonormal columns, and no block that is orthogonal. With
    ``proj_size`` P a block is (H, P) with orthonormal columns.

    The draws are those of ``gradlab.initialize_(cell, "orthogonal")`` at this seed; a
    layer that reads backward has its own.

    Args:
        module: an RNN, LSTM or GRU of torch.nn, its Cell, or a gradlab cell.
        seed: of the draws.

    Raises:
        ConfigError: for any other module; weights that are computed from others;
            another seed.

    >>> import torch
    >>> block = orthogonal_(nn.GRU(3, 5)).weight_hh_l0.detach()[:5]
    >>> (block @ block.mT).allclose(torch.eye(5), atol=1e-6)
    True
    """
    seed = whole_number("seed", seed, 0, try_="0")
    for place, layer in recurrent_layers(module).items():
        draw_weight_hh(layer, OrthogonalBlocks(), 1.0, Streams(seed, *place))
    return module


class Orthogonal(Remedy):
    """Every gate block of the recurrent weights drawn anew, orthogonal."""

    name = "orthogonal"
    why = (
        "All singular values of a block are 1, so that it shrinks and grows no "
        "direction; only the slopes of gates and activation then shrink a gradient."
    )
    reference = "Saxe et al. 2014"

    @property
    def title(self) -> str:
        return "orthogonal recurrent blocks"

    def applies_to(self, module):
        return has(recurrent_layers, module)

    def apply_(self, module, length, seed=0):
        orthogonal_(module, seed)

    def code(self, module_name, length, seed=0):
        return call("orthogonal_", module_name, seed=seed)
