"""Imports go one way: down from floor to floor, and in no circle within a room.

An import counts wherever it stands: at the top of a file, in a function, or under
TYPE_CHECKING.
"""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import gradlab


ROOT = Path(gradlab.__file__).parent

FLOORS = (
    {
        "arguments",
        "axes",
        "canonical_json",
        "catalog",
        "errors",
        "labelled",
        "numerics",
        "outputs",
        "regular_file",
        "requirement",
        "seeding",
        "shell_text",
    },
    {"activations", "laws", "store", "statistics"},
    {"cells", "inputs", "losses"},
    {"trajectory", "initializers", "tasks"},
    {"jacobians", "bptt", "training"},
    {"exponents", "modules", "paths", "precision", "remedies", "spectra", "targets"},
    {"measures"},
    {"check", "diagnosis", "watching"},
    {"config"},
    {"sweeps"},
    {"engines", "progress"},
    {"runs"},
    {"reproductions"},
    {"report"},
    {"api", "remedy", "reproduced", "watched"},
    {"__init__", "callbacks", "cli"},
    {"__main__"},
)
"""From the ground up. Rooms on one floor do not import each other."""

NO_TORCH = {
    *("arguments", "axes", "canonical_json", "catalog", "errors", "labelled"),
    *("outputs", "regular_file", "requirement", "seeding", "shell_text"),
    *("config", "laws", "statistics", "store", "sweeps", "tasks"),
    *("progress", "report", "reproductions", "cli"),
}

CIRCLES: tuple[set[str], ...] = ()
"""Modules that import each other. To be mended and struck off, never added to."""


def floor_of(room: str) -> int:
    for height, rooms in enumerate(FLOORS):
        if room in rooms:
            return height
    raise AssertionError(f"gradlab/{room} stands on no floor: give it one above")


def room_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[str]:
    """Yield the dotted names a file imports, of a ``from`` import the full ones."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "a relative import: write it out"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def wrong_imports(file: Path) -> Iterator[str]:
    """Yield a complaint for each import of a file that climbs or crosses its floor."""
    room, where = room_of(file), file.relative_to(ROOT.parent)
    for name in imports(file):
        if name.split(".")[0] == "torch" and room in NO_TORCH:
            yield f"{where} imports torch; {room} does without"
        if not name.startswith("gradlab."):
            continue
        other = name.split(".")[1]
        if other == room or not _is_room(other):
            continue
        here, there = floor_of(room), floor_of(other)
        if there > here:
            yield f"{where} imports {name}, and {other} stands above {room}"
        elif there == here and here:
            yield f"{where} imports {name}, and {other} is on the floor of {room}"


def _is_room(name: str) -> bool:
    """Return whether a name of the package is a module, not a class it offers."""
    return (ROOT / name).is_dir() or (ROOT / f"{name}.py").exists()


def circles() -> list[set[str]]:
    """Return the sets of modules that reach each other by imports."""
    files = {_module(file): file for file in ROOT.rglob("*.py")}
    graph = {name: _imported(file, set(files)) for name, file in files.items()}
    found = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            start = error.args[1][0]
            reached = _reached(graph, start)
            circle = {name for name in reached if start in _reached(graph, name)}
            found.append(circle)
            graph = {name: graph[name] - circle for name in graph.keys() - circle}
        else:
            return found


def _module(file: Path) -> str:
    """Return ``cells.base`` for gradlab/cells/base.py, ``cells`` for its folder."""
    name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def _imported(file: Path, modules: set[str]) -> set[str]:
    """Return the modules of the package that a file imports."""
    found = set()
    for name in imports(file):
        package, _, inner = name.partition(".")
        if package == "gradlab":
            parent = inner.rpartition(".")[0]
            found.add(next((m for m in (inner, parent) if m in modules), "__init__"))
    return found - {_module(file)}


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    """Return every module that imports lead to from ``start``."""
    reached: set[str] = set()
    front = {start}
    while front:
        front = set().union(*(graph[name] for name in front)) - reached
        reached |= front
    return reached


def test_imports_go_down():
    files = sorted(ROOT.rglob("*.py"))
    found = [what for file in files for what in wrong_imports(file)]
    assert not found, found[0]


def test_every_room_has_its_floor():
    for entry in sorted(ROOT.iterdir()):
        if entry.suffix == ".py" or (entry / "__init__.py").exists():
            floor_of(entry.stem)


def test_no_modules_import_each_other():
    found = circles()
    new = [sorted(circle) for circle in found if circle not in CIRCLES]
    gone = [sorted(circle) for circle in CIRCLES if circle not in found]
    assert not new, f"modules that import each other in a circle: {new[0]}"
    assert not gone, f"no circle any more, strike it off CIRCLES: {gone[0]}"


@pytest.mark.parametrize(
    ("room", "line", "complaint"),
    [
        ("store", "from gradlab import report", "report stands above store"),
        ("cells", "import gradlab.inputs.text", "inputs is on the floor of cells"),
        ("report", "import torch.nn", "report does without"),
        ("report", "from torch import nn", "report does without"),
    ],
)
def test_a_wrong_import_is_named(tmp_path, monkeypatch, room, line, complaint):
    monkeypatch.setattr("tests.test_layers.ROOT", tmp_path)
    for name in ("report", "inputs", room):
        (tmp_path / name).mkdir(exist_ok=True)
    file = tmp_path / room / "leaf.py"
    file.write_text(f"def f():\n    {line}\n")
    (found,) = wrong_imports(file)
    assert found.endswith(complaint)


def test_a_circle_is_found_however_it_is_closed(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.test_layers.ROOT", tmp_path)
    (tmp_path / "cells").mkdir()
    files = {
        "__init__.py": "",
        "errors.py": "",
        "cells/__init__.py": "from gradlab.cells.base import Cell",
        "cells/base.py": "from gradlab.cells import step, errors",
        "cells/step.py": "if TYPE_CHECKING:\n    from gradlab.cells.base import Cell",
        "cells/free.py": "from gradlab import errors\nimport gradlab.cells.base",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert circles() == [{"cells", "cells.base", "cells.step"}]
