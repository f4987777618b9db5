"""What ``gradlab list`` knows of each room; plain lists never import torch."""

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
        "sweeps": list(builtin.names()),
    }


def variants() -> list[str]:
    """One spec per option of each cell, as ``--cell`` takes it."""
    return [spec for spec, _ in _options()]


def _options() -> list[tuple[str, str]]:
    """Each variant's spec with what its option does, in the words of the docstring."""
    found = []
    for cell in catalog.names("cells"):
        meaning = _arguments(catalog.source("cells", cell))
        options: dict[str, Any] = catalog.literal("cells", cell, "options", {})
        for option, default in (options | COMMON).items():
            spec = f"{cell}:{option}{_example(default)}"
            found.append((spec, meaning.get(option, MEANING.get(option, ""))))
    return found


def _example(default: Any) -> str:
    """The value an option is shown with; a switch has none."""
    if isinstance(default, bool):
        return ""
    if isinstance(default, int):
        return f"={2 * default or 16}"
    return "=hardsigmoid"


def _arguments(source: str) -> dict[str, str]:
    """Parameter -> meaning, read from the ``Args:`` of a file's docstrings."""
    _, _, tail = source.partition("    Args:\n")
    found: dict[str, str] = {}
    name = ""
    for line in tail.splitlines():
        depth = len(line) - len(line.lstrip())
        if not line.strip() or depth < 8:
            break
        head, colon, text = line.strip().partition(": ")
        if depth == 8 and colon:
            name, found[head] = head, text
        else:
            found[name] += " " + line.strip()
    return found


def rows(room: str) -> list[dict[str, str]]:
    """A room as a table: one dict per leaf, all with the same columns."""
    tables: dict[str, Callable[[], list[dict[str, str]]]] = {
        "cells": _cells,
        "variants": _variants,
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


def _cells() -> list[dict[str, str]]:
    specs = [(name, None) for name in catalog.names("cells")]
    return [_cell_row(spec) for spec, _ in sorted([*specs, *_options()])]


def _variants() -> list[dict[str, str]]:
    return [{"name": spec, "what it changes": text} for spec, text in _options()]


def _cell_row(spec: str) -> dict[str, str]:
    from gradlab import cells

    cell = cells.build(spec, 32, 32)
    lowest = cell.layer_cells[0]
    letters = [_letter(lowest, gate) for gate in lowest.gate_names]
    states = cell.state_names
    return {
        "name": spec,
        "state": states[0] if len(states) == 1 else f"({', '.join(states)})",
        "gates": " ".join(letters) or "none",
        "--forget-bias": _bias(lowest),
        "equation": cell.equation,
    }


def _letter(cell: Any, gate: str) -> str:
    if gate == "candidate" and "reset_gate" in cell.gate_names:
        return "n"
    return LETTERS.get(gate, gate)


def _bias(cell: Any) -> str:
    """What ``--forget-bias`` does to a cell; the column that stops silent mistakes."""
    if cell.keep_gate is None:
        return "none: skipped"
    gate, sign = cell.keep_gate
    name = _letter(cell, gate)
    role = "forget" if gate == "forget_gate" else "keep"
    return f"{role} gate {name}" if sign > 0 else f"-b on {name}, so b keeps"


def _one_cell(spec: str) -> dict[str, Any]:
    from gradlab import cells

    spec = cells.canonical(spec)
    cell = cells.build(spec, 16, 16)
    row = _cell_row(spec)
    weights = {name: tuple(value.shape) for name, value in cell.state_dict().items()}
    return {
        **row,
        "axes": ", ".join(sorted(cells.axes(spec))) or "none but the common ones",
        "weights": ", ".join(f"{k} {v}" for k, v in weights.items()) + "  (at H=16)",
        "options": ", ".join(o for o in variants() if o.startswith(f"{cell.name}:"))
        or "none",
        "reference": cell.reference,
        "text": inspect.getdoc(type(cell)) or "",
        "use": f"use it   gradlab sweep --cell {spec}",
    }


def _measures() -> list[dict[str, str]]:
    found = []
    for name in catalog.names("measures"):
        leaf: Any = catalog.get("measures", name)
        found.append(
            {"name": name, "unit": leaf.unit, "question": leaf.question},
        )
    return found


def _sections() -> list[dict[str, str]]:
    found: list[tuple[str, Any]] = [
        (name, catalog.get("sections", name)) for name in catalog.names("sections")
    ]
    leaves = sorted(found, key=lambda pair: pair[1].order)
    return [{"name": name, "question": leaf.question} for name, leaf in leaves]


def _usage(room: str, name: str) -> str:
    """A name with what may follow its colon: ``gaussian[:SD]``, ``text:FILE``."""
    argument = catalog.literal(room, name, "argument", "")
    if not argument:
        return name
    if argument == "FILE":
        return f"{name}:FILE"
    head = argument.partition(",")[0].split()
    return f"{name}[:{''.join(word[0] for word in head).upper()}]"


def _sweep_rows() -> list[dict[str, str]]:
    return [
        {"name": name, "what it asks": builtin.question(name)}
        for name in builtin.names()
    ]


def _one_sweep(name: str) -> dict[str, Any]:
    if name not in builtin.names():
        raise UnknownNameError.among("sweep", name, builtin.names())
    return {
        "name": name,
        "text": (
            Path(builtin.__file__).with_name(f"{name}.toml").read_text(encoding="utf-8")
        ).rstrip(),
        "use": f"use it   gradlab sweep {name}",
    }
