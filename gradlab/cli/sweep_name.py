"""Write a sweep's options as a command, and name the sweep after them.

A sweep that options made or changed is another sweep than the one they began from: it
gets a name, and with it a folder, of its own.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from gradlab.cli.sweep_options import SWEEP_OPTIONS, Execution


LONGEST = 60
"""Characters of a name; a longer one ends in a hash of its options.

So does one whose options have other characters than names, numbers and lists: two
paths may read alike without their slashes and spaces.
"""

Given = Sequence[tuple[str, str]]
"""Options with their values as typed, in the order of the help."""


def given_options(
    options: Mapping[str, Any], grids: str | None, load: Sequence[object]
) -> Given:
    """Return the options that say what is measured, whatever order they came in.

    Args:
        options: parameter -> value; None where it was not given.
        grids: of ``--grid``.
        load: files of ``--load``.
    """
    found = [] if grids is None else [("--grid", grids)]
    for param in SWEEP_OPTIONS:
        value = options.get(str(param.name))
        if value is not None and not isinstance(param, Execution):
            found.append((param.opts[0], str(value)))
    return [*found, *(("--load", str(file)) for file in load)]


def request(config: str | None, given: Given) -> list[str]:
    """Return the command that measures the same, wherever it is typed again."""
    words = [word for option in given for word in option]
    return ["gradlab", "sweep", *([config] if config else []), *words]


def name(base: str, given: Given) -> str:
    """Return the name of the sweep that options make, or make of another.

    Args:
        base: name of the sweep they change; empty where there is none.
        given: the options; without any the name stays.

    >>> name("", [("--cell", "lstm"), ("--forget-bias", "0:6:1")])
    'lstm-forget-bias-0-6-1'
    >>> name("quick", [("--gain", "0.5, 1")])
    'quick-gain-0.5_1'
    >>> name("", [("--input", "text:my notes.txt")])
    'input-text-my-notes.txt-94f55a'
    """
    parts = [base] if base else []
    plain = True
    for option, value in given:
        listed = re.sub(r"\s*,\s*", ",", value.strip())
        plain &= re.fullmatch(r"([\w.,:=+-]*[^,])?", listed) is not None
        parts += [] if option == "--cell" else [option.removeprefix("--")]
        parts.append(re.sub(r"[^\w.-]+", "-", listed.replace(",", "_")).strip("_."))
    text = "-".join(parts)
    if plain and len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(repr((base, *given)).encode()).hexdigest()[:6]
    return f"{text[: LONGEST - 7].rstrip('_.-')}-{digest}"
