"""Which leaves there are: names from file stems, classes on demand.

A leaf (a cell, an activation, a measure ...) is one file in its room's folder; its
name is the file's stem, so listing imports nothing. A user's file outside the package
joins with :func:`load_file`, an installed package with an entry point of the group
``gradlab`` named ``ROOM.NAME`` (``cells.mine = "package.module:Mine"``).
"""

import ast
import hashlib
import importlib
import importlib.util
import inspect
import re
import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Any

from gradlab.errors import ConfigError, InputError, UnknownNameError


_BASES = {
    "cells": ("gradlab.cells", "Cell"),
    "activations": ("gradlab.activations", "Activation"),
    "initializers": ("gradlab.initializers", "Initializer"),
    "inputs": ("gradlab.inputs", "Input"),
    "losses": ("gradlab.losses", "Loss"),
    "measures": ("gradlab.measures", "Measure"),
    "sections": ("gradlab.report.sections", "Section"),
}
ROOMS = tuple(_BASES)
ALIASES = {"activations": {"identity": "linear"}}
_ROOT = Path(__file__).parent


@dataclass(frozen=True)
class Loaded:
    """A leaf from outside the package: its class, where it stands and its source."""

    leaf: type
    path: Path | None
    source: str


_loaded: dict[tuple[str, str], Loaded] = {}


def names(room: str) -> tuple[str, ...]:
    """Return the names of all leaves of a room, sorted; imports none of them."""
    known = set(_stems(room)) | set(_plugins(room))
    known |= {name for where, name in _loaded if where == room}
    return tuple(sorted(known))


def get(room: str, name: str) -> type:
    """Return the class of a leaf, importing its file if need be.

    Raises:
        UnknownNameError: naming the nearest leaf of that room.
    """
    name = resolve(room, name)
    if (room, name) in _loaded:
        return _loaded[room, name].leaf
    if name in _stems(room):
        return _own_leaf(room, name)
    return _plugin_leaf(room, name).leaf


def resolve(room: str, name: str) -> str:
    """Return the one name a leaf goes by (aliases resolved), or raise."""
    name = ALIASES.get(room, {}).get(name, name)
    if name not in names(room):
        raise UnknownNameError.among(_singular(room), name, names(room))
    return name


def origin(room: str, name: str) -> str | None:
    """Return the source text of a leaf from outside the package, None for ours."""
    name = resolve(room, name)
    if (room, name) in _loaded:
        return _loaded[room, name].source
    return None if name in _stems(room) else _plugin_leaf(room, name).source


def fingerprint(room: str, name: str) -> str:
    """Return what a stored result of a leaf stays valid for, without importing torch.

    The ``version`` of a leaf of ours; for one from outside the package also the
    SHA-256 of its file (of that file alone, not of what it imports). Settings are not
    in it: they are the fields of the leaf's instance.
    """
    version = str(literal(room, name, "version", 1))
    text = origin(room, name)
    if text is None:
        return version
    return f"{version} {hashlib.sha256(text.encode()).hexdigest()}"


def load_file(path: str | Path) -> list[tuple[str, str]]:
    """Execute a Python file and register every leaf it defines.

    Loading the same file again replaces its leaves. Returns (room, name) pairs in the
    order of definition.

    Raises:
        InputError: if the file cannot be read or run, or defines no leaf.
        ConfigError: if a leaf takes a name that is already in use.
    """
    path = Path(path).resolve()
    source = _read(path)
    module = _execute(path, source)
    found = _leaves(module)
    if not found:
        raise InputError(
            got=f"{path.name}, which defines no leaf",
            expected="a class derived from Cell, Activation, Initializer, Input, Loss, "
            "Measure or Section",
            try_="from gradlab.cells.base import Cell",
        )
    for (room, name), leaf in found.items():
        _refuse_taken(room, name, path)
        _loaded[room, name] = Loaded(leaf, path, source)
    return list(found)


def unload(path: str | Path) -> None:
    """Forget the leaves of a file that :func:`load_file` took in."""
    gone = Path(path).resolve()
    for key in [key for key, loaded in _loaded.items() if loaded.path == gone]:
        del _loaded[key]


def summary(room: str, name: str) -> str:
    """Return the first line of a leaf's docstring without importing it."""
    node = _class_node(room, resolve(room, name))
    text = ast.get_docstring(node) if node else None
    return text.splitlines()[0] if text else ""


def literal(room: str, name: str, attribute: str, default: Any = None) -> Any:
    """Return a literal class attribute of a leaf as written, without importing it.

    Looks at the leaf's own class body only (a loaded leaf's class is there already and
    is asked itself); ``default`` where it is not there or not a literal. A sweep's
    parent process reads options and axes this way, because importing torch costs it
    two seconds.
    """
    name = resolve(room, name)
    if (room, name) in _loaded:
        return getattr(_loaded[room, name].leaf, attribute, default)
    node = _class_node(room, name)
    for statement in node.body if node else ():
        targets, value = _assignment(statement)
        if value is not None and attribute in targets:
            try:
                return ast.literal_eval(value)
            except ValueError:
                return default
    return default


def source(room: str, name: str) -> str:
    """Return the source text of a leaf's file, ours or not."""
    name = resolve(room, name)
    if name in _stems(room) and (room, name) not in _loaded:
        return _stems(room)[name].read_text(encoding="utf-8")
    return origin(room, name) or ""


