"""For every test: one thread, no display, Ctrl-C, no deadline on a busy machine."""

from __future__ import annotations

import os
import signal


os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import torch  # noqa: E402  (after the number of threads is set)
from hypothesis import settings  # noqa: E402


torch.set_num_threads(1)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a shell starts what runs in its background so, and a sweep would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("gradlab", deadline=None, derandomize=True)
settings.load_profile("gradlab")
