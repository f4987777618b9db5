"""Measures: functions of the Jacobian product and of a backward pass.

One file a measure; files that begin with an underscore are shared by several.
"""

from gradlab.measures._flow import Flow
from gradlab.measures._measure import measure
from gradlab.measures.base import Measure, Reading


__all__ = ["Flow", "Measure", "Reading", "measure"]
