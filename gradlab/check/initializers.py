"""Checks of an initializer."""

import numpy as np

from gradlab.check.finding import Finding, first_wrong
from gradlab.initializers.base import Initializer
from gradlab.seeding import stream


_SIZE = 24


def shape(leaf: type[Initializer]) -> Finding:
    """Check the shape and dtype of a block."""
    block = _draw(leaf)
    return Finding(
        block.shape == (_SIZE, _SIZE) and block.dtype == np.float64,
        f"{block.shape} {block.dtype}",
        f"{(_SIZE, _SIZE)} float64",
    )


def finite(leaf: type[Initializer]) -> Finding:
    """Check that a block is finite."""
    bad = int((~np.isfinite(_draw(leaf))).sum())
    return Finding(not bad, f"{bad} entries that are not", "finite entries")


def repeats(leaf: type[Initializer]) -> Finding:
    """Check that a block depends on ``rng`` alone."""
    before = np.random.get_state(legacy=False)["state"]["key"].copy()  # noqa: NPY002 - to see it untouched
    same = np.array_equal(_draw(leaf), _draw(leaf))
    after = np.random.get_state(legacy=False)["state"]["key"]  # noqa: NPY002
    wrong = [] if same else ["other numbers from the same stream"]
    if not np.array_equal(before, after):
        wrong.append("NumPy's global generator moved")
    return first_wrong(wrong, "the same numbers, drawn from the stream given")


def radius(leaf: type[Initializer]) -> Finding:
    """Check that the spectral radius is 1 where ``gain_is_radius``."""
    found = float(np.abs(np.linalg.eigvals(_draw(leaf))).max())
    if not leaf.gain_is_radius:
        return Finding(True, f"spectral radius {found:.3g}, not promised", "any")
    return Finding(abs(found - 1) < 1e-10, f"spectral radius {found:.12g}", "1")


def _draw(leaf: type[Initializer]) -> np.ndarray:
    return np.asarray(leaf().block(_SIZE, _SIZE, stream(0, "check")))


CHECKS = {
    "a block has the shape requested": shape,
    "a block is finite": finite,
    "draws depend on the generator alone": repeats,
    "the gain is the spectral radius where declared": radius,
}
