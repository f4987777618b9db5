"""Checks of a law."""

import math
from collections.abc import Iterator

from gradlab.check.finding import Finding, first_wrong
from gradlab.laws.base import PROVENANCES, Law


_TOLERANCE = 1e-4
"""Of a value against its example, which a paper gives with five digits or more."""


def stated(leaf: type[Law]) -> Finding:
    """Check that the words a report needs are there."""

    def wrong() -> Iterator[str]:
        for name in ("statement", "equation", "spoken"):
            if not getattr(leaf, name, ""):
                yield f"no {name}"
        if leaf.provenance not in PROVENANCES:
            yield f"provenance {leaf.provenance!r}"

    return first_wrong(wrong(), f"words, and one of {', '.join(PROVENANCES)}")


def examples(leaf: type[Law]) -> Finding:
    """Check the value at each example, of which there is one at least."""
    law = leaf()

    def wrong() -> Iterator[str]:
        if not leaf.examples:
            yield "no example"
        for parameters, known in leaf.examples:
            if reason := law.applies(**parameters):
                yield f"an example to which it does not apply: {reason}"
            found = law.value(**parameters)
            if not math.isclose(found, known, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE):
                yield f"{found:.7g} at {dict(parameters)}"

    return first_wrong(wrong(), "the number of each example")


CHECKS = {
    "the words of a report are there": stated,
    "the value is that of each example": examples,
}
