"""The report's words: one folder a language, one file of whole templates a section.

A template is a sentence with ``$names``; `say` fills it in. All languages have the same
templates.

Composing and drawing run inside ``speaking(language)``; numbers and figures, which
have no story at hand, take their words from `spoken`.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from string import Template
from types import ModuleType


LANGUAGES = ("en", "ko")
_SPOKEN: ContextVar[str] = ContextVar("language", default="en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Say what is composed or drawn inside in this language."""
    token = _SPOKEN.set(language)
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def spoken(name: str) -> ModuleType:
    """The templates of a file in the language now spoken; English by default."""
    return words(_SPOKEN.get(), name)


def words(language: str, name: str) -> ModuleType:
    """The templates of one section (or of the top, the names) in a language."""
    return importlib.import_module(f"gradlab.report.words.{language}.{name}")


def say(template: str, **values: object) -> str:
    """Fill a template in; a name without a value is an error, never a gap.

    Whole numbers get their thousands apart.

    >>> say("The $cell keeps $kept a step.", cell="RNN", kept="47 %")
    'The RNN keeps 47 % a step.'
    >>> say("$count networks", count=1600)
    '1,600 networks'
    """
    shown = {
        name: f"{value:,}" if type(value) is int else value
        for name, value in values.items()
    }
    return Template(template).substitute(shown)


def capital(text: str) -> str:
    """The text with a capital first letter.

    >>> capital("the plain RNN")
    'The plain RNN'
    """
    return text[:1].upper() + text[1:]
