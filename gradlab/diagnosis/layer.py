"""Measure one layer and direction of a replayed model."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from gradlab import catalog, cells
from gradlab.bptt import Backward, GradientFactors
from gradlab.diagnosis.reach import Reach
from gradlab.diagnosis.results import LayerResult
from gradlab.jacobians import jacobian_product
from gradlab.labelled import LabelledArray
from gradlab.measures import Measure, MeasureContext
from gradlab.modules import LayerRun
from gradlab.numerics.logscale import ln_vector_norm
from gradlab.statistics import THRESHOLDS
from gradlab.trajectory import MIN_LENGTH, Trajectory


def context_of(run: LayerRun, sequences: int) -> MeasureContext | None:
    """Return what measures take, of the first sequences; None of a single step."""
    trajectory, backward = run.aligned()
    if trajectory.length < MIN_LENGTH:
        return None
    first = slice(0, sequences)
    return MeasureContext(_first(trajectory, first), given=_gradients(backward, first))


def measured(context: MeasureContext, names: Iterable[str]) -> dict[str, LabelledArray]:
    """Return the records of measures over sequences, of those that apply."""
    found: dict[str, LabelledArray] = {}
    for name in names:
        measure: Measure = catalog.get("measures", name)()
        if measure.applies_to(context.cell):
            for output, array in measure.arrays(context).items():
                found[output] = array.over_sequences()
    return found


def usual_measures() -> list[str]:
    """Return the names of measures of a trajectory that are not costly."""
    leaves: dict[str, type[Measure]] = {
        name: catalog.get("measures", name) for name in catalog.names("measures")
    }
    return [n for n, leaf in leaves.items() if not (leaf.costly or leaf.of_training)]


def reach_of(context: MeasureContext) -> Reach:
    """Return how far a gradient reaches, of the whole state."""
    is_joint = context.blocks == "joint"  # its products may be there already
    joint = context if is_joint else replace(context, blocks="joint")
    return _reach(joint, measured(joint, ("growth_rate", "horizon", "verdict")))


def _reach(context: MeasureContext, records: dict[str, LabelledArray]) -> Reach:
    rate = float(records["growth_rate"].at(block="joint"))
    return Reach(
        verdict=str(records["verdict"].as_words()),
        ln_left=rate * context.length,
        horizon=float(records["horizon"].values),
        singular_values=_singular_values(context),
    )


def _singular_values(context: MeasureContext) -> float:
    """Return the mean number of singular values of the product at T above 1/1000.

    From one decomposition of the product. Its small singular values are accurate to
    about 1e-16 of the largest: enough for those above 1/1000 unless the largest is
    above 1e12, where the answer is NaN (:class:`gradlab.measures` has
    ``live_directions`` for any range, which takes many times as long).
    """
    product = jacobian_product(context.trajectory)
    matrix = product.matrix.values.astype(np.float64)
    if not np.isfinite(matrix).all():
        return math.nan
    with np.errstate(divide="ignore"):
        ln = np.log(np.linalg.svd(matrix, compute_uv=False))
    ln = ln + product.ln_scale.values[:, None]
    if ln.max() > math.log(1e12):
        return math.nan
    return float((ln > math.log(THRESHOLDS[0])).sum(1).mean())


def layer_result(
    run: LayerRun, context: MeasureContext | None, names: Sequence[str]
) -> LayerResult:
    """Return all of a layer's numbers."""
    call = run.calls[0]
    steps = int(run.lengths.max()) if context is None else context.length
    records = {} if context is None else measured(context, names)
    found = (
        Reach("", math.nan, math.inf, math.nan)
        if context is None
        else _reach(context, records)
    )
    return LayerResult(
        name=run.name,
        module=call.name,
        kind=repr(call.module),
        cell=call.kind.lower(),
        hidden=run.trajectory.cell.hidden_size,
        state_size=sum(run.trajectory.cell.state_sizes),
        steps=steps,
        shortest=int(run.lengths.min()),
        longest=int(run.lengths.max()),
        batch=len(run.lengths),
        sequences=0 if context is None else context.batch_shape[-1],
        reach=found,
        records=records,
        loss_gradient=_loss_gradient(run),
        gradients_within=_gradients_within(run),
        weight_share=_weight_share(run),
    )


