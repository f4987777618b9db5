"""Models as users write them, diagnosed from the command line as they are."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from gradlab.cli import main


pytestmark = pytest.mark.slow
MODELS = Path(__file__).parent / "models"


@pytest.fixture
def diagnose(monkeypatch):
    """Diagnose a model of the folder; return what is told as JSON, and the screen."""
    monkeypatch.chdir(MODELS)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def run(file: str, target: str, batch: str, loss: str) -> tuple[dict, list[str]]:
        words = ["diagnose", f"{file}:{target}", f"--batch={file}:{batch}"]
        words += [f"--loss={file}:{loss}", "--format=none"]
        told = []
        for more in ("--json", "--no-remedies"):
            done = CliRunner().invoke(main, [*words, more], prog_name="gradlab")
            assert done.exit_code == 0, done.output
            told.append(done.stdout)
        lines = told[1].splitlines()
        assert len(lines) <= 22 and max(map(len, lines)) <= 80
        return json.loads(told[0]), lines

    return run


def layers(told: dict) -> dict[str, dict]:
    return {layer["name"]: layer for layer in told["layers"]}


def best(told: dict) -> dict:
    """The first remedy, with the least horizon it gives."""
    return told["remedies"][0]


def test_none_imports_gradlab():
    assert len(list(MODELS.glob("*.py"))) == 4
    assert not any("gradlab" in file.read_text() for file in MODELS.glob("*.py"))


def test_a_classifier_of_packed_text(diagnose):
    told, lines = diagnose("text_classifier.py", "Classifier", "loader", "loss")
    found = layers(told)
    assert set(found) == {"lstm forward", "lstm reverse"}
    assert all(layer["verdict"] == "vanishing" for layer in found.values())
    assert all(10 < layer["horizon"] < layer["steps"] for layer in found.values())
    assert "9 to 56 steps" in " ".join(" ".join(lines[:3]).split())  # packed
    after = best(told)["after"]
    assert {reach["verdict"] for reach in after.values()} == {"stable"}
    assert all(reach["horizon"] == "inf" for reach in after.values())
    assert told["parity"]["worst"] < 1e-5


def test_characters_by_truncated_backpropagation(diagnose):
    told, lines = diagnose("characters.py", "CharacterModel", "batch", "loss")
    assert len(told["layers"]) == 6  # two layers of three runs, cut from each other
    assert {layer["steps"] for layer in told["layers"]} == {20}
    first = told["findings"][0]
    assert first["kind"] == "detached"
    assert "detached 2 times" in first["text"] and "20 steps" in first["text"]
    assert any("hidden" == finding["kind"] for finding in told["findings"])
    assert any(line.startswith("found   rnn: the state is detached") for line in lines)


def test_a_translator_with_a_loop_of_cells(diagnose):
    told, _ = diagnose("translator.py", "build", "batch", "loss")
    found = layers(told)
    assert set(found) == {"encoder.gru", "decoder.cell"}
    assert found["decoder.cell"]["steps"] == 24  # calls of one step, linked
    assert found["decoder.cell"]["kind"].startswith("GRUCell(")
    assert {layer["verdict"] for layer in found.values()} == {"vanishing"}
    code = best(told)["code"]
    assert "model.encoder.gru" in code and "model.decoder.cell" in code


def test_a_forecaster_with_a_projection(diagnose):
    told, lines = diagnose("forecaster.py", "Forecaster", "batch", "Huber")
    (layer,) = told["layers"]
    assert "proj_size=8" in layer["kind"] and layer["steps"] == 48
    assert layer["verdict"] == "vanishing" and layer["horizon"] < 20
    assert told["loss_value"] == pytest.approx(0.2859, rel=1e-3)
    assert best(told)["after"]["lstm"]["horizon"] == "inf"
    assert any("of dL/dweight_hh" in line for line in lines)
