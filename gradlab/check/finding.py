"""What a check finds, and how two arrays are compared."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from torch import Tensor


TOLERANCE = 1e-12


@dataclass(frozen=True)
class Finding:
    """Whether a check holds, what was got and what was expected."""

    passed: bool
    got: str
    expected: str


def distance(got: Tensor | np.ndarray, expected: Tensor | np.ndarray) -> float:
    """Return |got - expected|_F / |expected|_F; NaN, inf agree with their like.

    There is no absolute allowance: against exact zeros it is 0 or inf.
    """
    a, b = (np.asarray(_plain(x), dtype=np.float64) for x in (got, expected))
    if a.shape != b.shape:
        return np.inf
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    a, b = np.where(same, 0, a), np.where(np.isfinite(b), b, 0)
    error = np.linalg.norm(np.where(same, 0, a - b))
    size = np.linalg.norm(b)
    if not error:
        return 0.0
    return float(error / size) if size and np.isfinite(error) else np.inf


def worst(errors: Iterable[tuple[str, float]], tolerance: float = TOLERANCE) -> Finding:
    """Judge relative errors by the largest; each comes with what it belongs to."""
    where, error = max(errors, key=lambda pair: pair[1])
    place = f" at {where}" if where else ""
    return Finding(
        error <= tolerance,
        f"relative error {error:.1e}{place}",
        f"at most {tolerance:.0e}",
    )


def holds(passed: bool, got: str, expected: str) -> Finding:
    """Return a finding of a yes or no."""
    return Finding(bool(passed), got, expected)


def first_wrong(wrong: Iterable[str], expected: str, good: str = "so") -> Finding:
    """Pass when nothing is wrong; otherwise say the first thing that is."""
    found = next(iter(wrong), None)
    return Finding(found is None, found or good, expected)


def _plain(array: Tensor | np.ndarray) -> np.ndarray:
    return array.detach().cpu().numpy() if isinstance(array, Tensor) else array
