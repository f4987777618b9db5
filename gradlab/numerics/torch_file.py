"""Files that ``torch.save`` wrote, read without running what is in them."""

import re
import warnings
from typing import Any, BinaryIO

import torch

from gradlab.errors import InputError


def load(
    file: BinaryIO, name: str, expected: str, *, try_: str, try_code: str | None = None
) -> Any:
    """Return what a file holds, tensors on the CPU; nothing of it is executed.

    Args:
        file: open for reading.
        name: of the file, for messages.
        expected: what it should hold.
        try_: how to write such a file.
        try_code: what to do instead where only the code of a pickle gives it.

    Raises:
        InputError: it cannot be loaded with ``weights_only=True``.
    """
    try:
        with warnings.catch_warnings():
            # of pickle protocols and TorchScript, which the message names
            warnings.simplefilter("ignore")
            return torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds for what it cannot read
        needs_code, reason = _reason(error)
        raise InputError(
            got=f"{name}, which torch cannot load ({reason})",
            expected=expected,
            try_=try_code if needs_code and try_code else try_,
        ) from error


def _reason(error: Exception) -> tuple[bool, str]:
    """Return whether a file needs code, and why torch could not load it.

    Torch's own text is not shown: it advises to load with ``weights_only=False``.
    """
    text = str(error)
    found = re.search(r"GLOBAL (\S+) (?:was not|whose module)", text)
    if found:
        return True, f"it holds an object of {found[1]}; only tensors are read"
    if "TorchScript" in text:
        return True, "it is TorchScript; only tensors are read"
    if isinstance(error, EOFError) or re.search(r"EOF|PytorchStreamReader", text):
        return False, "it is damaged or cut short"
    if isinstance(error, MemoryError) or "allocate" in text:
        return False, "it does not fit into memory"
    return False, "torch.save did not write it"
