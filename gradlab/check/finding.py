"""The result of a check, and how two arrays are compared; without importing torch."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np


if TYPE_CHECKING:
    from torch import Tensor


TOLERANCE = 1e-12


@dataclass(frozen=True)
class Finding:
    """Whether a check holds, what was got and what was expected."""

    passed: bool
    got: str
    expected: str


def distance(got: "Tensor | np.ndarray", expected: "Tensor | np.ndarray") -> float:
    """Return |got - expected|_F / |expected|_F; inf where shapes differ.

    NaN equals NaN, inf equals inf. There is no absolute tolerance, since a gradient
    near 1e-15 may still be right: against exact zeros the result is 0 or inf.
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
    """Return a finding that passes if all relative errors (where, error) are small."""
    where, error = max(errors, key=lambda pair: pair[1], default=("", 0.0))
    place = f" at {where}" if where else ""
    return Finding(
        error <= tolerance,
        f"relative error {error:.1e}{place}",
        f"at most {tolerance:.0e}",
    )


def first_wrong(wrong: Iterable[str], expected: str, good: str = "yes") -> Finding:
    """Return a finding that passes if ``wrong`` is empty, else with its first text."""
    found = next(iter(wrong), None)
    return Finding(found is None, found or good, expected)


def _plain(array: Any) -> np.ndarray:
    return array.detach().cpu().numpy() if hasattr(array, "detach") else array
