"""For every test: one thread, no display, Ctrl-C, no deadline on a busy machine.

And the browser, for those that open pages.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING


os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("MPLBACKEND", "Agg")

import pytest  # noqa: E402  (torch comes after the number of threads is set)
import torch  # noqa: E402
from hypothesis import settings  # noqa: E402

from tests.chromium import CHROMIUM  # noqa: E402


if TYPE_CHECKING:
    from playwright.sync_api import Browser

torch.set_num_threads(1)
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # a shell starts what runs in its background so, and a sweep would inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)
settings.register_profile("gradlab", deadline=None, derandomize=True)
settings.load_profile("gradlab")


@pytest.fixture(scope="module")  # its event loop would be in the way of other modules
def browser() -> Iterator[Browser]:
    """One browser for all tests of a module."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()
