"""Name a point on the screen by its axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradlab.axes import LABELS


def axes_text(params: Mapping[str, Any]) -> str:
    """Return the axes a point has, without its seed: ``cell=lstm gain=2.0 ...``."""
    named = (name for name in LABELS if params.get(name) is not None)
    return " ".join(f"{name}={params[name]}" for name in named)


def point_text(params: Mapping[str, Any]) -> str:
    """Return the axes of a point and its seed."""
    return f"{axes_text(params)} seed={params.get('seed')}".lstrip()
