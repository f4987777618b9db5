"""What the backward pass starts from."""

from gradlab.losses.base import Loss, directions


__all__ = ["Loss", "directions"]
