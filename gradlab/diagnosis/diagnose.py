"""Diagnose a model's recurrent part: what its gradient does at every step, and why."""

import math
import platform
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import torch
from torch import nn

from gradlab.arguments import describe, flag, instance, whole_number
from gradlab.diagnosis.findings import findings
from gradlab.diagnosis.forward import Pass, record_pass
from gradlab.diagnosis.layer import context_of, layer_result, usual_measures
from gradlab.diagnosis.remedies import try_remedies
from gradlab.diagnosis.results import Diagnosed
from gradlab.errors import ConfigError, VerificationError
from gradlab.measures import MeasureContext
from gradlab.modules import LayerRun, replay
from gradlab.modules.nonfinite import NonFinite, locate
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
    seed = whole_number("seed", seed, 0, try_="0")

    def forward():
        return record_pass(model, batch, loss, call_model)

    passed = forward()
    origin = None if _is_finite(passed) else locate(passed.calls)
    runs = replay(passed.calls)
    checked = _checked(parity(runs), origin)
    contexts = {run.name: context_of(run, sequences) for run in runs}
    names = usual_measures()
    layers = tuple(layer_result(run, contexts[run.name], names) for run in runs)
    by_name: dict[str, LayerRun] = {run.name: run for run in runs}
    tried = (
        try_remedies(model, forward, layers, sequences, seed)
        if remedies and origin is None
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
        findings=findings(passed.calls, layers, by_name, origin),
        remedies=tried,
        versions={
            "gradlab": version("gradlab"),
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
    )
    return diagnosed, {name: c for name, c in contexts.items() if c is not None}


def _is_finite(passed: Pass) -> bool:
    """Return whether the loss and all that reached or left the modules is finite."""
    return math.isfinite(passed.loss) and all(
        bool(values.isfinite().all())
        for call in passed.calls
        for values in (call.inputs, call.outputs, *call.gradients.values())
    )


def _checked(found: Parity, origin: NonFinite | None) -> dict[str, Any]:
    """Return the parity as plain data.

    Raises:
        VerificationError: it does not hold, of numbers that are finite.
    """
    if origin is None and not found.holds:
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
