"""Rows as they could have come out, made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gradlab.reproductions.comparison import Comparison
from gradlab.reproductions.expectation import Expectation
from gradlab.reproductions.row import Reproduced


OF_KIND: dict[str, dict[str, Any]] = {
    "misconception": {
        "wrong": "It never forgets.",
        "corrected": "It forgets **soon**.",
    },
    "seed": {"number": 9, "claim_ko": "같은 식이다.", "outcome": "half right"},
}
"""What rows of a kind have besides."""


def comparison(label: str = "rate", **changes: Any) -> Comparison:
    """A comparison that holds, but for what is changed."""
    plain = {
        "label": label,
        "along": "",
        "place": None,
        "measured": 1.02,
        "standard_error": 0.01,
        "lowest": 1.0,
        "highest": 1.05,
        "expected": 1.0,
        "allowed": 0.1,
        "relation": "equal",
        "seeds": 3,
        "held": True,
        "unit": "nats per step",
    }
    return Comparison(**plain | changes)  # type: ignore[arg-type]


def row(
    name: str = "mine",
    kind: str = "law",
    comparisons: tuple[Comparison, ...] | None = None,
    failure: str = "",
    **changes: Any,
) -> Reproduced:
    """A row that came out, but for what is changed."""
    found = (comparison(),) if comparisons is None else comparisons
    labels = list(dict.fromkeys(one.label for one in found)) or ["rate"]
    compare = [
        {
            "label": label,
            "measured": {"measure": "m"},
            "expected": 1.0,
            "tolerance": {"absolute": 0.1},
            **({"along": "hidden"} if found and found[0].along else {}),
        }
        for label in labels
    ]
    asked = Expectation.model_validate(
        {
            "question": "How fast?",
            "kind": kind,
            "claim": f"The claim of {name}.",
            "source": ["newman1986"],
            "seen": "abstract",
            "minutes": 0.1,
            "compare": compare,
            **OF_KIND.get(kind, {}),
            **changes,
        }
    )
    return Reproduced(name, asked, found, Path("out") / name, failure, 2.0)


def along(values: dict[float, tuple[float, bool]], **changes: Any) -> tuple:
    """Comparisons by place: measured, and whether it held."""
    return tuple(
        comparison(
            along="hidden",
            place=place,
            measured=measured,
            lowest=measured,
            highest=measured,
            held=held,
            **changes,
        )
        for place, (measured, held) in values.items()
    )
