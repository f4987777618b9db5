"""Inline text inside figures: marks become letters a typeface has."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from gradlab.report import inline
from gradlab.report.typefaces import printed


_RAISED = dict(zip("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ", strict=True))
_LOWERED = dict(
    zip(
        "0123456789+-=()aehijklmnoprstuvx",
        "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ",
        strict=True,
    )
)


def lettered(value: Any) -> Any:
    """A copy of figure data whose texts hold no marks: dL/dW_{hh} gets small h h."""
    if isinstance(value, str):
        return words(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: lettered(getattr(value, field.name))
            for field in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changed)
    if isinstance(value, Mapping):
        return {key: lettered(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(lettered(item) for item in value)
    return value


def words(text: str) -> str:
    """Inline text in letters there are; for small ones that miss, plain ^ and _."""
    if any(mark in text for mark in "*`^_[\\"):
        text = "".join(_span(span) for span in inline.parse(text))
    return printed(text)


def _span(span: inline.Span) -> str:
    inner = (
        span.text
        if span.kind in ("text", "code")
        else "".join(_span(child) for child in span.children)
    )
    small = {"sup": _RAISED, "sub": _LOWERED}.get(span.kind)
    if small is None:
        return inner
    if all(letter in small for letter in inner):
        return "".join(small[letter] for letter in inner)
    return ("^" if span.kind == "sup" else "_") + inner
