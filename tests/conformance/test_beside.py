"""Files that are loaded together with those beside them that they import."""

import sys
from pathlib import Path

import pytest

import gradlab
from gradlab import catalog
from gradlab.api import check_file
from gradlab.catalog import neighbours, registry
from gradlab.engines import remote
from gradlab.errors import InputError


ACTIVATION = """
from gradlab.activations.base import Activation
from {module} import FACTOR

class {name}(Activation):
    "A line."

    def value(self, x):
        return FACTOR * x
"""


@pytest.fixture(autouse=True)
def nothing_stays_loaded(monkeypatch):
    monkeypatch.setattr(registry, "EXTERNAL", {})
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(neighbours, "_folders", [])
    monkeypatch.setattr(neighbours, "_imported", {})
    for name in ("beside", "inner", "token"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def written(folder: Path, name: str, factor: int, module: str = "beside") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{module}.py").write_text(
        f"from inner import ONE\nFACTOR = {factor} * ONE"
    )
    (folder / "inner").mkdir(exist_ok=True)
    (folder / "inner" / "__init__.py").write_text("ONE = 1")
    file = folder / "mine.py"
    file.write_text(ACTIVATION.format(name=name, module=module))
    return file


def value_of(name: str) -> float:
    return catalog.get("activations", name)().value(1)


def test_a_file_imports_those_beside_it_and_no_other_files(tmp_path):
    catalog.load_file(written(tmp_path / "one", "One", 2))
    catalog.load_file(written(tmp_path / "two", "Two", 3))
    assert (value_of("one"), value_of("two")) == (2, 3)
    assert sys.path[-2:] == [str(tmp_path / "two"), str(tmp_path / "one")]


def test_an_edit_beside_it_counts(tmp_path):
    texts = []
    for factor in (2, 33):
        catalog.load_file(written(tmp_path, "One", factor))
        assert value_of("one") == factor
        texts.append(catalog.external_source("activations", "one"))
    assert texts[0] != texts[1]
    assert "ONE = 1" in texts[0]


def test_no_file_takes_the_place_of_a_library(tmp_path):
    file = written(tmp_path, "One", 2)
    (tmp_path / "json.py").write_text("raise ValueError('shadowed')")
    (tmp_path / "numpy.py").write_text("raise ValueError('shadowed')")
    file.write_text("import json, numpy, fractions\n" + file.read_text())
    (tmp_path / "fractions.py").write_text("raise ValueError('shadowed')")
    sys.modules.pop("fractions", None)
    assert catalog.load_file(file) == [("activations", "one")]


def test_workers_on_other_machines_get_what_lies_beside(tmp_path):
    payload = remote.WorkerPayload.pack([str(written(tmp_path, "One", 2))], {})
    ((name, texts),) = payload.leaves
    assert (name, set(texts)) == (
        "mine.py",
        {"mine.py", "beside.py", "inner/__init__.py"},
    )
    for file in tmp_path.rglob("*.py"):
        file.unlink()
    unpacked = remote._Unpacked()
    with unpacked.use(payload):
        assert value_of("one") == 2


def test_what_is_missing_is_said(tmp_path):
    file = written(tmp_path, "One", 2)
    (tmp_path / "beside.py").unlink()
    with pytest.raises(InputError) as caught:
        catalog.load_file(file)
    assert str(caught.value) == (
        "Got mine.py, line 3: ModuleNotFoundError: No module named 'beside'.\n"
        "Expected a Python file that runs.\n"
        f"Try beside.py in {tmp_path}, or installing beside"
    )


def test_a_leaf_of_another_checkout_is_ours_if_it_is_the_same(tmp_path):
    ours = Path(gradlab.__file__).parent / "activations" / "tanh.py"
    copy = tmp_path / "gradlab" / "activations" / "tanh.py"
    copy.parent.mkdir(parents=True)
    copy.write_text(ours.read_text())
    assert all(outcome.passed for outcome in check_file(copy))
    copy.write_text(ours.read_text() + "\n# edited\n")
    with pytest.raises(InputError, match="not the tanh.py of the gradlab that runs"):
        check_file(copy)
