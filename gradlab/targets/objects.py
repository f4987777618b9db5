"""Objects named as ``pkg.mod:name`` or ``file.py:name``, as uvicorn and gunicorn do."""

import ast
import hashlib
import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from gradlab import arguments, regular_file
from gradlab.errors import ConfigError, InputError, UnknownNameError, nearest


_SHOWN = 8


def load_object(
    option: str, spelled: str, app_dir: str | Path = ".", *, example: str
) -> Any:
    """Import a module or run a file, and return what it calls by a name.

    A file is imported as a script would be: its folder is searched first for what it
    imports, or, where it lies in a package, the folder of the package. A module that is
    loaded already is not run again.

    Args:
        option: of the command line, for messages.
        spelled: ``pkg.mod:name`` or ``file.py:name``; the name may have dots.
        app_dir: folder in which modules are found, before all others. It stays in
            ``sys.path``, for imports inside functions.
        example: a name that would do, for messages.

    Raises:
        ConfigError: ``spelled`` has another form, or ``app_dir`` is no folder.
        InputError: the file cannot be read, or ends the program.
        UnknownNameError: there is no such module, or nothing of that name in it.
    """
    one = _split(option, spelled, example)
    if not Path(arguments.path("app_dir", app_dir, try_="src")).is_dir():
        raise ConfigError(
            got=f"--app-dir {app_dir}, which is no folder",
            expected="the folder that Python is to import from",
            try_="--app-dir .",
        )
    _search_first(Path(app_dir).resolve())
    importlib.invalidate_caches()  # a file may be newer than the listing of its folder
    with exit_refused(str(one)):
        module = _file(one) if one.is_path else _module(one, one.place)
        return _named(module, one)


def call(option: str, spelled: str, factory: Callable[[], Any], gives: str) -> Any:
    """Return what a class or function gives when called without arguments.

    Args:
        option: of the command line, for messages.
        spelled: how ``factory`` was named.
        factory: called with the exceptions of its own.
        gives: what it should give, for messages.

    Raises:
        ConfigError: it needs arguments.
        InputError: it ends the program.
    """
    needed = required(factory)
    if needed:
        name = getattr(factory, "__name__", "it")
        place = spelled.rpartition(":")[0]
        values = ", ".join(f"{argument}=..." for argument in needed)
        raise ConfigError(
            got=f"{option} {spelled}, which needs {', '.join(needed)}",
            expected=f"{gives}, or what gives one when called without arguments",
            try_=f"{place}:make, with def make(): return {name}({values})",
        )
    with exit_refused(f"{option} {spelled}"):
        return factory()


