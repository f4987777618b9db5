"""Diagnoses made up by rule, of odd models too. Nothing here is measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gradlab.diagnosis import Diagnosed, Finding, LayerResult, Reach, RemedyResult
from gradlab.labelled import LabelledArray
from gradlab.statistics import verdict


GATES = {
    "lstm": ("input_gate", "forget_gate", "output_gate", "keep_gate"),
    "gru": ("reset_gate", "update_gate", "keep_gate"),
}
ODD = '_en$c_{x}*y*^[[a]]`<b>"é한'
"""A module's name with all that is markup somewhere."""


def reach(rate: float, steps: int, singular_values: float = 0.0) -> Reach:
    """What a rate in nats per step comes to."""
    horizon = math.inf
    if rate < 0 and math.log(1e-3) / rate <= steps:
        horizon = float(math.ceil(math.log(1e-3) / rate))
    return Reach(verdict(rate * steps), rate * steps, horizon, singular_values)


def layer(
    name: str = "rnn",
    cell: str = "lstm",
    rate: float = -0.4,
    *,
    module: str = "",
    steps: int = 60,
    shortest: int = 0,
    longest: int = 0,
    reverse: bool = False,
    keep: float = 0.55,
) -> LayerResult:
    """A layer whose gradient keeps the same share at every step."""
    longest = longest or steps
    end = "_reverse" if reverse else ""
    states = ("h", "c") if cell == "lstm" else ("h",)
    times = np.arange(longest + 1)
    gradient = np.stack(
        [rate * (longest - times) - 3.0 - k for k in range(len(states))]
    )
    if cell == "lstm":
        gradient[1, -1] = -np.inf
    share = np.exp(-0.3 * np.arange(longest)[::-1])
    share = np.stack([share / share.sum()] * 2)
    weights = (f"weight_ih_l0{end}", f"weight_hh_l0{end}")
    return LayerResult(
        name=name,
        module=module or name,
        kind=f"{cell.upper()}(3, 8)",
        cell=cell,
        hidden=8,
        state_size=16 if cell == "lstm" else 8,
        steps=steps,
        shortest=shortest or longest,
        longest=longest,
        batch=6,
        sequences=4,
        reach=reach(rate, steps, 2.25),
        records=records(cell, rate, steps, keep),
        loss_gradient=LabelledArray(
            "loss_gradient",
            {"block": states, "step": tuple(range(longest + 1))},
            gradient,
            unit="nats",
        ),
        gradients_within=LabelledArray(
            "gradients_within",
            {"block": ("x",), "step": tuple(range(1, longest + 1))},
            gradient[:1, 1:],
            unit="nats",
        ),
        weight_share=LabelledArray(
            "weight_share",
            {"block": weights, "step": tuple(range(1, longest + 1))},
            share,
            unit="share",
        ),
    )


