"""Diagnose a model's recurrent part: what its gradient does at every step, and why."""

import platform
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import torch
from torch import nn

from gradlab.arguments import describe, flag, instance, whole_number
from gradlab.diagnosis.findings import findings
from gradlab.diagnosis.forward import record_pass
from gradlab.diagnosis.layer import context_of, layer_result, usual_measures
from gradlab.diagnosis.remedies import try_remedies
from gradlab.diagnosis.results import Diagnosed
from gradlab.errors import ConfigError, VerificationError
from gradlab.measures import MeasureContext
from gradlab.modules import LayerRun, replay
from gradlab.modules.nonfinite import first_nonfinite, locate
from gradlab.modules.parity import Parity, parity
from gradlab.targets import call_model, describe_batch


def diagnose(
    model: nn.Module,
    batch: Any,
    loss: Callable[[Any, Any], torch.Tensor],
    *,
    sequences: int = 4,
    remedies: bool = True,
    seed: int = 0,
    trained: bool = False,
) -> tuple[Diagnosed, dict[str, MeasureContext]]:
    """Measure a model on one batch; return what was found, and contexts by layer.

    Arguments and errors are those of :func:`gradlab.diagnose`.
    """
    instance("model", model, nn.Module, try_="the torch.nn.Module you train")
    model = getattr(model, "_orig_mod", model)  # the model that torch.compile took
    if not callable(loss):
        raise ConfigError(
            got=f"loss = {describe(loss)}",
            expected="a function loss(output, batch) that returns a scalar",
            try_="lambda output, batch: torch.nn.functional.mse_loss(output, batch[1])",
        )
    sequences = whole_number("sequences", sequences, 1, try_="4")
    flag("remedies", remedies)
    flag("trained", trained)
    seed = whole_number("seed", seed, 0, try_="0")

    def forward():
        return record_pass(model, batch, loss, call_model)

    passed = forward()
    bad_call = first_nonfinite(passed.calls)
    origin = locate(passed.calls) if bad_call else None
    runs = replay(passed.calls)
    # what torch itself has no finite numbers of cannot be compared
    checked = {} if bad_call else require_parity(parity(runs))
    contexts = {run.name: context_of(run, sequences) for run in runs}
    names = usual_measures()
    layers = tuple(layer_result(run, contexts[run.name], names) for run in runs)
    measured = {name: c.trajectory for name, c in contexts.items() if c is not None}
    by_name: dict[str, LayerRun] = {run.name: run for run in runs}
    tried = (
        try_remedies(model, forward, layers, sequences, seed)
        if remedies and not bad_call and any(layer.records for layer in layers)
        else ()
    )
    words = {
        "model": type(model).__name__,
        "checkpoint": "",
        "batch": describe_batch(batch),
        "loss": getattr(loss, "__name__", type(loss).__name__),
    }
    diagnosed = Diagnosed(
        **words,
        training=model.training,
        loss_value=passed.loss,
        parity=checked,
        layers=layers,
        findings=findings(passed, layers, by_name, measured, bad_call, origin),
        remedies=tried,
        versions={
            "gradlab": version("gradlab"),
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        trained=trained,
    )
    return diagnosed, {name: c for name, c in contexts.items() if c is not None}


def require_parity(found: Parity) -> dict[str, Any]:
    """Return the parity as plain data.

    Raises:
        VerificationError: it does not hold.
    """
    if not found.holds:
        raise VerificationError(
            got=f"a replay that differs from torch's modules by {found.worst:.1g} of "
            "the largest entry",
            expected=f"{found.tolerance:g} at most in {found.dtype}, or nothing can be "
            "said of this model",
            try_="a report of the model's recurrent part to gradlab's authors",
        )
    return {
        **{
            name: float(value)
            for name, value in asdict(found).items()
            if name != "dtype"
        },
        "dtype": found.dtype,
        "worst": found.worst,
    }