def required(function: Callable[..., Any]) -> list[str]:
    """Return the names of the arguments that a call needs, none where unknown."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # written in C
        return []
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        p.name for p in parameters if p.default is p.empty and p.kind not in several
    ]


def signature_text(signature: inspect.Signature) -> str:
    """Return a signature without its annotations, which can be long."""
    empty = inspect.Parameter.empty
    bare = [p.replace(annotation=empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=bare, return_annotation=empty))


@contextmanager
def exit_refused(named: str) -> Iterator[None]:
    """Raise InputError where the block ends the program, as scripts do."""
    try:
        yield
    except SystemExit as error:
        raise InputError(
            got=f"{named}, which ends the program (SystemExit: {error})",
            expected="code that can be imported",
            try_='putting what only a script does under if __name__ == "__main__":',
        ) from error


@dataclass(frozen=True)
class _Spelling:
    """The parts of ``place:name``, and the option it was given for."""

    option: str
    place: str
    name: str

    def __str__(self) -> str:
        return f"{self.option} {self.place}:{self.name}"

    @property
    def is_path(self) -> bool:
        return self.place.endswith(".py") or "/" in self.place or "\\" in self.place


def _split(option: str, spelled: str, example: str) -> _Spelling:
    place, colon, name = arguments.text(
        option, spelled, try_=f"mymodel.py:{example}"
    ).rpartition(":")
    if not colon or not place or not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", name):
        raise ConfigError(
            got=f"{option} {spelled!r}",
            expected="MODULE:NAME or FILE.py:NAME",
            try_=_corrected(option, spelled, example),
        )
    return _Spelling(option, place, name)


def _corrected(option: str, spelled: str, example: str) -> str:
    """Return the nearest form that could be meant."""
    called = re.fullmatch(r"(.+:[\w.]+)\(.*\)", spelled)
    if called:  # gunicorn takes calls
        return f"{called[1]}, which is called without arguments"
    place = spelled.partition(":")[0]
    if Path(place).suffix in (".pt", ".pth", ".ckpt", ".bin", ".safetensors"):
        return f"mymodel.py:{example} --checkpoint {place}"
    return f"{place or 'mymodel.py'}:{_defined(option, place, example)}"


def _defined(option: str, place: str, example: str) -> str:
    """Return a name that a Python file defines, which is not run.

    ``example`` where it does or none can be read, else a class for TARGET, a function
    for other options, where there is one.
    """
    if not place.endswith(".py"):
        return example
    try:
        body = ast.parse(regular_file.read_bytes(Path(place))).body
    except (OSError, ValueError, SyntaxError, RecursionError, MemoryError):
        return example
    kinds = (ast.ClassDef, ast.FunctionDef)
    public = [
        one for one in body if isinstance(one, kinds) and not one.name.startswith("_")
    ]
    usual = ast.ClassDef if option == "TARGET" else ast.FunctionDef
    public.sort(key=lambda one: (one.name != example, not isinstance(one, usual)))
    return public[0].name if public else example


def _search_first(folder: Path) -> None:
    if str(folder) not in sys.path[:1]:
        sys.path.insert(0, str(folder))


def _file(one: _Spelling) -> ModuleType:
    """Return the module of a Python file."""
    path = Path(one.place)
    try:
        regular_file.check(path)
    except OSError as error:
        raise InputError(
            got=f"{one}, a file that cannot be read ({error.strerror})",
            expected="a Python file",
            try_=_nearest_file(one) or "a path from the current folder on",
        ) from error
    if path.suffix != ".py":
        raise InputError(
            got=f"{one}, which is no Python file",
            expected="a file whose name ends in .py",
            try_="FILE.py:NAME",
        )
    path = path.resolve()
    folder, parts = path.parent, [] if path.stem == "__init__" else [path.stem]
    while folder.name and (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    _search_first(folder)
    return _imported(folder, parts, path) or _alone(path)


def _nearest_file(one: _Spelling) -> str | None:
    path = Path(one.place)
    if not path.parent.is_dir():
        return None
    others = [f.name for f in path.parent.glob("*.py") if f.is_file()]
    found = nearest(path.name, others)
    return f"{path.with_name(found)}:{one.name}" if found else None


def _imported(folder: Path, parts: list[str], path: Path) -> ModuleType | None:
    """Return the module of a file, imported by its name, its packages before it.

    Return None where a name is that of another module, or could be of none.
    """
    module = None
    packages = [
        folder.joinpath(*parts[:n], "__init__.py") for n in range(1, len(parts))
    ]
    for end, file in enumerate([*packages, path], 1):
        name = ".".join(parts[:end])
        if "." in parts[end - 1] or not _leads_to(name, file):
            return None
        module = importlib.import_module(name)
    return module


def _leads_to(name: str, file: Path) -> bool:
    try:
        spec = find_spec(name)
    except ValueError:  # __main__, and modules made by hand
        return False
    return spec is not None and spec.origin == str(file)


def _alone(path: Path) -> ModuleType:
    """Return the module of a file under a name that no other module has."""
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:8]
    name = f"{re.sub(r'[^0-9A-Za-z_]', '_', path.stem)}_{digest}"
    if name in sys.modules:
        return sys.modules[name]
    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # it ends in .py
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _module(one: _Spelling, dotted: str) -> ModuleType:
    """Import a module, package by package.

    An ImportError of the module's own passes: only one that is not there is refused.
    """
    parts = dotted.split(".")
    for end in range(1, len(parts) + 1):
        name = ".".join(parts[:end])
        if sys.modules.get(name) is None and not _exists(name):
            raise _unknown_module(one, name)
        importlib.import_module(name)
    return sys.modules[dotted]


def _exists(name: str) -> bool:
    package, _, last = name.rpartition(".")
    if not last or (package and not hasattr(sys.modules[package], "__path__")):
        return False
    return find_spec(name) is not None


def _unknown_module(one: _Spelling, name: str) -> UnknownNameError:
    package, _, last = name.rpartition(".")
    folders = getattr(sys.modules[package], "__path__", ()) if package else sys.path[:1]
    names = [module.name for module in pkgutil.iter_modules(folders)]
    near = nearest(last, names)
    whole = f"{package}.{near}" if package else near
    where = package or Path(sys.path[0]).name or sys.path[0]
    return UnknownNameError(
        got=f"{one}: there is no module {name!r}",
        expected=f"a module that Python can import{_of(names, where)}",
        try_=f"{whole}:{one.name}" if near else "--app-dir FOLDER",
    )


def _named(module: ModuleType, one: _Spelling) -> Any:
    found: Any = module
    parts = one.name.split(".")
    for depth, part in enumerate(parts):
        try:
            found = getattr(found, part)
        except AttributeError as error:
            if error.obj is not found or error.name != part:
                raise  # of code that the attribute runs
            before = ".".join(parts[:depth])
            names = _offered(found)
            near = ".".join([*parts[:depth], nearest(part, names) or "NAME"])
            raise UnknownNameError(
                got=f"{one}: {before or one.place} has no {part!r}",
                expected=f"a name that is there{_of(names, before or one.place)}",
                try_=f"{one.place}:{near}",
            ) from error
    return found


def _offered(found: Any) -> list[str]:
    """Return the public names of a module or object, its imported modules left out."""
    held = vars(found) if isinstance(found, ModuleType) else {}
    return [
        name
        for name in dir(found)
        if not name.startswith("_") and not isinstance(held.get(name), ModuleType)
    ]


def _of(names: Iterable[str], where: str) -> str:
    some = sorted(names)
    if not some:
        return ""
    more = f" and {len(some) - _SHOWN} more" if len(some) > _SHOWN else ""
    return f"; {where} has {', '.join(some[:_SHOWN])}{more}"
