"""The browser in which tests open pages, and axe-core, which looks for barriers."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest


CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"

IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not here: make browser"),
]
"""Marks of a test that opens pages in the fixture ``browser``."""
WITH_AXE = pytest.mark.skipif(
    not AXE.exists(), reason="axe-core is not here: make browser"
)
