"""Collect what ``gradlab list`` prints; the overview never imports torch."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gradlab import catalog
from gradlab.cells._spec import COMMON, MEANING
from gradlab.errors import UnknownNameError
from gradlab.sweeps import builtin


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


def resolve(name: str) -> str:
    """Return the room, or ``variants`` or ``sweeps``, that a typed name stands for.

    Raises:
        UnknownNameError: for any other name.
    """
    room = USER_NAMES.get(name, name)
    known = (*catalog.KINDS, *USER_NAMES, "variants", "sweeps")
    if room not in known:
        raise UnknownNameError.among("room", name, known)
    return room


def overview() -> dict[str, list[str]]:
    """Return every room's names without importing one leaf."""
    return {
        "cells": list(catalog.names("cells")),
        "variants": [spec for spec, _, _ in _variants()],
        "activations": list(catalog.names("activations")),
        "inits": list(catalog.names("initializers")),
        "inputs": [usage("inputs", name) for name in catalog.names("inputs")],
        "losses": list(catalog.names("losses")),
        "measures": list(catalog.names("measures")),
        "sections": list(catalog.names("sections")),
        "sweeps": list(builtin.names()),
    }


def table(room: str) -> list[dict[str, str]]:
    """Return a row per leaf of a room, all with the same columns, ``name`` first."""
    tables: dict[str, Callable[[], list[dict[str, str]]]] = {
        "cells": _cell_table,
        "variants": _variant_table,
        "measures": _measure_table,
        "sections": _section_table,
        "sweeps": _sweep_table,
    }
    if room in tables:
        return tables[room]()
    return [
        {"name": usage(room, name), "what it is": about["summary"]}
        for name in catalog.names(room)
        for about in [catalog.metadata(room, name)]
    ]


def details(room: str, name: str) -> dict[str, Any]:
    """Return all that is known of one leaf, its docstring as ``text``."""
    if room == "sweeps":
        return _sweep_details(name)
    if room in ("cells", "variants"):
        return _cell_details(name)
    leaf = catalog.get(room, name)
    fields = {"name": catalog.resolve(room, name)}
    for field in ("symbol", "unit", "question", "formula", "lipschitz", "reference"):
        value = getattr(leaf, field, "")
        if isinstance(value, str | float) and value != "":
            fields[field] = str(value)
    built_in = catalog.external_source(room, name) is None
    fields["from"] = "gradlab" if built_in else "your file"
    fields["text"] = inspect.getdoc(leaf) or ""
    if room in OPTIONS:
        fields["use"] = f"use it   gradlab sweep {OPTIONS[room]} {fields['name']}"
    return fields


def _cell_table() -> list[dict[str, str]]:
    specs = [*catalog.names("cells"), *(spec for spec, _, _ in _variants())]
    return [_cell_row(spec) for spec in sorted(specs)]


def _cell_row(spec: str) -> dict[str, str]:
    from gradlab import cells

    cell = cells.build(spec, 32, 32)
    lowest = cell.layer_cells[0]
    states = cell.state_names
    return {
        "name": spec,
        "state": states[0] if len(states) == 1 else f"({', '.join(states)})",
        "gates": " ".join(_letter(lowest, g) for g in lowest.gate_names) or "none",
        "--forget-bias": _forget_bias(lowest),
        "equation": cell.equation,
    }


def _letter(cell: Any, gate: str) -> str:
    """Return the letter a gate has in a cell's equations."""
    if gate == "candidate" and "reset_gate" in cell.gate_names:
        return "n"
    return LETTERS.get(gate, gate)


def _forget_bias(cell: Any) -> str:
    """Return what ``--forget-bias b`` sets in a cell, with its sign."""
    if cell.keep_gate is None:
        return "none: skipped"
    gate, sign = cell.keep_gate
    name = _letter(cell, gate)
    role = "forget" if gate == "forget_gate" else "keep"
    return f"{role} gate {name}" if sign > 0 else f"-b on {name}, so b keeps"


