import subprocess
import sys

import pytest

import gradlab
from gradlab.runs import run as runner
from tests.runs.inline import InlinePool


NAMES = [
    "Activation",
    "Cell",
    "GRU",
    "GradlabError",
    "Initializer",
    "Input",
    "LSTM",
    "LabelledArray",
    "Loss",
    "Measure",
    "RNN",
    "Remedy",
    "Results",
    "Section",
    "Task",
    "Trajectory",
    "__version__",
    "build",
    "compare_remedies",
    "covariant_lyapunov_vectors",
    "diagnose",
    "forecast",
    "from_torch",
    "initialize_",
    "input_connectivity",
    "jacobian_norms",
    "jacobian_product",
    "layer_norms",
    "load_file",
    "lyapunov_exponents",
    "measure",
    "merge",
    "names",
    "recurrent_passes",
    "remedy",
    "reproduce",
    "singular_spectra",
    "step_jacobians",
    "sweep",
    "to_torch",
    "train",
    "truncation_bias",
    "unroll",
    "watch",
    "weight_contributions",
]


def test_what_is_offered():
    assert dir(gradlab) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_there_and_explained(name):
    value = getattr(gradlab, name)
    assert name == "__version__" or value.__doc__


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match="has no attribute 'swep'"):
        _ = gradlab.swep


def test_importing_costs_nothing():
    code = (
        "import sys; before = set(sys.modules); import gradlab; dir(gradlab);"
        "print({'torch', 'numpy', 'pydantic', 'click'} & set(sys.modules) - before)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert out.stdout.strip() == "set()", out.stderr


def test_a_network_by_hand_as_the_manual_shows_it():
    import torch

    cell = gradlab.build("lstm:peephole", input_size=8, hidden_size=16)
    trajectory = gradlab.unroll(cell, torch.randn(4, 32, 8))
    norms = gradlab.jacobian_norms(trajectory)
    assert norms.ln_spectral_norm.at(block="joint").shape == (len(norms.lags), 4)
    assert norms.ln_spectral_norm.at(block="joint")[0] == pytest.approx(0, abs=1e-6)
    rates = gradlab.measure(trajectory, ["growth_rate"])["growth_rate"]
    assert rates.at(block="joint").shape == (4,)


def test_a_sweep_is_one_call_and_its_results_make_tables(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    config = {"cell": "rnn", "hidden": 8, "length": 8, "seeds": 1}
    results = gradlab.sweep(config, out=tmp_path / "r", jobs=1)
    assert isinstance(results, gradlab.Results)
    assert set(results.frame().measure) == set(results.measures)
    assert results.export(tmp_path / "t.csv").stat().st_size > 1000
    again = gradlab.Results.open(tmp_path / "r")
    assert again.points[0].record("verdict") == results.points[0].record("verdict")


def test_without_a_folder_it_goes_by_its_name(tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)
    monkeypatch.chdir(tmp_path)
    config = {"name": "mine", "cell": "rnn", "hidden": 4, "length": 4, "seeds": 1}
    results = gradlab.sweep({**config, "measures": ["verdict"]}, jobs=1)
    assert results.folder.as_posix() == "reports/mine"
    assert (tmp_path / "reports" / "mine" / "results.sqlite").exists()
