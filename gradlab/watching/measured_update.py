"""One update as it is measured: its layers, and how far it moves the weights."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from gradlab.modules import Call, LayerRun
from gradlab.modules.found import weights_of
from gradlab.watching.history import LayerRow, UpdateRow
from gradlab.watching.measurement import measure


class MeasuredUpdate:
    """An update from just before it is made until after.

    Args:
        model: with its gradients as the optimizer takes them.

    Attributes:
        rows: of its layers.
    """

    def __init__(self, model: nn.Module) -> None:
        self._norm_at_step = total_norm(model)
        self.rows: tuple[LayerRow, ...] = ()
        self._before: dict[str, tuple[nn.Module, str, Tensor]] = {}

    def measure(
        self, calls: Sequence[Call], update: int, scale: float, *, exact: bool
    ) -> None:
        """Measure the layers; keep their recurrent weights until after the update."""
        measured = measure(calls, scale=scale, seed=update, exact=exact)
        self.rows = tuple(row for row, _ in measured)
        self._before = {row.name: _recurrent_weight(run) for row, run in measured}

    @property
    def is_finite(self) -> bool:
        """Whether the loss's gradient is, at every step."""
        return all(
            value < math.inf
            for row in self.rows
            for curve in row.by_state.values()
            for value in curve
        )

    def row(self, update: int, norm: float) -> UpdateRow:
        """Return what is kept of it, after the update.

        Args:
            update: its number.
            norm: of all gradients, before clipping.
        """
        return UpdateRow(
            update,
            math.nan,
            norm,
            self._norm_at_step / norm if norm else math.nan,
            tuple(
                replace(one, update_ratio=_change(self._before[one.name]))
                for one in self.rows
            ),
        )


@torch.no_grad()
def total_norm(model: nn.Module) -> float:
    """Return the norm of all gradients together, as ``clip_grad_norm_`` does."""
    found = [p.grad for p in model.parameters() if p.grad is not None]
    parts = [grad.coalesce().values() if grad.is_sparse else grad for grad in found]
    norms = [torch.linalg.vector_norm(part, dtype=torch.float32) for part in parts]
    device = norms[0].device if norms else None
    total = (
        torch.stack([norm.to(device) for norm in norms]).norm() if norms else math.nan
    )
    return float(total)


def scalars(row: UpdateRow) -> Iterator[tuple[str, float]]:
    """Yield name and number for a logger; a distance that is not reached is T."""
    yield "gradient_norm", row.gradient_norm
    yield "clip", row.clip
    for one in row.layers:
        name = one.name.replace(" ", "_")
        yield f"{name}/reach", min(one.reach, one.length)
        yield f"{name}/horizon", min(one.horizon, one.length)
        yield f"{name}/ln_left", one.left
        yield f"{name}/update_ratio", one.update_ratio
        for gate, value in one.gates.items():
            yield f"{name}/{gate}", value


def _recurrent_weight(run: LayerRun) -> tuple[nn.Module, str, Tensor]:
    """Return module, name and value of a run's recurrent weights."""
    name, call = f"weight_hh{run.suffix}", run.calls[0]
    return call.module, name, call.weights[name]


def _change(before: tuple[nn.Module, str, Tensor]) -> float:
    """Return |change| / |weights| since the forward pass."""
    module, name, old = before
    new = dict(weights_of(module))[name].detach()
    return float((new - old).double().norm() / old.double().norm())
