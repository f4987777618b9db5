"""Checks of an input; one that reads a file gets a small one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gradlab.check.finding import Finding, first_wrong
from gradlab.errors import GradlabError
from gradlab.inputs.base import INITIAL_STATES, Input
from gradlab.seeding import stream


_COUNT, _LENGTH, _FEATURES = 3, 12, 4


def shape(leaf: type[Input]) -> Finding:
    """Check that sequences are (count, length, features), float64 and finite."""
    given = sample(leaf)
    features = given.features(_FEATURES)
    drawn = _draw(given)
    expected = (_COUNT, _LENGTH, features)
    return Finding(
        drawn.shape == expected
        and drawn.dtype == np.float64
        and bool(np.isfinite(drawn).all()),
        f"{drawn.shape} {drawn.dtype}",
        f"{expected} float64, finite",
    )


def nested(leaf: type[Input]) -> Finding:
    """Check that 5 steps begin 12 and 2 sequences are the first of 3."""
    given = sample(leaf)
    whole = _draw(given)

    def wrong() -> Iterator[str]:
        if not np.array_equal(_draw(given, length=5), whole[:, :5]):
            yield "5 steps that are not the first of 12"
        if not np.array_equal(_draw(given, count=2), whole[:2]):
            yield "2 sequences that are not the first of 3"

    return first_wrong(wrong(), "nested sequences", "nested")


def repeats(leaf: type[Input]) -> Finding:
    """Check that sequences depend on the seed alone."""
    given, again = sample(leaf), sample(leaf)
    same = np.array_equal(_draw(given), _draw(again))
    return Finding(
        same, "the same" if same else "other numbers", "the same numbers again"
    )


def valid_metadata(leaf: type[Input]) -> Finding:
    """Check the content hash and the name of the initial state."""
    given = sample(leaf)

    def wrong() -> Iterator[str]:
        if not isinstance(given.content_hash(), str):
            yield f"content hash {given.content_hash()!r}"
        if leaf.initial not in INITIAL_STATES:
            yield f"initial {leaf.initial!r}"

    return first_wrong(wrong(), f"a text, and initial in {INITIAL_STATES}")


def sample(leaf: type[Input]) -> Input:
    """Return the input without an argument, or with a small file where it needs one."""
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder, "sample.txt")
        text.write_text("The quick brown fox jumps over the lazy dog. " * 4)
        array = Path(folder, "sample.npy")
        np.save(array, stream(0, "check").standard_normal((5, 40, 3)))
        for argument in (None, str(text), str(array)):
            try:
                return leaf.parse(argument)
            except GradlabError as error:
                refusal = error
    raise refusal


def _draw(given: Input, count: int = _COUNT, length: int = _LENGTH) -> np.ndarray:
    return given.sequences(0, count, length, given.features(_FEATURES))


CHECKS = {
    "sequences have the shape requested": shape,
    "sequences nest over length and number": nested,
    "sequences depend on the seed alone": repeats,
    "the content hash and the initial state are valid": valid_metadata,
}