def _cell_details(spec: str) -> dict[str, Any]:
    from gradlab import cells

    spec = cells.canonical(spec)
    cell = cells.build(spec, 16, 16)
    weights = {name: tuple(value.shape) for name, value in cell.state_dict().items()}
    options = [option for option, name, _ in _variants() if name == cell.name]
    return {
        **_cell_row(spec),
        "axes": ", ".join(sorted(cells.axes(spec))) or "none but the common ones",
        "weights": ", ".join(f"{k} {v}" for k, v in weights.items()) + "  (at H=16)",
        "options": ", ".join(options) or "none",
        "reference": cell.reference,
        "text": inspect.getdoc(type(cell)) or "",
        "use": f"use it   gradlab sweep --cell {spec}",
    }


def _variant_table() -> list[dict[str, str]]:
    effects = {
        cell: MEANING | _documented_arguments(catalog.get("cells", cell))
        for cell in catalog.names("cells")
    }
    return [
        {"name": spec, "what it changes": effects[cell].get(option, "")}
        for spec, cell, option in _variants()
    ]


def _variants() -> list[tuple[str, str, str]]:
    """Return (spec, cell, option) for each option of each cell, specs as typed."""
    found = []
    for cell in catalog.names("cells"):
        options: dict[str, Any] = catalog.metadata("cells", cell)["options"]
        for option, default in (options | COMMON).items():
            found.append((f"{cell}:{option}{_example_value(default)}", cell, option))
    return found


def _example_value(default: Any) -> str:
    """Return ``=VALUE`` with a value to show an option with; nothing for a switch."""
    if isinstance(default, bool):
        return ""
    if isinstance(default, int):
        return f"={2 * default or 16}"
    return "=hardsigmoid"


def _documented_arguments(leaf: type) -> dict[str, str]:
    """Return parameter -> meaning from the ``Args:`` of a class's docstring."""
    _, _, tail = (inspect.getdoc(leaf) or "").partition("Args:\n")
    found: dict[str, str] = {}
    name = ""
    for line in tail.splitlines():
        depth = len(line) - len(line.lstrip())
        if depth < 4:
            break
        head, colon, text = line.strip().partition(": ")
        if depth == 4 and colon:
            name, found[head] = head, text
        else:
            found[name] += " " + line.strip()
    return found


def _measure_table() -> list[dict[str, str]]:
    leaves: list[tuple[str, Any]] = [
        (name, catalog.get("measures", name)) for name in catalog.names("measures")
    ]
    return [
        {"name": name, "unit": leaf.unit, "question": leaf.question}
        for name, leaf in leaves
    ]


def _section_table() -> list[dict[str, str]]:
    leaves: list[tuple[str, Any]] = [
        (name, catalog.get("sections", name)) for name in catalog.names("sections")
    ]
    leaves.sort(key=lambda pair: pair[1].order)
    return [{"name": name, "question": leaf.question} for name, leaf in leaves]


def usage(room: str, name: str) -> str:
    """Return a name with what may follow its colon: ``gaussian[:SD]``."""
    argument = catalog.metadata(room, name).get("argument")
    if not argument:
        return name
    if argument == "FILE":
        return f"{name}:FILE"
    words = argument.partition(",")[0].split()
    return f"{name}[:{''.join(word[0] for word in words).upper()}]"


def _sweep_table() -> list[dict[str, str]]:
    return [
        {"name": name, "what it asks": builtin.question(name)}
        for name in builtin.names()
    ]


def _sweep_details(name: str) -> dict[str, Any]:
    if name not in builtin.names():
        raise UnknownNameError.among("sweep", name, builtin.names())
    file = Path(builtin.__file__).with_name(f"{name}.toml")
    return {
        "name": name,
        "text": file.read_text(encoding="utf-8").rstrip(),
        "use": f"use it   gradlab sweep {name}",
    }
