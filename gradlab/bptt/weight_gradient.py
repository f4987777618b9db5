"""The gradient by every parameter, step by step, and what truncation leaves out of it.

Of each sequence on its own. G_t is the contribution of step t to G = dL/dW, for W any
of the cell's parameters; G = sum over t of G_t.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from gradlab.arguments import instance, names, whole_number
from gradlab.bptt.backward import as_direction, as_loss, backward
from gradlab.bptt.step_gradients import StepGradients
from gradlab.cells.base import Cell
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.labelled import LabelledArray, batch_coords
from gradlab.losses.base import Loss
from gradlab.losses.last import Last
from gradlab.numerics.logscale import exponents, ldexp, ln_vector_norm
from gradlab.trajectory import Trajectory


@dataclass(frozen=True)
class WeightContributions:
    """The contributions G_t to the gradient by each parameter.

    Axes ``parameter`` (such as ``weight_ih``, ``weight_hh``, ``bias_ih``, ``bias_hh``),
    ``step`` 1 .. T, and those of the batch.

    Attributes:
        ln_norm: ln |G_t|_F.
        share: <G_t, G> / |G|_F^2: sums to 1 over the steps, may be negative; NaN where
            G is zero.
    """

    ln_norm: LabelledArray
    share: LabelledArray


def weight_contributions(
    trajectory: Trajectory,
    parameters: str | Iterable[str] | None = None,
    *,
    loss: Loss | str | None = None,
    direction: Tensor | np.ndarray | None = None,
) -> WeightContributions:
    """Return what every step contributes to the loss's gradient by each parameter.

    The gradient at each state is that of a real backward pass, in the trajectory's
    dtype: what underflows there contributes 0, as in training. Memory is that of two
    gradients a sequence.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it.
        parameters: names as in ``cell.named_parameters()``, or PyTorch's of a layer
            (``weight_hh_l0``), which then label the result; all by default.
        loss: of the backward pass, or its name; v . h_T by default.
        direction: (…M, B, n), its vectors v, divided by their lengths; those of seed 0
            by default.

    Raises:
        UnknownNameError: for a parameter the cell does not have.
        ConfigError, ShapeError: for arguments of another kind or shape, and for a
            parameter named twice.

    >>> from gradlab import build, unroll
    >>> trajectory = unroll(build("gru", 2, 3), torch.ones(1, 10, 2))
    >>> found = weight_contributions(trajectory)
    >>> found.share.axes
    ('parameter', 'step', 'sequence')
    >>> found.share.coords["parameter"]
    ('weight_ih', 'weight_hh', 'bias_ih', 'bias_hh')
    >>> bool(abs(found.share.at(parameter="weight_hh").sum() - 1) < 1e-5)
    True
    """
    steps, labels = _steps(trajectory, parameters, loss, direction)
    whole = _sums(steps, [trajectory.length])[trajectory.length]
    ln_norms, shares = [], []
    for gradients in steps:
        flat = {name: _flat(gradient) for name, gradient in gradients.items()}
        ln_norms.append([ln_vector_norm(part) for part in flat.values()])
        shares.append([_share(part, whole[name]) for name, part in flat.items()])

    def labelled(name: str, rows: list, unit: str) -> LabelledArray:
        values = np.swapaxes(np.array(rows), 0, 1)  # (parameters, T, N)
        coords = {
            "parameter": labels,
            "step": tuple(range(1, trajectory.length + 1)),
            **batch_coords(trajectory.batch_shape),
        }
        shape = (*values.shape[:-1], *trajectory.batch_shape)
        return LabelledArray(name, coords, values.reshape(shape), unit=unit)

    return WeightContributions(
        labelled("ln_norm", ln_norms, "nats"), labelled("share", shares, "share")
    )


def truncation_bias(
    trajectory: Trajectory,
    window: int | Sequence[int],
    parameters: str | Iterable[str] | None = None,
    *,
    direction: Tensor | np.ndarray | None = None,
) -> LabelledArray:
    """Return what truncating after ``window`` steps leaves out of the gradient.

    |sum of G_t over lags T - t >= window|_F / |G|_F: the loss is v . h_T, and truncated
    backpropagation through time detaches the state ``window`` steps before it, so that
    the steps of lags 0 .. window - 1 are all that contribute. Norms do not add up:
    this is no share, and may exceed 1. NaN where G is zero.

    Args:
        trajectory: as :func:`gradlab.unroll` returns it.
        window: k, a number of steps from 1; or several, for a curve.
        parameters: names as in ``cell.named_parameters()``, or PyTorch's of a layer
            (``weight_hh_l0``), which then label the result; all by default.
        direction: (…M, B, n), the loss's vectors v, divided by their lengths; those of
            seed 0 by default.

    Returns:
        Axes ``parameter``, ``window`` (where several were given), and those of the
        batch.

    Raises:
        ConfigError: for a window that is no whole number from 1, and for a parameter
            named twice.
        UnknownNameError: for a parameter the cell does not have.

    >>> from gradlab import build, unroll
    >>> trajectory = unroll(build("rnn", 2, 3), torch.ones(1, 10, 2))
    >>> bias = truncation_bias(trajectory, [1, 5, 10])
    >>> bias.at(parameter="weight_hh", window=10, sequence=0)
    0.0
    >>> truncation_bias(trajectory, 5).axes
    ('parameter', 'sequence')
    """
    steps, labels = _steps(trajectory, parameters, Last(), direction)
    several = list(window) if isinstance(window, Iterable) else [window]
    windows = [whole_number("window", k, 1, try_="20") for k in several]
    if len(set(windows)) < max(1, len(windows)):
        raise ConfigError(
            got=f"window = {windows}",
            expected="one or more, each once",
            try_="window=[1, 10, 100]",
        )
    length = trajectory.length
    left_out = [max(0, length - k) for k in windows]
    sums = _sums(steps, [*left_out, length])
    values = np.array(
        [[_ratio(sums[t][n], sums[length][n]) for t in left_out] for n in steps.names]
    )
    coords = {
        "parameter": labels,
        "window": tuple(windows),
        **batch_coords(trajectory.batch_shape),
    }
    values = values.reshape(*values.shape[:2], *trajectory.batch_shape)
    found = LabelledArray("truncation_bias", coords, values)
    return found if isinstance(window, Iterable) else found.sel(window=windows[0])


def _steps(
    trajectory: Trajectory,
    parameters: str | Iterable[str] | None,
    loss: Loss | str | None,
    direction: Tensor | np.ndarray | None,
) -> tuple[StepGradients, tuple[str, ...]]:
    """Return the steps' gradients, and what to call their parameters."""
    instance("trajectory", trajectory, Trajectory, try_="gradlab.unroll(cell, inputs)")
    known = _by_every_name(trajectory.cell)
    labels = tuple(dict.fromkeys(known.values()))
    if parameters is not None:
        labels = names("parameters", parameters, try_='parameters="weight_hh"')
    for name in labels:
        if name not in known:
            raise UnknownNameError.among("parameter", name, known)
    chosen = tuple(known[name] for name in labels)
    if len(set(chosen)) < len(chosen):
        raise ConfigError(
            got=f"parameters = {', '.join(labels)}",
            expected="each parameter once, under one of its names",
            try_=f"parameters={list(dict.fromkeys(chosen))}",
        )
    vectors = as_direction(trajectory, direction)
    by_state = backward(trajectory, as_loss(loss), vectors).state
    return StepGradients(trajectory, by_state, chosen), labels