def snake_case(name: str) -> str:
    """Return a class name as a leaf's name.

    >>> snake_case("GlorotUniform"), snake_case("LSTM"), snake_case("HTTPCell2")
    ('glorot_uniform', 'lstm', 'http_cell2')
    """
    parts = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", parts).lower()


def _singular(room: str) -> str:
    return room.removesuffix("s") if room != "losses" else "loss"


def _folder(room: str) -> Path:
    if room not in _BASES:
        raise UnknownNameError.among("room", room, ROOMS)
    return _ROOT.joinpath(*_BASES[room][0].split(".")[1:])


def _stems(room: str) -> dict[str, Path]:
    folder = _folder(room)
    return _listing(folder, folder.stat().st_mtime_ns)


@cache
def _listing(folder: Path, changed: int) -> dict[str, Path]:
    """Return the leaves' files of a folder, listed anew when it changed."""
    return {
        path.stem: path
        for path in sorted(folder.glob("*.py"))
        if path.stem != "base" and not path.stem.startswith("_")
    }


def _own_leaf(room: str, name: str) -> type:
    module = importlib.import_module(f"{_BASES[room][0]}.{name}")
    for (where, found), leaf in _leaves(module).items():
        if (where, found) == (room, name):
            return leaf
    raise ConfigError(
        got=f"{_BASES[room][0].replace('.', '/')}/{name}.py without a leaf {name!r}",
        expected=f"a {_BASES[room][1]} whose name is {name!r}, as the file's",
        try_=f'name = "{name}"',
    )


def _leaves(module: ModuleType) -> dict[tuple[str, str], type]:
    """Find the public, concrete leaves a module itself defines; name the nameless."""
    found = {}
    for key, value in vars(module).items():
        if not inspect.isclass(value) or value.__module__ != module.__name__:
            continue
        room = _room_of(value)
        if room is None or key.startswith("_") or inspect.isabstract(value):
            continue
        found[room, _named(value)] = value
    return found


def _named(leaf: type, name: str = "") -> str:
    """Return a leaf's name, giving it one where its class body does not."""
    if "name" not in vars(leaf):
        setattr(leaf, "name", name or snake_case(leaf.__name__))  # noqa: B010
    return vars(leaf)["name"]


def _room_of(leaf: type) -> str | None:
    """Return the room whose base ``leaf`` derives from (its base is imported then)."""
    for room, (package, base) in _BASES.items():
        module = sys.modules.get(f"{package}.base")
        if module is not None and issubclass(leaf, getattr(module, base)):
            return room
    return None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(
            got=f"{path.name}, which cannot be read ({reason})",
            expected="a Python file",
            try_="--load FILE.py",
        ) from error


def _execute(path: Path, source: str) -> ModuleType:
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    name = f"gradlab_loaded_{re.sub(r'[^0-9A-Za-z_]', '_', path.stem)}_{digest}"
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        line = _line_in(path, error)
        raise InputError(
            got=f"{path.name}, line {line}: {type(error).__name__}: {error}",
            expected="a Python file that runs",
            try_=f"python {path.name}",
        ) from error
    return module


def _line_in(path: Path, error: BaseException) -> int | str:
    """Return the last line of ``path`` that the error passed through."""
    if isinstance(error, SyntaxError) and error.lineno:
        return error.lineno
    line: int | str = "?"
    trace = error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _refuse_taken(room: str, name: str, path: Path) -> None:
    other = _loaded.get((room, name))
    if name in _stems(room) or (other is not None and other.path != path):
        raise ConfigError(
            got=f"{_singular(room)} {name!r} in {path.name}, a name already in use",
            expected=f"a name other than {', '.join(names(room))}",
            try_=f'name = "my_{name}"',
        )


@cache
def _entry_points() -> tuple[EntryPoint, ...]:
    return tuple(entry_points(group="gradlab"))


def _plugins(room: str) -> dict[str, EntryPoint]:
    prefix = f"{room}."
    return {
        point.name.removeprefix(prefix): point
        for point in _entry_points()
        if point.name.startswith(prefix)
    }


def _plugin_leaf(room: str, name: str) -> Loaded:
    leaf = _plugins(room)[name].load()
    _named(leaf, name)
    loaded = Loaded(leaf, None, inspect.getsource(sys.modules[leaf.__module__]))
    _loaded[room, name] = loaded
    return loaded


def _class_node(room: str, name: str) -> ast.ClassDef | None:
    """Return the class statement of a leaf, by its written or implied name."""
    for node in _statements(source(room, name)):
        if isinstance(node, ast.ClassDef) and _written_name(node) == name:
            return node
    return None


@cache
def _statements(text: str) -> list[ast.stmt]:
    return ast.parse(text).body


def _written_name(node: ast.ClassDef) -> str:
    for statement in node.body:
        targets, value = _assignment(statement)
        if "name" in targets and isinstance(value, ast.Constant):
            return str(value.value)
    return snake_case(node.name)


def _assignment(statement: ast.stmt) -> tuple[set[str], ast.expr | None]:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return {statement.target.id}, statement.value
    if isinstance(statement, ast.Assign):
        named = [t.id for t in statement.targets if isinstance(t, ast.Name)]
        return set(named), statement.value
    return set(), None
