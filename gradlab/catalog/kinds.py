"""The kinds of leaves (plug-in classes): base classes, folders, how one is named."""

import inspect
import re
import sys
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from gradlab.errors import UnknownNameError


BASES = {
    "cells": ("gradlab.cells", "Cell"),
    "activations": ("gradlab.activations", "Activation"),
    "initializers": ("gradlab.initializers", "Initializer"),
    "inputs": ("gradlab.inputs", "Input"),
    "losses": ("gradlab.losses", "Loss"),
    "tasks": ("gradlab.tasks", "Task"),
    "measures": ("gradlab.measures", "Measure"),
    "remedies": ("gradlab.remedies", "Remedy"),
    "laws": ("gradlab.laws", "Law"),
    "sections": ("gradlab.report.sections", "Section"),
    "claims": ("gradlab.report.claims", "Claim"),
}
"""Kind -> the package of its leaves, and the base class in its ``base.py``."""

KINDS = tuple(BASES)
ALIASES = {"activations": {"identity": "linear"}}
PACKAGE = Path(__file__).parents[1]


def singular(kind: str) -> str:
    """Return the word for one leaf of a kind.

    >>> singular("cells"), singular("losses"), singular("remedies")
    ('cell', 'loss', 'remedy')
    """
    irregular = {"losses": "loss", "remedies": "remedy"}
    return irregular.get(kind, kind.removesuffix("s"))


def folder(kind: str) -> Path:
    """Return the folder of a kind.

    Raises:
        UnknownNameError: for a kind that does not exist.
    """
    if kind not in BASES:
        raise UnknownNameError.among("kind", kind, KINDS)
    return PACKAGE.joinpath(*BASES[kind][0].split(".")[1:])


@cache
def files(kind: str) -> dict[str, Path]:
    """Return the files of the built-in leaves of a kind by name."""
    return {
        path.stem: path
        for path in sorted(folder(kind).glob("*.py"))
        if path.stem != "base" and not path.stem.startswith("_")
    }


def leaves_of(module: ModuleType) -> dict[tuple[str, str], type]:
    """Return the public, concrete leaves that a module defines, by (kind, name)."""
    found = {}
    for key, value in vars(module).items():
        if not inspect.isclass(value) or value.__module__ != module.__name__:
            continue
        kind = _kind_of(value)
        if kind is None or key.startswith("_") or inspect.isabstract(value):
            continue
        found[kind, ensure_name(value)] = value
    return found


def ensure_name(leaf: Any, default: str = "") -> str:
    """Return a leaf's name; set it where its class body does not."""
    if "name" not in vars(leaf):
        leaf.name = default or snake_case(leaf.__name__)
    return vars(leaf)["name"]


def snake_case(name: str) -> str:
    """Return a class name as a leaf's name.

    >>> snake_case("GlorotUniform"), snake_case("LSTM"), snake_case("HTTPCell2")
    ('glorot_uniform', 'lstm', 'http_cell2')
    """
    parts = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", parts).lower()


def base_of(kind: str) -> type | None:
    """Return the base class of a kind where its module is imported already."""
    package, base = BASES[kind]
    module = sys.modules.get(f"{package}.base")
    return getattr(module, base, None)


def _kind_of(leaf: type) -> str | None:
    # Only imported bases matter: a leaf's base is imported before the leaf.
    for kind in KINDS:
        base = base_of(kind)
        if base is not None and issubclass(leaf, base):
            return kind
    return None
