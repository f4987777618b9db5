"""Floating-point formats and the ends of their ranges, as natural logs."""

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Format:
    """A binary floating-point format.

    Attributes:
        name: as in torch.
        tiny: the smallest normal number.
        smallest: the smallest denormal number above zero.
        largest: the largest finite number.
    """

    name: str
    tiny: float
    smallest: float
    largest: float

    @classmethod
    def of(cls, dtype: torch.dtype) -> "Format":
        """Return the format of a torch dtype."""
        info = torch.finfo(dtype)
        name = str(dtype).removeprefix("torch.")
        return cls(name, info.tiny, info.tiny * info.eps, info.max)

    @property
    def ln_tiny(self) -> float:
        """Ln of the smallest normal number."""
        return math.log(self.tiny)

    @property
    def ln_smallest(self) -> float:
        """Ln of the smallest denormal number."""
        return math.log(self.smallest)

    @property
    def ln_infinite(self) -> float:
        """Ln of the least size that rounds to inf, half a unit past the largest."""
        return math.log(self.largest) + math.log1p(self.smallest / self.tiny / 4)


FORMATS = tuple(
    Format.of(dtype)
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64)
)
