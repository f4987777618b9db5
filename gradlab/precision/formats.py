"""The ends of floating-point formats, as natural logs."""

import math
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Format:
    """A binary format: its name and the ends of its range.

    Attributes:
        name: as torch has it.
        tiny: the smallest number with all its digits.
        smallest: the smallest number above zero, a denormal.
        largest: the largest number.
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
        """Ln of the smallest number with all its digits."""
        return math.log(self.tiny)

    @property
    def ln_smallest(self) -> float:
        """Ln of the smallest number above zero."""
        return math.log(self.smallest)

    @property
    def ln_infinite(self) -> float:
        """Ln of the smallest size that rounds to infinity: half a step further."""
        return math.log(self.largest) + math.log1p(self.smallest / self.tiny / 4)


FORMATS = tuple(
    Format.of(dtype)
    for dtype in (torch.float16, torch.bfloat16, torch.float32, torch.float64)
)
