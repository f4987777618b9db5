"""Diagnose a user's own model; results are plain data that need no torch."""

from gradlab.diagnosis.reach import Reach, least
from gradlab.diagnosis.results import (
    LAST_STEPS,
    Diagnosed,
    Finding,
    LayerResult,
    RemedyResult,
)


__all__ = [
    "LAST_STEPS",
    "Diagnosed",
    "Finding",
    "LayerResult",
    "Reach",
    "RemedyResult",
    "least",
]
