"""Where formats of numbers would lose a product that is not rescaled."""

from __future__ import annotations

import math

import numpy as np

from gradlab.report.evidence.networks import Network, Networks
from gradlab.report.story.rows import Row


FORMATS = ("float16", "bfloat16", "float32")


def lag(row: Row, form: str, kind: str = "underflow") -> float:
    """The median seed's whole steps; inf: not within T, NaN: not measured."""
    found = row.values("finite_precision", block=form, index=kind)
    median = float(np.median(found)) if found.size else math.nan
    return math.ceil(median) if math.isfinite(median) else median


def told(networks: Networks) -> list[Network]:
    """Networks measured in all formats whose product is not 0 or infinite anyway."""
    found = [n for n in networks.having("finite_precision") if n.finite]
    return [n for n in found if not any(math.isnan(lag(n.row, f)) for f in FORMATS)]
