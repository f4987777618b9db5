"""Measures: pure functions of what the chain and the backward pass give."""

from gradlab.measures._flow import Flow
from gradlab.measures._run import measure
from gradlab.measures.base import Measure, Reading


__all__ = ["Flow", "Measure", "Reading", "measure"]
