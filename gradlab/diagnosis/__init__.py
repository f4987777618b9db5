"""Diagnose a user's own model; results are plain data that need no torch."""

from gradlab.diagnosis.results import (
    Diagnosed,
    Finding,
    LayerResult,
    Reach,
    RemedyResult,
    least,
)


__all__ = ["Diagnosed", "Finding", "LayerResult", "Reach", "RemedyResult", "least"]
