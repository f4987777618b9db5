"""Collect what ``gradlab list`` prints; the overview never imports torch.

A kind is one of the catalog's (cells, measures, ...), ``variants`` or ``sweeps``; a
leaf is one of its names.
"""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from gradlab import catalog
from gradlab.cells._spec import COMMON, MEANING
from gradlab.config import builtin
from gradlab.errors import UnknownNameError


USER_NAMES = {"inits": "initializers"}
"""Kinds by their name on the command line, where it differs from the catalog's."""

OPTIONS = {
    "cells": "--cell",
    "activations": "--activation",
    "initializers": "--init",
    "inputs": "--input",
    "losses": "--loss",
    "measures": "--measure",
}
"""Kind -> the option of ``gradlab sweep`` that takes its names."""

LETTERS = {
    "input_gate": "i",
    "forget_gate": "f",
    "candidate": "g",
    "output_gate": "o",
    "reset_gate": "r",
    "update_gate": "z",
}
"""One letter per gate; beside an update gate the candidate is n."""


def resolve(name: str) -> str:
    """Return the kind named on the command line.

    Raises:
        UnknownNameError: for any other name.
    """
    kind = USER_NAMES.get(name, name)
    known = (*catalog.KINDS, *USER_NAMES, "variants", "sweeps")
    if kind not in known:
        raise UnknownNameError.among("kind", name, known)
    return kind


def overview() -> dict[str, list[str]]:
    """Return every kind's names without importing one leaf."""
    names: dict[str, list[str]] = {}
    typed = {kind: name for name, kind in USER_NAMES.items()}
    for kind in catalog.KINDS:
        names[typed.get(kind, kind)] = [usage(kind, n) for n in catalog.names(kind)]
        if kind == "cells":
            names["variants"] = [spec for spec, _, _ in _variants()]
    return {**names, "sweeps": list(builtin.names())}


def table(kind: str) -> list[dict[str, str]]:
    """Return a row per leaf of a kind, all with the same columns, ``name`` first."""
    match kind:
        case "cells":
            specs = [*catalog.names(kind), *(spec for spec, _, _ in _variants())]
            return [_cell_row(spec) for spec in sorted(specs)]
        case "variants":
            return _variant_table()
        case "measures":
            return [
                {"name": name, "unit": leaf.unit, "question": leaf.question}
                for name, leaf in _leaves(kind)
            ]
        case "sections":
            leaves = sorted(_leaves(kind), key=lambda pair: pair[1].order)
            return [{"name": name, "question": leaf.question} for name, leaf in leaves]
        case "claims":
            return [
                {"name": name, "sentence": leaf.text["en"]}
                for name, leaf in _leaves(kind)
            ]
        case "tasks":
            return [_task_row(name, leaf) for name, leaf in _leaves(kind)]
        case "sweeps":
            return [
                {"name": name, "question": builtin.question(name)}
                for name in builtin.names()
            ]
    return [
        {
            "name": usage(kind, name),
            "what it is": catalog.metadata(kind, name)["summary"],
        }
        for name in catalog.names(kind)
    ]


def _leaves(kind: str) -> list[tuple[str, Any]]:
    return [(name, catalog.get(kind, name)) for name in catalog.names(kind)]


def details(kind: str, name: str) -> dict[str, Any]:
    """Return all that is known of one leaf, its docstring as ``text``."""
    if kind == "sweeps":
        return _sweep_details(name)
    if kind in ("cells", "variants"):
        return _cell_details(name)
    leaf: Any = catalog.get(kind, name)
    fields = {"name": catalog.resolve(kind, name)}
    if kind == "tasks":
        fields |= _task_row(fields["name"], leaf)
    for field in (
        "symbol",
        "unit",
        "question",
        "formula",
        "lipschitz",
        "dataset",
        "why",
        "reference",
    ):
        value = getattr(leaf, field, "")
        if isinstance(value, str | float) and value != "":
            fields[field] = str(value)
    built_in = catalog.external_source(kind, name) is None
    fields["from"] = "gradlab" if built_in else "your file"
    fields["text"] = inspect.getdoc(leaf) or ""
    if kind in OPTIONS:
        fields["use"] = f"use it   gradlab sweep {OPTIONS[kind]} {fields['name']}"
    elif kind == "remedies" and leaf.can_help:
        fields["use"] = f"use it   {leaf().code('model.lstm', length=180)}"
    return fields


def _task_row(name: str, leaf: Any) -> dict[str, str]:
    """Return a task's row; without words of its own, from its first example."""
    chance, rule = leaf.chance_formula, leaf.success_rule
    if not (chance and rule):
        example = (leaf.examples or (name,))[0]
        task = leaf.parse(example.partition(":")[2] or None)
        chance, rule = chance or f"{task.chance():.3g}", task.rule()
    summary = (inspect.getdoc(leaf) or "").partition("\n")[0]
    return {
        "name": usage("tasks", name),
        "what is learned": leaf.description or summary,
        "chance": chance,
        "learned when": rule,
    }


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
    if gate == "candidate" and "update_gate" in cell.gate_names:
        return "n"
    return LETTERS.get(gate, gate.removesuffix("_gate"))


def _forget_bias(cell: Any) -> str:
    """Return what ``--forget-bias b`` sets in a cell, with its sign."""
    if cell.keep_gate is None:
        return "none: skipped"
    gate, sign = cell.keep_gate
    name = _letter(cell, gate)
    role = "forget" if gate == "forget_gate" else "keep"
    return f"{role} gate {name}" if sign > 0 else f"-b on {name}, so b keeps"


def _input_bias(cell: Any) -> str:
    """Return what ``--input-bias b`` sets in a cell."""
    if cell.input_gate is None:
        return "none: skipped"
    return f"input gate {_letter(cell, cell.input_gate)}"


def _cell_details(spec: str) -> dict[str, Any]:
    from gradlab import cells

    spec = cells.canonical(spec)
    cell = cells.build(spec, 16, 16)
    weights = {name: tuple(value.shape) for name, value in cell.state_dict().items()}
    options = [option for option, name, _ in _variants() if name == cell.name]
    return {
        **_cell_row(spec),
        "--input-bias": _input_bias(cell.layer_cells[0]),
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
    if isinstance(default, float):
        return f"={default / 2 or 0.5:g}"
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


def usage(kind: str, name: str) -> str:
    """Return a name with what may follow its colon: ``gaussian[:SD]``, ``lag:P``."""
    argument = catalog.metadata(kind, name).get("argument")
    if not argument:
        return name
    if kind == "tasks":  # already as it is typed, with brackets
        optional = argument.startswith("[")
        return f"{name}[:{argument[1:]}" if optional else f"{name}:{argument}"
    if argument.startswith("FILE"):
        return f"{name}:FILE"
    words = argument.partition(",")[0].split()
    return f"{name}[:{''.join(word[0] for word in words).upper()}]"


def _sweep_details(name: str) -> dict[str, Any]:
    if name not in builtin.names():
        raise UnknownNameError.among("sweep", name, builtin.names())
    file = Path(builtin.__file__).with_name(f"{name}.toml")
    return {
        "name": name,
        "text": file.read_text(encoding="utf-8").rstrip(),
        "use": f"use it   gradlab sweep {name}",
    }
