"""Clipping the gradient, which lengthens no horizon."""

import torch
from torch import Tensor, nn

from gradlab.errors import ConfigError
from gradlab.numerics.logscale import ln_vector_norm
from gradlab.remedies.base import Remedy


def change_of_ratios(parts: Tensor) -> float:
    """Clip a gradient to half its norm; return how much ratios of its parts change.

    By ``torch.nn.utils.clip_grad_norm_``, on the parts as they are added up.

    Args:
        parts: (T, rows, columns), what each step gives to the gradient of a weight.

    Returns:
        The largest |difference| of ln(|G_t| / |G_T|) before and after, over the parts
        that are not 0 before or after; 0 where fewer than two are.
    """
    weights = [nn.Parameter(torch.zeros_like(part)) for part in parts]
    for weight, part in zip(weights, parts, strict=True):
        weight.grad = part.clone()
    largest = parts.norm().item() / 2
    if largest > 0:
        nn.utils.clip_grad_norm_(weights, largest)
    clipped = [weight.grad for weight in weights if weight.grad is not None]
    before, after = (
        torch.from_numpy(ln_vector_norm(whole.flatten(1)))
        for whole in (parts, torch.stack(clipped))
    )
    change = (after - before)[before.isfinite() & after.isfinite()]
    return (change - change[-1]).abs().max().item() if len(change) else 0.0


class Clipping(Remedy):
    """The gradient scaled down to a largest norm: no cure where it vanishes.

    ``torch.nn.utils.clip_grad_norm_`` scales the whole gradient by one factor. It is
    among the remedies to say what it cannot do, and changes no weights.
    """

    name = "clipping"
    why = (
        "One factor scales the parts of all lags alike, so that what comes from far "
        "back stays as small beside what comes from near: updates are no longer too "
        "large, and no gradient reaches further."
    )
    reference = "Pascanu, Mikolov & Bengio 2013"
    claims = "unchanged"
    can_help = False

    @property
    def title(self) -> str:
        return "gradient clipping"

    def applies_to(self, module):
        return False

    def apply_(self, module, length, seed=0):
        raise ConfigError(
            got="the remedy clipping, which changes no weights",
            expected="a remedy that can help against a gradient that vanishes",
            try_="gradlab.remedy.chrono_(module, t_max=180) on an LSTM or a GRU, "
            "gradlab.remedy.orthogonal_(module) on an RNN",
        )

    def code(self, module_name, length, seed=0):
        return ""
