"""The files beside a user's file that it imports."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import ModuleType

from gradlab.catalog.kinds import PACKAGE
from gradlab.regular_file import read_bytes


_folders: list[str] = []
"""Entries of ``sys.path`` that are there for the sake of loaded files."""
_imported: dict[str, ModuleType] = {}
"""Modules that loaded files imported from their own folders."""


def neighbours(path: Path, source: str) -> dict[str, str]:
    """Return the text of the files in the same folder that a file imports.

    Those that they import in turn are among them; a package counts with all its files.
    Found by reading, not by running.

    Returns:
        path relative to the folder -> text, sorted.
    """
    found: dict[str, str] = {}
    unread = [source]
    while unread:
        for name in _imported_names(unread.pop()):
            for file in _files_of(path.parent, name):
                key = file.relative_to(path.parent).as_posix()
                if file != path and key not in found:
                    found[key] = read_bytes(file).decode(errors="replace")
                    unread.append(found[key])
    return dict(sorted(found.items()))


@contextmanager
def folder_importable(folder: Path) -> Iterator[None]:
    """Let the block import files of ``folder``, as a script there could.

    The folder is searched after everything that can be imported anyway, so that no file
    in it takes the place of an installed module, and before the folders of files loaded
    earlier, whose modules of the same names are set aside. It stays in ``sys.path``
    for imports inside functions.
    """
    place = str(folder)
    if place in _folders or place not in sys.path:
        _enter(place)
    aside = {n: sys.modules.pop(n) for n in list(_imported) if n in sys.modules}
    before = set(sys.modules)
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            if _files_of(folder, name.partition(".")[0]):
                _imported[name] = sys.modules[name]
        for name, module in aside.items():
            sys.modules.setdefault(name, module)


def _enter(place: str) -> None:
    """Put a folder before those of earlier files at the end of ``sys.path``."""
    for entry in (place, *_folders):
        with suppress(ValueError):
            sys.path.remove(entry)
    _folders[:] = [place, *(entry for entry in _folders if entry != place)]
    sys.path.extend(_folders)


def _imported_names(source: str) -> set[str]:
    """Return the first parts of the modules that a text imports."""
    names: set[str] = set()
    with suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return names


def _files_of(folder: Path, name: str) -> list[Path]:
    """Return the Python files of a folder's module or package, none if it has none."""
    if name in sys.stdlib_module_names or folder / name == PACKAGE:
        return []
    module, package = folder / f"{name}.py", folder / name
    if (package / "__init__.py").is_file():
        return sorted(package.rglob("*.py"))
    return [module] if module.is_file() else []
