"""The field's words in one line each; each use in the report links here."""

from __future__ import annotations

from gradlab.report.words import words


TERMS: dict[str, str] = words("en", "glossary").TERMS
"""Term -> definition in English; the terms name links in every language."""


def terms(language: str = "en") -> dict[str, str]:
    """Term -> definition in a language."""
    return dict(words(language, "glossary").TERMS)


def names(language: str = "en") -> dict[str, str]:
    """Term -> what it is called in a language."""
    return dict(words(language, "glossary").NAMES)
