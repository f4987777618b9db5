"""Gradient-flow analysis and diagnostics for recurrent networks.

Where do gradients vanish, where do they explode, and why?

A whole sweep, computed once and stored::

    import gradlab

    results = gradlab.sweep({"cell": ["rnn", "lstm"], "forget_bias": [0, 3]})
    results.frame()          # a pandas table, one row per value
    results.report()         # report.html and report.pdf in the same folder

    gradlab.sweep("quick")   # a built-in sweep, or a TOML file
    gradlab.Results.open("reports/default").export("default.csv")

One network by hand::

    cell = gradlab.build("lstm:peephole", input_size=8, hidden_size=64)
    trajectory = gradlab.unroll(cell, torch.randn(4, 256, 8))
    norms = gradlab.jacobian_norms(trajectory)       # of ds_T/ds_t, by block and lag
    gradlab.measure(trajectory, ["growth_rate"])     # readings by name

Your own cell, activation, initializer, input, loss, measure or report section is a
class derived from one of the bases here, in one file::

    gradlab.load_file("mycell.py")                   # or --load, or a TOML's load
    gradlab.sweep({"cell": ["my_cell"]}, load=["mycell.py"])

``gradlab.names("cells")`` lists what there is. Errors derive from
``gradlab.GradlabError``; messages state what was got, what was expected and what to
try. Names are imported when first used: ``import gradlab`` imports no torch.
"""

import importlib
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from gradlab.activations.base import Activation as Activation
    from gradlab.api import Results as Results
    from gradlab.api import forecast as forecast
    from gradlab.api import merge as merge
    from gradlab.api import sweep as sweep
    from gradlab.catalog import load_file as load_file
    from gradlab.catalog import names as names
    from gradlab.cells import build as build
    from gradlab.cells import from_torch as from_torch
    from gradlab.cells import to_torch as to_torch
    from gradlab.cells.base import Cell as Cell
    from gradlab.cells.gru import GRU as GRU
    from gradlab.cells.lstm import LSTM as LSTM
    from gradlab.cells.rnn import RNN as RNN
    from gradlab.errors import GradlabError as GradlabError
    from gradlab.exponents import lyapunov_exponents as lyapunov_exponents
    from gradlab.initializers import initialize_ as initialize_
    from gradlab.initializers.base import Initializer as Initializer
    from gradlab.inputs.base import Input as Input
    from gradlab.jacobians import input_connectivity as input_connectivity
    from gradlab.jacobians import jacobian_norms as jacobian_norms
    from gradlab.jacobians import layer_norms as layer_norms
    from gradlab.losses.base import Loss as Loss
    from gradlab.measures import Reading as Reading
    from gradlab.measures import measure as measure
    from gradlab.measures.base import Measure as Measure
    from gradlab.paths import recurrent_passes as recurrent_passes
    from gradlab.report.sections.base import Section as Section
    from gradlab.spectra import singular_spectra as singular_spectra
    from gradlab.store.record import Record as Record
    from gradlab.trajectory import Trajectory as Trajectory
    from gradlab.trajectory import unroll as unroll

_HOME = {
    "Activation": "gradlab.activations.base",
    "Cell": "gradlab.cells.base",
    "GRU": "gradlab.cells.gru",
    "GradlabError": "gradlab.errors",
    "Initializer": "gradlab.initializers.base",
    "Input": "gradlab.inputs.base",
    "LSTM": "gradlab.cells.lstm",
    "Loss": "gradlab.losses.base",
    "Measure": "gradlab.measures.base",
    "RNN": "gradlab.cells.rnn",
    "Reading": "gradlab.measures",
    "Record": "gradlab.store.record",
    "Results": "gradlab.api",
    "Section": "gradlab.report.sections.base",
    "Trajectory": "gradlab.trajectory",
    "build": "gradlab.cells",
    "forecast": "gradlab.api",
    "from_torch": "gradlab.cells",
    "initialize_": "gradlab.initializers",
    "input_connectivity": "gradlab.jacobians",
    "jacobian_norms": "gradlab.jacobians",
    "layer_norms": "gradlab.jacobians",
    "load_file": "gradlab.catalog",
    "lyapunov_exponents": "gradlab.exponents",
    "measure": "gradlab.measures",
    "merge": "gradlab.api",
    "names": "gradlab.catalog",
    "recurrent_passes": "gradlab.paths",
    "singular_spectra": "gradlab.spectra",
    "sweep": "gradlab.api",
    "to_torch": "gradlab.cells",
    "unroll": "gradlab.trajectory",
}

__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("gradlab")
    except PackageNotFoundError:
        return "0+unknown"
