"""Gradient-flow analysis and diagnostics for recurrent networks.

Where do gradients vanish, where do they explode, and why?

A whole sweep, computed once and stored::

    import gradlab

    results = gradlab.sweep({"cell": ["rnn", "lstm"], "forget_bias": [0, 3]})
    results.frame()          # a pandas table, one row per value
    results.report()         # report.html and report.pdf in the same folder

    gradlab.sweep("quick")   # a built-in sweep, or a TOML file
    gradlab.Results.open("reports/default").export("default.csv")

One network by hand, from a spec or a class:

    >>> import torch, gradlab
    >>> cell = gradlab.build("lstm:peephole", input_size=8, hidden_size=16)
    >>> plain, gated = gradlab.RNN(8, 16), gradlab.GRU(8, 16)
    >>> cell = gradlab.initialize_(gradlab.LSTM(8, 16), gain=1.5, seed=0)
    >>> trajectory = gradlab.unroll(cell, torch.zeros(4, 32, 8))
    >>> norms = gradlab.jacobian_norms(trajectory)    # of ds_T/ds_t, by block and lag
    >>> axes = norms.ln_spectral_norm.sel(block=["hh", "cc"]).plot()
    >>> found = gradlab.measure(trajectory, ["growth_rate"])["growth_rate"]
    >>> found.over_sequences().frame()["block"].tolist()[:2]
    ['joint', 'hh']

Results are labelled arrays (:class:`gradlab.LabelledArray`): ``.frame()`` is a tidy
pandas table, ``.plot()`` a picture, ``.values`` NumPy's array. ``unroll`` takes inputs
with the batch first, (B, T, I), as PyTorch's ``batch_first=True``; a trajectory's
tensors have time first, (T, B, n).

Your own cell, activation, initializer, input, loss, task, measure, remedy or report
section is a class derived from one of the bases here; ``step`` is all a cell needs:

    >>> class Slow(gradlab.Cell):
    ...     def step(self, inputs, state):
    ...         return Step((0.9 * state[0] + torch.tanh(inputs),))
    >>> from gradlab.cells import Step
    >>> own = gradlab.unroll(Slow(input_size=3, hidden_size=3), torch.zeros(1, 20, 3))
    >>> gradlab.jacobian_norms(own, "joint").horizon     # 0.9^20 is above 1/1000
    array(inf)

In a file of its own it is a name like any other::

    gradlab.load_file("mycell.py")                   # or --load, or a TOML's load
    gradlab.sweep({"cell": ["my_cell"]}, load=["mycell.py"])

``gradlab.names("cells")`` lists what there is. Errors derive from
``gradlab.GradlabError``; messages state what was got, what was expected and what to
try:

    >>> try:
    ...     gradlab.build("gru:layer=2", 8, 16)
    ... except gradlab.GradlabError as error:
    ...     print(error)
    Got option in cell 'gru:layer=2': 'layer'.
    Expected one of gate, layers, reset_before, z_replaces.
    Try layers

Names are imported when first used: ``import gradlab`` imports no torch.
"""

import importlib
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from gradlab import remedy as remedy
    from gradlab.activations.base import Activation as Activation
    from gradlab.api import Results as Results
    from gradlab.api import compare_remedies as compare_remedies
    from gradlab.api import diagnose as diagnose
    from gradlab.api import forecast as forecast
    from gradlab.api import merge as merge
    from gradlab.api import sweep as sweep
    from gradlab.bptt import truncation_bias as truncation_bias
    from gradlab.bptt import weight_contributions as weight_contributions
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
    from gradlab.exponents import (
        covariant_lyapunov_vectors as covariant_lyapunov_vectors,
    )
    from gradlab.exponents import lyapunov_exponents as lyapunov_exponents
    from gradlab.initializers import initialize_ as initialize_
    from gradlab.initializers.base import Initializer as Initializer
    from gradlab.inputs.base import Input as Input
    from gradlab.jacobians import input_connectivity as input_connectivity
    from gradlab.jacobians import jacobian_norms as jacobian_norms
    from gradlab.jacobians import jacobian_product as jacobian_product
    from gradlab.jacobians import layer_norms as layer_norms
    from gradlab.jacobians import step_jacobians as step_jacobians
    from gradlab.labelled import LabelledArray as LabelledArray
    from gradlab.losses.base import Loss as Loss
    from gradlab.measures import measure as measure
    from gradlab.measures.base import Measure as Measure
    from gradlab.paths import recurrent_passes as recurrent_passes
    from gradlab.remedies.base import Remedy as Remedy
    from gradlab.report.sections.base import Section as Section
    from gradlab.reproduced import reproduce as reproduce
    from gradlab.spectra import singular_spectra as singular_spectra
    from gradlab.tasks.base import Task as Task
    from gradlab.training.train import train as train
    from gradlab.trajectory import Trajectory as Trajectory
    from gradlab.trajectory import unroll as unroll
    from gradlab.watched import watch as watch

_HOME = {
    "Activation": "gradlab.activations.base",
    "Cell": "gradlab.cells.base",
    "GRU": "gradlab.cells.gru",
    "GradlabError": "gradlab.errors",
    "Initializer": "gradlab.initializers.base",
    "Input": "gradlab.inputs.base",
    "LSTM": "gradlab.cells.lstm",
    "LabelledArray": "gradlab.labelled",
    "Loss": "gradlab.losses.base",
    "Measure": "gradlab.measures.base",
    "RNN": "gradlab.cells.rnn",
    "Remedy": "gradlab.remedies.base",
    "Results": "gradlab.api",
    "Section": "gradlab.report.sections.base",
    "Task": "gradlab.tasks.base",
    "Trajectory": "gradlab.trajectory",
    "build": "gradlab.cells",
    "compare_remedies": "gradlab.api",
    "covariant_lyapunov_vectors": "gradlab.exponents",
    "diagnose": "gradlab.api",
    "forecast": "gradlab.api",
    "from_torch": "gradlab.cells",
    "initialize_": "gradlab.initializers",
    "input_connectivity": "gradlab.jacobians",
    "jacobian_norms": "gradlab.jacobians",
    "jacobian_product": "gradlab.jacobians",
    "layer_norms": "gradlab.jacobians",
    "load_file": "gradlab.catalog",
    "lyapunov_exponents": "gradlab.exponents",
    "measure": "gradlab.measures",
    "merge": "gradlab.api",
    "names": "gradlab.catalog",
    "recurrent_passes": "gradlab.paths",
    "remedy": "gradlab.remedy",
    "reproduce": "gradlab.reproduced",
    "singular_spectra": "gradlab.spectra",
    "step_jacobians": "gradlab.jacobians",
    "sweep": "gradlab.api",
    "to_torch": "gradlab.cells",
    "train": "gradlab.training.train",
    "truncation_bias": "gradlab.bptt",
    "unroll": "gradlab.trajectory",
    "watch": "gradlab.watched",
    "weight_contributions": "gradlab.bptt",
}

__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = importlib.import_module(_HOME[name])
    value = home if home.__name__ == f"{__name__}.{name}" else getattr(home, name)
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
