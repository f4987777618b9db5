"""Devices of torch, by name."""

import torch

from gradlab.errors import ConfigError


def check_device(device: str) -> str:
    """Return ``device`` where a tensor can be put on it.

    Raises:
        ConfigError: there is no such device here, or torch cannot use it.
    """
    try:
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        raise ConfigError(
            got=f"device {device}: {str(error).splitlines()[0].rstrip('.')}",
            expected="a device that torch can use on this machine",
            try_="--device cpu",
        ) from error
    return device
