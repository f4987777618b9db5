"""What a watch was asked for."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from torch import nn
from torch.optim import Optimizer

from gradlab.arguments import whole_number
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.modules import recurrent_modules
from gradlab.watching.finding import Finding


OnFinding = Literal["warn", "raise"] | Callable[[Finding], object]


@dataclass(frozen=True)
class Settings:
    """The arguments of :func:`gradlab.watch` but the model, checked.

    Raises:
        ConfigError: one that is not allowed.
    """

    every: int
    optimizer: Optimizer | None
    layers: str | Iterable[str] | None
    sequences: int
    scaler: Any
    on_finding: OnFinding
    writer: Any
    exact: bool

    def __post_init__(self) -> None:
        whole_number("every", self.every, 1, try_="50")
        whole_number("sequences", self.sequences, 1, try_="8")
        if self.on_finding not in ("warn", "raise") and not callable(self.on_finding):
            raise ConfigError(
                got=f"on_finding = {self.on_finding!r}",
                expected='"warn", "raise" or a function of a finding',
                try_='on_finding="warn"',
            )

    def names_in(self, model: nn.Module) -> tuple[str, ...] | None:
        """Return the names of the modules to watch; None for all.

        Raises:
            UnknownNameError: a layer that is not there.
        """
        if self.layers is None:
            return None
        given = self.layers
        names = (given,) if isinstance(given, str) else tuple(given)
        known = recurrent_modules(model)
        for name in names:
            if name not in known:
                raise UnknownNameError.among("layer", name, known)
        return names
