"""For every test: one thread, no display, and no deadline on a busy machine."""

from __future__ import annotations

import os


os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import torch  # noqa: E402  (after the number of threads is set)
from hypothesis import settings  # noqa: E402


torch.set_num_threads(1)
settings.register_profile("gradlab", deadline=None, derandomize=True)
settings.load_profile("gradlab")
