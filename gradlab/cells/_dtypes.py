"""Number formats a cell computes in: float32 and float64; half precision is upcast."""

import copy
import warnings
from typing import Any, TypeVar

import torch
from torch import nn

from gradlab.arguments import describe
from gradlab.errors import ConfigError


HALF = (torch.float16, torch.bfloat16)
_COMPUTED = {"float32": torch.float32, "float64": torch.float64}
_KNOWN = _COMPUTED | {"float16": torch.float16, "bfloat16": torch.bfloat16}


def computed_dtype(dtype: Any, what: str = "dtype") -> torch.dtype:
    """Return the format to compute in: ``dtype`` itself, float32 for half precision.

    Args:
        dtype: a torch.dtype, or its name.
        what: what has it, for messages.

    Raises:
        ConfigError: for formats that are neither.
    """
    chosen: Any = _KNOWN.get(dtype) if isinstance(dtype, str) else dtype
    if chosen in HALF:
        warn_upcast(what, chosen)
        return torch.float32
    if chosen not in _COMPUTED.values():
        got = str(dtype) if isinstance(dtype, torch.dtype) else describe(dtype)
        raise ConfigError(
            got=f"{what} of {got}" if what != "dtype" else f"dtype = {got}",
            expected="torch.float32 or torch.float64",
            try_="dtype=torch.float64",
        )
    return chosen


def refuse_autocast() -> None:
    """Refuse to compute under ``torch.autocast``, which takes products in half.

    Raises:
        ConfigError: it is on, for the CPU or an accelerator.
    """
    for device in ("cpu", "cuda"):
        if torch.is_autocast_enabled(device):
            raise ConfigError(
                got=f'torch.autocast("{device}"), whose products are in half',
                expected="norms in the cell's own dtype",
                try_="the call outside of it, or within "
                f'torch.autocast("{device}", enabled=False)',
            )


Module = TypeVar("Module", bound=nn.Module)


def in_computed_dtype(cell: Module) -> Module:
    """Return the cell, or of one in half precision a copy in float32."""
    half = next((p.dtype for p in cell.parameters() if p.dtype in HALF), None)
    if half is None:
        return cell
    warn_upcast(f"a cell {type(cell).__name__}", half)
    return copy.deepcopy(cell).float()


def warn_upcast(what: str, given: torch.dtype, to: torch.dtype = torch.float32) -> None:
    """Say, once a place, that half precision is computed in another format."""
    message = f"{what} in {given}: computed in {to}"
    warnings.warn(message, UserWarning, stacklevel=2)
