"""Measures: functions of the Jacobian product and of a backward pass.

One file a measure; files that begin with an underscore are shared by several.
"""

from gradlab.measures._context import MeasureContext, TrainingContext
from gradlab.measures._measure import measure
from gradlab.measures.base import Measure


__all__ = ["Measure", "MeasureContext", "TrainingContext", "measure"]
