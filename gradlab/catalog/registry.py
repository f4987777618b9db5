"""Which leaves exist, built in and external, and the class of each.

A leaf is one plug-in class (a cell, an activation, a measure ...) in a file of its own.
"""

import importlib
import inspect
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from gradlab import arguments
from gradlab.catalog.kinds import (
    ALIASES,
    BASES,
    ensure_name,
    files,
    leaves_of,
    singular,
)
from gradlab.errors import ConfigError, UnknownNameError


@dataclass(frozen=True)
class External:
    """A leaf from outside the package: its class, its file and the text of that.

    The text goes on with those of the files beside it that it imports.
    """

    leaf: type
    path: Path | None
    source_text: str


EXTERNAL: dict[tuple[str, str], External] = {}
"""(kind, name) -> every external leaf that was loaded in this process."""


def names(kind: str) -> tuple[str, ...]:
    """Return the names of all leaves of a kind, sorted; imports none of them.

    >>> names("losses")
    ('every', 'last')
    """
    arguments.text("kind", kind, try_='gradlab.names("cells")')
    known = set(files(kind)) | set(_plugins(kind))
    known |= {name for of, name in EXTERNAL if of == kind}
    return tuple(sorted(known))


def get(kind: str, name: str) -> type:
    """Return the class of a leaf; imports its file if need be.

    Raises:
        UnknownNameError: with the closest spelling among that kind.
    """
    name = resolve(kind, name)
    if (kind, name) in EXTERNAL:
        return EXTERNAL[kind, name].leaf
    return _built_in(kind, name) if name in files(kind) else _plugin(kind, name).leaf


def resolve(kind: str, name: str) -> str:
    """Return the canonical name of a leaf, aliases resolved.

    Raises:
        UnknownNameError: with the closest spelling among that kind.
    """
    name = ALIASES.get(kind, {}).get(name, name)
    if name not in names(kind):
        raise UnknownNameError.among(singular(kind), name, names(kind))
    return name


def external_source(kind: str, name: str) -> str | None:
    """Return the source text of an external leaf's file, None for a built-in leaf."""
    name = resolve(kind, name)
    if (kind, name) in EXTERNAL:
        return EXTERNAL[kind, name].source_text
    return None if name in files(kind) else _plugin(kind, name).source_text


def _built_in(kind: str, name: str) -> type:
    package, base = BASES[kind]
    leaf = leaves_of(importlib.import_module(f"{package}.{name}")).get((kind, name))
    if leaf is None:
        raise ConfigError(
            got=f"{package.replace('.', '/')}/{name}.py without a leaf {name!r}",
            expected=f"one {base} whose name is {name!r}, as the file's",
            try_=f'name = "{name}"',
        )
    return leaf


@cache
def _entry_points() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group="gradlab"))


def _plugins(kind: str) -> dict[str, EntryPoint]:
    prefix = f"{kind}."
    return {
        point.name.removeprefix(prefix): point
        for point in _entry_points()
        if point.name.startswith(prefix)
    }


def _plugin(kind: str, name: str) -> External:
    leaf = _plugins(kind)[name].load()
    ensure_name(leaf, name)
    source = inspect.getsource(sys.modules[leaf.__module__])
    return EXTERNAL.setdefault((kind, name), External(leaf, None, source))
