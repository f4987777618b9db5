"""Lags at which a floating-point format underflows, overflows or stalls.

Computed from ln norms, which do neither, for float16, bfloat16, float32 and float64.
"""

from gradlab.precision.formats import FORMATS, Format
from gradlab.precision.lags import (
    norm_underflow_lags,
    overflow_lags,
    underflow_lags,
    zero_lags,
)
from gradlab.precision.stall import stall_lags, stall_level


__all__ = [
    "FORMATS",
    "Format",
    "norm_underflow_lags",
    "overflow_lags",
    "stall_lags",
    "stall_level",
    "underflow_lags",
    "zero_lags",
]
