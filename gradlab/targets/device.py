"""Put a user's model and batch on a device."""

from collections.abc import Mapping
from typing import Any

from torch import nn

from gradlab.numerics.device import check_device


def to_device(model: nn.Module, batch: Any, device: str) -> Any:
    """Move a model in place; return its batch there, every tensor in it.

    Raises:
        ConfigError: there is no such device here, or torch cannot use it.

    >>> import torch
    >>> batch = to_device(nn.Linear(2, 1), {"x": torch.zeros(3, 2)}, "cpu")
    >>> batch["x"].device
    device(type='cpu')
    """
    model.to(check_device(device))
    return _moved(batch, device)


def _moved(value: Any, device: str) -> Any:
    if callable(getattr(value, "to", None)):  # tensors, packed sequences, encodings
        return value.to(device)
    if isinstance(value, Mapping):
        return {key: _moved(one, device) for key, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_moved(one, device) for one in value))
    if isinstance(value, tuple | list):
        return type(value)(_moved(one, device) for one in value)
    return value
