"""The report's words: one folder a language, one file of whole templates a section.

A template is a sentence with ``$names``; `say` fills it in. Text that a language
lacks falls back to English, so a translation may grow file by file.
"""

from __future__ import annotations

import importlib
from string import Template
from types import ModuleType


def words(language: str, name: str) -> ModuleType:
    """The templates of one section (or of the top, the names) in a language."""
    try:
        return importlib.import_module(f"gradlab.report.words.{language}.{name}")
    except ModuleNotFoundError:
        return importlib.import_module(f"gradlab.report.words.en.{name}")


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
