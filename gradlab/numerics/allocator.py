"""Keep freed memory in the process, for workers that allocate the same sizes again.

glibc hands blocks above 128 kB back to the system when they are freed; the next tensor
of that size then costs a page fault every 4 kB. Measured on 1 MB tensors, that is nine
tenths of an elementwise kernel's time.
"""

import ctypes
import sys
from functools import cache

import torch


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
_LARGEST = 32 * 1024 * 1024  # what glibc takes at most


def keep_freed_memory() -> bool:
    """Ask glibc to keep what is freed; return whether it will.

    Costs nothing but that the process stays as large as it once was. Elsewhere than on
    Linux with glibc nothing happens.
    """
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    kept = mallopt(_MMAP_THRESHOLD, _LARGEST) and mallopt(_TRIM_THRESHOLD, 2**31 - 1)
    return bool(kept)


@cache
def raise_mmap_threshold() -> None:
    """Free one block of 31 MB, once: glibc then keeps up to 62 MB for what comes.

    By its own rule, as it would after any tensor of that size. Long chains allocate a
    few MB at each stretch of steps, which went back to the system and came again page
    by page: a twentieth of their time. Elsewhere it costs next to nothing.
    """
    torch.empty(31 * 2**20, dtype=torch.uint8)
