"""The field's words in one line each; each use in the report links here."""

from __future__ import annotations

from gradlab.report.words import words


TERMS: dict[str, str] = words("en", "glossary").TERMS


def terms(language: str = "en") -> dict[str, str]:
    """Term -> definition in a language."""
    return dict(words(language, "glossary").TERMS)
