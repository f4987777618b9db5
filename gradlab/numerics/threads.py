"""How many threads torch computes on."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock

import torch


_count = RLock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Set torch to one thread within the block, for one caller at a time.

    Two at once could each restore the count that the other has set.
    """
    with _count:
        before = torch.get_num_threads()
        if before > 1:
            torch.set_num_threads(1)
        try:
            yield
        finally:
            if before > 1:
                torch.set_num_threads(before)
