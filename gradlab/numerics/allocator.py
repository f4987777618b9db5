"""Keep freed memory in the process, for tensors of the same sizes again.

glibc returns blocks above its mmap threshold (128 kB) to the system when they are
freed; the next tensor of that size then costs a page fault every 4 kB. Measured on 1 MB
tensors, that is nine tenths of an elementwise kernel's time.
"""

import ctypes
import sys
from functools import cache

import torch


_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # malloc.h
_LARGEST = 32 * 1024 * 1024  # glibc's maximum for the mmap threshold


def keep_freed_memory() -> bool:
    """Set glibc's thresholds so that freed memory is kept; return whether they are set.

    The process then stays as large as it once was. Does nothing without glibc.
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
    """Have glibc keep up to 62 MB of freed memory, by freeing one block of 31 MB.

    glibc raises its mmap threshold to the size of a freed block, and its trim threshold
    to twice that (mallopt(3), M_MMAP_THRESHOLD). Long products allocate a few MB for
    each span of steps; page faults for these were a twentieth of their time.
    """
    torch.empty(31 * 2**20, dtype=torch.uint8)