def _by_every_name(cell: Cell) -> dict[str, str]:
    """Return the names of a cell's parameters by these names and by PyTorch's.

    >>> from gradlab import build
    >>> _by_every_name(build("rnn:layers=2", 2, 3, bias=False))["weight_hh_l1"]
    'cells.1.weight_hh'
    """
    own = [name for name, _ in cell.named_parameters()]
    of_layers = {
        f"{part}_l{k}": name
        for k, layer in enumerate(cell.layer_cells)
        for part, weight in layer.named_parameters()
        for name, same in cell.named_parameters()
        if same is weight
    }
    return {name: name for name in own} | of_layers


def _sums(steps: StepGradients, until: Iterable[int]) -> dict[int, dict[str, Tensor]]:
    """Return G_1 + .. + G_t by t of ``until`` and parameter, (N, entries) float64."""
    wanted, found = set(until), {}
    total = {name: torch.zeros(1, 1).double() for name in steps.names}
    if 0 in wanted:
        found[0] = total
    for t, gradients in enumerate(steps, start=1):
        total = {name: total[name] + _flat(part) for name, part in gradients.items()}
        if t in wanted:
            found[t] = total
    return found


def _flat(gradient: Tensor) -> Tensor:
    return gradient.detach().double().flatten(1).cpu()


# Gradients far back can be 1e-300, and their squares leave float64's range: each
# sequence has a power of two of its own.


def _share(part: Tensor, whole: Tensor) -> np.ndarray:
    """Return <part, whole> / |whole|^2 of (N, entries), (N)."""
    exponent = exponents(whole.abs().amax(-1))[:, None]
    part, whole = ldexp(part, -exponent), ldexp(whole, -exponent)
    return ((part * whole).sum(-1) / (whole * whole).sum(-1)).numpy()


def _ratio(part: Tensor, whole: Tensor) -> np.ndarray:
    """Return |part| / |whole| of (N, entries), (N)."""
    with np.errstate(invalid="ignore"):
        return np.exp(ln_vector_norm(part) - ln_vector_norm(whole))
