"""What ``gradlab list`` knows of each room; plain lists never import torch."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from gradlab import catalog
from gradlab.errors import UnknownNameError


USER_NAMES = {"inits": "initializers"}
"""Names on the command line where they differ from the folder's."""

OPTIONS = {
    "cells": "--cell",
    "activations": "--activation",
    "initializers": "--init",
    "inputs": "--input",
    "losses": "--loss",
    "measures": "--measure",
}
"""The option of ``gradlab sweep`` that takes a room's names."""

LETTERS = {
    "input_gate": "i",
    "forget_gate": "f",
    "candidate": "g",
    "output_gate": "o",
    "reset_gate": "r",
    "update_gate": "z",
}
"""One letter per gate; the GRU's candidate is n."""


def called(name: str) -> str:
    """The room, or ``sweeps``, behind a name typed; UnknownNameError otherwise."""
    room = USER_NAMES.get(name, name)
    known = (*catalog.ROOMS, *USER_NAMES, "variants", "sweeps")
    if room not in known:
        raise UnknownNameError.among("room", name, known)
    return room


def overview() -> dict[str, list[str]]:
    """Every room's names, without importing one leaf."""
    return {
        "cells": list(catalog.names("cells")),
        "variants": variants(),
        "activations": list(catalog.names("activations")),
        "inits": list(catalog.names("initializers")),
        "inputs": [_usage("inputs", name) for name in catalog.names("inputs")],
        "losses": list(catalog.names("losses")),
        "measures": list(catalog.names("measures")),
        "sections": list(catalog.names("sections")),
        "sweeps": list(_sweeps()),
    }


def variants() -> list[str]:
    """One spec per option of each cell, as ``--cell`` takes it."""
    specs = []
    for cell in catalog.names("cells"):
        options: dict[str, Any] = catalog.literal(cell=cell) if False else {}
        options = catalog.literal("cells", cell, "options", {}) or {}
        for option, default in options.items():
            value = "" if isinstance(default, bool) else f"={_example(option)}"
            specs.append(f"{cell}:{option}{value}")
    return specs


def rows(room: str) -> list[dict[str, str]]:
    """A room as a table: one dict per leaf, all with the same columns."""
    tables: dict[str, Callable[[], list[dict[str, str]]]] = {
        "cells": _cells,
        "variants": _cells,
        "measures": _measures,
        "sections": _sections,
        "sweeps": _sweep_rows,
    }
    if room in tables:
        return tables[room]()
    return [
        {"name": _usage(room, name), "what it is": catalog.summary(room, name)}
        for name in catalog.names(room)
    ]


def one(room: str, name: str) -> dict[str, Any]:
    """All that is known of one leaf, its docstring as ``text``."""
    if room == "sweeps":
        return _one_sweep(name)
    if room in ("cells", "variants"):
        return _one_cell(name)
    leaf = catalog.get(room, name)
    fields = {"name": catalog.resolve(room, name)}
    for field in ("symbol", "unit", "question", "formula", "lipschitz", "reference"):
        value = getattr(leaf, field, "")
        if isinstance(value, str | float) and value != "":
            fields[field] = str(value)
    fields["from"] = "gradlab" if catalog.origin(room, name) is None else "your file"
    fields["text"] = inspect.getdoc(leaf) or ""
    if room in OPTIONS:
        fields["use"] = f"use it   gradlab sweep {OPTIONS[room]} {fields['name']}"
    return fields
