"""Losses: scalars of the hidden states, where a backward pass starts."""

from gradlab.losses.base import Loss, directions


__all__ = ["Loss", "directions"]