def records(
    cell: str, rate: float, steps: int, keep: float
) -> dict[str, LabelledArray]:
    """Records over sequences, as a diagnosis stores them."""
    lags = np.array(sorted({0, 1, 2, 4, 8, steps // 2, steps}))
    rates = {"joint": rate, "hh": rate * 1.01}
    if cell == "lstm":
        rates["cc"] = rate * 1.02
    if cell in GATES:
        rates |= {"conveyor": math.log(keep), "detours": rate * 1.03}
    norms = np.stack([r * lags for r in rates.values()])
    if "detours" in rates:
        norms[-1, 0] = -np.inf
    shares = np.exp(-0.2 * np.arange(steps)[::-1])
    found = {
        "spectral_norm": LabelledArray(
            "spectral_norm",
            {"block": tuple(rates), "lag": tuple(lags.tolist())},
            norms,
            unit="nats",
        ),
        "weight_share": LabelledArray(
            "weight_share",
            {"step": tuple(range(1, steps + 1))},
            shares / shares.sum(),
            unit="share",
        ),
    }
    blocks = (*(g for g in GATES.get(cell, ()) if g != "keep_gate"), "candidate")
    coords = {"block": blocks} if cell in GATES else {}
    norm = np.full(len(blocks), 1.13) if coords else np.array(1.17)
    for name, value in (
        ("weight_spectral_norm", norm),
        ("weight_spectral_radius", norm / 2),
    ):
        found[name] = LabelledArray(name, coords, value)
    if cell not in GATES:
        return found
    gates = GATES[cell]
    edges = tuple(k / 20 for k in range(20))
    histogram = np.zeros((len(gates), 20))
    histogram[:, int(20 * keep)] = 1.0
    per_gate: dict[str, Any] = {
        "gate_mean": (np.full(len(gates), keep), {}),
        "gate_log_mean": (np.full(len(gates), math.log(keep)), {}),
        "gate_saturation": (
            np.array([[0.031, 0.27]] * len(gates)),
            {"index": ("low", "high")},
        ),
        "gate_histogram": (histogram, {"index": edges}),
    }
    for name, (values, more) in per_gate.items():
        found[name] = LabelledArray(name, {"block": gates, **more}, values)
    found["time_constant"] = LabelledArray(
        "time_constant",
        {"index": ("median", "slowest")},
        np.array([-1.0 / math.log(keep), -1.6 / math.log(keep)]),
        unit="steps",
    )
    return found


def unmeasured(name: str, cell: str = "lstm") -> LayerResult:
    """A layer of a single step."""
    whole = layer(name, cell, steps=1)
    nothing = Reach("", math.nan, math.inf, math.nan)
    return replace(whole, reach=nothing, records={}, sequences=0)


def nonfinite(name: str, module: str) -> LayerResult:
    """A layer whose numbers are NaN."""
    whole = layer(name, module=module)
    lost = {
        key: replace(record, values=np.full(record.values.shape, np.nan))
        for key, record in whole.records.items()
        if not key.startswith("weight_spectral")
    }
    return replace(
        whole,
        reach=Reach("not_finite", math.nan, math.nan, math.nan),
        records=lost,
        loss_gradient=replace(
            whole.loss_gradient,
            values=np.full(whole.loss_gradient.values.shape, np.nan),
        ),
        weight_share=replace(
            whole.weight_share, values=np.full(whole.weight_share.values.shape, np.nan)
        ),
    )


def diagnosed(layers: Sequence[LayerResult], **changed: Any) -> Diagnosed:
    """A diagnosis of these layers, with findings and remedies that fit them."""
    lost = [one for one in layers if one.reach.verdict in ("vanishing", "exploding")]
    gated = [one for one in layers if one.reach.verdict]
    tried = tuple(
        RemedyResult(
            title,
            f"Why {title} may help.",
            f"gradlab.remedy.{title}_(model.rnn)",
            {one.name: reach(rate, one.steps, 7.5) for one in gated},
        )
        for title, rate in (("chrono", -0.01), ("orthogonal", -0.31))
        if gated
    )
    idle = RemedyResult(
        "gradient clipping", "One factor scales all lags alike.", "", {}
    )
    values: dict[str, Any] = {
        "model": "Net",
        "checkpoint": "",
        "batch": "6x60x3 float32",
        "loss": "mse",
        "training": True,
        "loss_value": 0.7312,
        "parity": {
            "outputs": 2e-7,
            "by_inputs": 3e-7,
            "by_weights": 4e-7,
            "by_start": 0.0,
            "tolerance": 1e-4,
            "dtype": "float32",
            "worst": 4e-7,
        },
        "layers": tuple(layers),
        "findings": tuple(_finding(one) for one in lost),
        "remedies": (*tried, idle),
        "versions": {"gradlab": "0.1.0", "torch": "2.9.0", "python": "3.11.7"},
    }
    return Diagnosed(**values | changed)


def _finding(one: LayerResult) -> Finding:
    decades = one.reach.ln_left / math.log(10)
    return Finding(
        one.reach.verdict,
        one.name,
        f"{one.name}: the gradient is 10^{decades:.1f} times as large at step 1 "
        "as at the last",
        "a made-up cause with a bias of 0.25",
    )


def several(count: int, cell: str = "gru") -> list[LayerResult]:
    """Layers of both directions of one module."""
    return [
        layer(
            f"rnn layer {k + 1} {way}",
            cell,
            -0.3 - 0.02 * k - 0.005 * (way == "reverse"),
            module="rnn",
            steps=40,
            shortest=22,
            longest=60,
            reverse=way == "reverse",
        )
        for k in range(count)
        for way in ("forward", "reverse")
    ]


CASES: dict[str, Diagnosed] = {
    "usual": diagnosed(
        [
            layer("rnn layer 1", module="rnn", rate=-0.45),
            layer("rnn layer 2", module="rnn"),
        ]
    ),
    "healthy": diagnosed(
        [layer(rate=-0.01, keep=0.99)],
        checkpoint="model.pt",
        training=False,
        trained=True,
    ),
    "both directions": diagnosed(several(3)),
    "exploding": diagnosed([layer(cell="rnn", rate=0.9)]),
    "not finite": diagnosed(
        [nonfinite("rnn layer 1", "rnn"), nonfinite("rnn layer 2", "rnn")],
        findings=(
            Finding(
                "nonfinite",
                "rnn layer 1",
                "rnn layer 1: not finite from step 37 of the forward pass on",
            ),
        ),
        remedies=(),
        parity={},
        loss_value=math.nan,
    ),
    "a single step": diagnosed([layer("encoder"), unmeasured("decoder", "gru")]),
    "single steps alone": diagnosed([unmeasured("cell", "gru")], remedies=()),
    "odd names": diagnosed(
        [layer(ODD, "gru"), layer(f"{ODD} and a name that goes on and on", "lstm")],
        model="Net_{x}*",
        batch="<script>",
        loss="<lambda>",
        checkpoint="my_*model*.pt",
    ),
    "many layers": diagnosed(several(11)),
    "dead": diagnosed(
        [replace(layer(cell="rnn"), reach=Reach("dead", -math.inf, 9.0, 0.0))],
        findings=(
            Finding("dead", "rnn", "rnn: nothing at all reaches the first step"),
        ),
    ),
    "detached": diagnosed(
        [layer(rate=-0.001, keep=0.99)],
        findings=(
            Finding(
                "detached",
                "rnn",
                "rnn: the state is detached between call 1 and call 2",
            ),
        ),
    ),
}
