"""Files given by the user: run a file and register the leaves it defines."""

import hashlib
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from gradlab import arguments, regular_file
from gradlab.catalog import registry
from gradlab.catalog.kinds import KINDS, PACKAGE, files, folder, leaves_of, singular
from gradlab.catalog.neighbours import folder_importable, neighbours
from gradlab.catalog.registry import External
from gradlab.errors import ConfigError, GradlabError, InputError


def load_file(path: str | Path) -> list[tuple[str, str]]:
    """Run a Python file and register every leaf it defines.

    It may import the files beside it, as a script there could. Loading the same file
    again replaces its leaves. A file of a built-in leaf is imported under its own name
    instead, and nothing is registered.

    Returns:
        (kind, name) of each leaf, in the order of definition.

    Raises:
        InputError: if the file cannot be read or run, or defines no leaf.
        ConfigError: if a leaf takes a name that is already in use, or that no option
            could be given.

    >>> from gradlab import activations
    >>> load_file(Path(activations.__file__).with_name("tanh.py"))
    [('activations', 'tanh')]
    """
    path = _resolved(arguments.path("path", path, try_="mycell.py"))
    built_in = _built_in(path)
    if built_in is not None:
        with _errors_located(path):
            registry.get(*built_in)
        return [built_in]
    source = _read(path)
    with folder_importable(path.parent):
        found = leaves_of(_run(path, source))
    if not found:
        raise InputError(
            got=f"{path.name}, which defines no leaf",
            expected="a class derived from Cell, Activation, Initializer, Input, Loss, "
            "Task, Measure, Remedy, Law, Section or Claim",
            try_="from gradlab.cells.base import Cell",
        )
    text = "".join([source, *neighbours(path, source).values()])
    for (kind, name), leaf in found.items():
        _refuse_name(kind, name, path)
        _refuse_taken(kind, name, path)
        registry.EXTERNAL[kind, name] = External(leaf, path, text)
    return list(found)


def unload(path: str | Path) -> None:
    """Unregister the leaves of a file given to :func:`load_file`."""
    path = Path(path).resolve()
    for key in [key for key, leaf in registry.EXTERNAL.items() if leaf.path == path]:
        del registry.EXTERNAL[key]


@contextmanager
def unloading() -> Iterator[None]:
    """Unregister at the end of the block what it loads; what was there comes back."""
    before = dict(registry.EXTERNAL)
    try:
        yield
    finally:
        registry.EXTERNAL.clear()
        registry.EXTERNAL.update(before)


def _resolved(path: str | Path) -> Path:
    """Return an absolute path; its text becomes part of what is stored.

    Raises:
        InputError: a path that no file or no UTF-8 text can have.
    """
    try:
        str(path).encode()
        return Path(path).resolve()
    except ValueError as error:
        raise InputError(
            got=f"a file {str(path)!r}",
            expected="a path of UTF-8 text",
            try_="another name for the file",
        ) from error


def _built_in(path: Path) -> tuple[str, str] | None:
    """Return (kind, name) where a path is the file of a built-in leaf.

    So is its copy in another checkout.

    Raises:
        InputError: it is the file of another checkout with other contents.
    """
    for kind in KINDS:
        ours = folder(kind).resolve() / path.name
        if path.stem not in files(kind) or not _is_in_package(path, kind):
            continue
        if path != ours and _read(path) != _read(ours):
            raise InputError(
                got=f"{path}, which is not the {path.name} of the gradlab that runs",
                expected=f"{ours}, or a file with a name of its own",
                try_=f"pip install -e {path.parents[len(_in_package(kind))]}",
            )
        return kind, path.stem
    return None


def _is_in_package(path: Path, kind: str) -> bool:
    """Return whether a file lies in the folder of a kind, in whichever checkout."""
    inside = _in_package(kind)
    return path.parent.parts[-len(inside) :] == inside


def _in_package(kind: str) -> tuple[str, ...]:
    """Return the folder of a kind from the package on, ``("gradlab", "cells")``."""
    return folder(kind).relative_to(PACKAGE.parent).parts


def _read(path: Path) -> str:
    try:
        return regular_file.read_text(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise InputError(
            got=f"{path.name}, which cannot be read ({reason})",
            expected="a Python file",
            try_="--load FILE.py",
        ) from error


def _run(path: Path, source: str) -> ModuleType:
    """Run a file as a module whose name no other file's module has."""
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    name = f"gradlab_loaded_{re.sub(r'[^0-9A-Za-z_]', '_', path.stem)}_{digest}"
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module
    with _errors_located(path):
        exec(compile(source, str(path), "exec"), module.__dict__)
    return module


@contextmanager
def _errors_located(path: Path) -> Iterator[None]:
    """Raise InputError with the file's line for whatever running it raises."""
    try:
        yield
    except GradlabError:
        raise
    except (Exception, SystemExit) as error:
        line = _line_in(path, error)
        raise InputError(
            got=f"{path.name}, line {line}: {type(error).__name__}: {error}",
            expected="a Python file that runs",
            try_=_advice(path, error),
        ) from error


def _advice(path: Path, error: BaseException) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        missing = error.name.partition(".")[0]
        return f"{missing}.py in {path.parent}, or installing {missing}"
    return f"python {path.name}"


def _line_in(path: Path, error: BaseException) -> str:
    """Return the last line of ``path`` that the error passed through."""
    if isinstance(error, SyntaxError) and error.lineno:
        return str(error.lineno)
    trace = traceback.extract_tb(error.__traceback__)
    lines = [str(frame.lineno) for frame in trace if frame.filename == str(path)]
    return lines[-1] if lines else "?"


_NAME = re.compile(r"\w[\w-]{0,59}")


def _refuse_name(kind: str, name: object, path: Path) -> None:
    if isinstance(name, str) and _NAME.fullmatch(name):
        return
    raise ConfigError(
        got=f"{singular(kind)} {name!r} in {path.name}",
        expected="a name of letters, digits, _ and -",
        try_=f'name = "my_{singular(kind)}"',
    )


def _refuse_taken(kind: str, name: str, path: Path) -> None:
    other = registry.EXTERNAL.get((kind, name))
    if name in files(kind) or (other is not None and other.path != path):
        raise ConfigError(
            got=f"{singular(kind)} {name!r} in {path.name}, a name already in use",
            expected=f"a name other than {', '.join(registry.names(kind))}",
            try_=f'name = "my_{name}"',
        )