def _loss_gradient(run: LayerRun) -> LabelledArray:
    """Return the size of dL/ds_t, the other states of step t held; from step 0."""
    names = run.trajectory.cell.state_names
    states = dict(zip(names, run.gradients.state, strict=True))
    return _sizes("loss_gradient", run, states, first=0)


def _gradients_within(run: LayerRun) -> LabelledArray:
    """Return the sizes of dL/dx_t, of dL/dc_t along the graph, of gates' dL/da_t."""
    found, cell = run.gradients, run.trajectory.cell
    parts = {"x": run.input_gradient}
    if len(found.graph) > 1:
        parts["c_graph"] = found.graph[1][1:]
    for name, rows in cell.weight_blocks.items():
        parts[name] = found.by_input[..., rows]
    return _sizes("gradients_within", run, parts, first=1)


def _sizes(
    name: str, run: LayerRun, parts: Mapping[str, Tensor], first: int
) -> LabelledArray:
    """Return ln of the root mean square of norms over sequences, block x step.

    Args:
        name: of the array.
        run: whose lengths count.
        parts: (S, B, n) by block.
        first: step of the first of S.
    """
    steps = torch.arange(first, first + len(next(iter(parts.values()))))
    there = steps[:, None] <= run.lengths
    rows = []
    for gradient in parts.values():
        ln = torch.from_numpy(ln_vector_norm(gradient))
        ln = torch.where(there, ln, torch.tensor(-math.inf, dtype=ln.dtype))
        rows.append(0.5 * (torch.logsumexp(2 * ln, 1) - there.sum(1).log()))
    coords = {"block": tuple(parts), "step": tuple(steps.tolist())}
    return LabelledArray(name, coords, torch.stack(rows).numpy(), unit="nats")


def _weight_share(run: LayerRun) -> LabelledArray:
    """Return <G_t, G> / |G|^2 of the batch's dL/dW, parameter x step.

    With G_t = sum over sequences of delta operand^T the inner product is that of delta
    with G operand, which needs no G_t.
    """
    rows = []
    gradients = run.weight_gradients
    for name, (delta, operand) in run.factors.items():
        whole = gradients[name]
        scale = whole.abs().max().clamp_min(torch.finfo(whole.dtype).tiny)
        unit = whole / scale
        towards = unit.expand_as(delta) if operand is None else operand @ unit.mT
        products = (delta / scale * towards).sum((1, 2))
        rows.append(products / unit.square().sum())
    coords = {
        "block": tuple(run.factors),
        "step": tuple(range(1, run.trajectory.length + 1)),
    }
    values = torch.stack(rows).numpy()
    return LabelledArray("weight_share", coords, values, unit="share")


def _first(trajectory: Trajectory, which: slice) -> Trajectory:
    at = (slice(None), which)
    return Trajectory(
        trajectory.cell,
        trajectory.inputs[at].contiguous(),
        tuple(state[at].contiguous() for state in trajectory.states),
        {name: gate[at].contiguous() for name, gate in trajectory.gates.items()},
        {name: a[at].contiguous() for name, a in trajectory.pre_activations.items()},
        tuple(
            cells.RecurrentProduct(
                part.rows, part.operand[at].contiguous(), part.product[at].contiguous()
            )
            for part in trajectory.recurrent
        ),
    )


def _gradients(backward: Backward, which: slice) -> Backward:
    def states(values: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return tuple(value[:, which] for value in values)

    factors = tuple(
        GradientFactors(part.rows, part.delta[:, which], part.operand[:, which])
        for part in backward.factors
    )
    return replace(
        backward,
        graph=states(backward.graph),
        state=states(backward.state),
        factors=factors,
    )
