"""Where a format of numbers ends before a gradient does: underflow, overflow, stall.

Told from logs that know no such end, for float16, bfloat16, float32 and float64.
"""

from gradlab.precision.formats import FORMATS, Format
from gradlab.precision.lags import (
    norm_underflow_lags,
    overflow_lags,
    underflow_lags,
    zero_lags,
)
from gradlab.precision.stall import floor_of, ln_conveyors, stall_lags


__all__ = [
    "FORMATS",
    "Format",
    "floor_of",
    "ln_conveyors",
    "norm_underflow_lags",
    "overflow_lags",
    "stall_lags",
    "underflow_lags",
    "zero_lags",
]
