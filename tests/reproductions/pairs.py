"""Small rows for tests: a sweep's file and what should come out of it."""

from __future__ import annotations

from pathlib import Path


SWEEP = """
question = "How fast does a small RNN forget?"
cell = "rnn"
gain = [0.5, 1]
hidden = 4
length = 32
features = 4
sequences = 2
dtype = "float64"
seeds = 3
measures = ["growth_rate", "weight_spectral_norm", "spectral_norm"]
"""

EXPECTED = """
question = "small"
kind = "exact"
claim = "A small RNN forgets."
seen = "derived"
minutes = 0.1

[[compare]]
label = "rate at gain 1"
measured = { measure = "growth_rate", block = "joint", gain = 1 }
expected = 0
relation = "at_most"
tolerance = { absolute = 0.1 }
"""


def write(folder: Path, expected: str = EXPECTED, sweep: str = SWEEP) -> Path:
    """Write a row called ``mine``; return its sweep's file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mine.expected.toml").write_text(expected, encoding="utf-8")
    (folder / "mine.toml").write_text(sweep, encoding="utf-8")
    return folder / "mine.toml"
