"""Imports go one way: floor by floor."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import gradlab


ROOT = Path(gradlab.__file__).parent

FLOORS = (
    {"errors", "catalog", "seeding", "numerics"},
    {"activations", "initializers", "store", "statistics"},
    {"cells", "inputs", "losses"},
    {"trajectory"},
    {"jacobians", "bptt"},
    {"exponents", "paths", "precision", "spectra"},
    {"measures"},
    {"sweeps"},
    {"report"},
    {"api", "check"},
    {"__init__", "cli"},
    {"__main__"},
)
"""From the ground up. Rooms on one floor do not import each other."""

NO_TORCH = {"errors", "catalog", "seeding", "store", "statistics", "report", "cli"}


def floor_of(room: str) -> int:
    for height, rooms in enumerate(FLOORS):
        if room in rooms:
            return height
    raise AssertionError(f"gradlab/{room} stands on no floor: give it one above")


def room_of(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(file: Path) -> Iterator[str]:
    """Yield the dotted names a file imports, but for those in TYPE_CHECKING."""
    yield from _of_body(ast.parse(file.read_text(encoding="utf-8")))


def _of_body(node: ast.AST) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module == "gradlab":
            yield from (f"gradlab.{alias.name}" for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert not child.level, "a relative import: write it out"
            yield child.module
        else:
            yield from _of_body(child)


def wrong_imports(file: Path) -> Iterator[str]:
    """Say for each import of a file that climbs, or crosses its floor."""
    room, where = room_of(file), file.relative_to(ROOT.parent)
    for name in imports(file):
        if name == "torch" or name.startswith("torch."):
            if room in NO_TORCH:
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
    """Whether a name of the package is a module (not a class it offers)."""
    return (ROOT / name).is_dir() or (ROOT / f"{name}.py").exists()


def test_imports_go_down():
    files = sorted(ROOT.rglob("*.py"))
    found = [what for file in files for what in wrong_imports(file)]
    assert not found, found[0]


def test_every_room_has_its_floor():
    for entry in sorted(ROOT.iterdir()):
        if entry.suffix == ".py" or (entry / "__init__.py").exists():
            floor_of(entry.stem)


@pytest.mark.parametrize(
    ("room", "line", "complaint"),
    [
        ("store", "from gradlab import report", "report stands above store"),
        ("cells", "import gradlab.inputs.text", "inputs is on the floor of cells"),
        ("report", "import torch.nn", "report does without"),
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
