"""Clipping the gradient, which lengthens no horizon."""

from gradlab.errors import ConfigError
from gradlab.remedies.base import Remedy


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
