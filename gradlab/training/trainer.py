"""Train networks of one shape on a task, one update at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gradlab.cells.base import Cell
from gradlab.tasks.base import Batch, Task, stream_of
from gradlab.training.head import (
    BIAS,
    WEIGHT,
    Sequences,
    outputs_of,
    sequences_of,
    slopes_of,
    terms_of,
)
from gradlab.training.history import History
from gradlab.training.parameters import FlatParameters
from gradlab.training.recurrence import form_for, recurrence_of
from gradlab.training.settings import TrainingSettings


class Trainer:
    """Networks of one shape that learn a task, and where they are.

    A network's numbers do not depend on the other members, nor on a stop: a trainer
    with :meth:`load_state_dict` of another's :meth:`state_dict` goes on with the same
    bits.

    Args:
        networks: each cell with its output layer (:func:`gradlab.training.head.
            draw_head`); one kind, one size, one dtype.
        seeds: of each network's sequences.
        task: what they learn.
        settings: how.
        keep_at: numbers of updates after which the parameters are kept.

    Attributes:
        updates: how many were done.
        history: what was recorded of each network.
        snapshots: number of updates -> parameters then, (M, P).
    """

    def __init__(
        self,
        networks: Sequence[tuple[Cell, Mapping[str, Tensor]]],
        seeds: Sequence[int],
        task: Task,
        settings: TrainingSettings,
        keep_at: Sequence[int] = (),
    ) -> None:
        self.task, self.settings = task, settings
        self.seeds, self.members = list(seeds), len(networks)
        self.batch = settings.batch or task.batch
        first = networks[0][0]
        rows = [{**dict(cell.named_parameters()), **head} for cell, head in networks]
        if self.members == 1 and form_for(first, self.batch) is not None:
            rows = rows * 2  # a product of one matrix rounds otherwise than of many
        self._all_seeds = (self.seeds * 2)[: len(rows)]
        self.parameters = FlatParameters(rows)
        self._own = [name for name in rows[0] if name not in (WEIGHT, BIAS)]
        self.recurrence = recurrence_of(
            first,
            {name: self.parameters.values[name] for name in self._own},
            {name: self.parameters.gradients[name] for name in self._own},
            self.batch,
        )
        self.optimizer = _optimizer(self.parameters, settings)
        self.history = History(self.members, task, settings)
        self.keep_at = frozenset(keep_at)
        self.snapshots: dict[int, Tensor] = {}
        self.updates = 0
        self._same: Sequences | None = None  # the sequences of a task that repeats
        self._look()

    @property
    def done(self) -> bool:
        """Whether all updates were done."""
        return self.updates >= self.settings.updates

    @torch.no_grad()
    def update(self) -> None:
        """Do one update of every network."""
        losses = self._backward(self._sequences())
        gradient = self.parameters.gradient
        norms = np.sqrt(_square_sums(gradient))
        finite = np.isfinite(norms) & np.isfinite(losses)
        scales = np.ones(len(norms))
        if self.settings.clip is not None:
            # as torch.nn.utils.clip_grad_norm_ has it
            scales = np.minimum(self.settings.clip / (norms + 1e-6), 1.0)
        if not finite.all():
            gradient[torch.from_numpy(~finite).to(gradient.device)] = 0.0
            scales[~finite] = 1.0
        gradient.mul_(torch.from_numpy(scales).to(gradient)[:, None])
        self.optimizer.step()
        m = self.members
        self.history.add(
            self.updates, losses[:m], norms[:m], scales[:m] < 1, finite[:m]
        )
        self.updates += 1
        self._look()

    def values(self, update: int | None = None) -> dict[str, Tensor]:
        """Return the parameters by name, (M, …): now, or those kept after an update."""
        flat = self.parameters.flat if update is None else self.snapshots[update]
        found = self.parameters.views(flat[: self.members])
        return {name: value.clone() for name, value in found.items()}

    def state_dict(self) -> list[dict[str, Any]]:
        """Return for each network what it takes to go on, tensors and numbers alone."""
        slots = self.optimizer.state.get(self.parameters.flat, {})
        return [
            {
                "updates": self.updates,
                "parameters": self.parameters.flat[k].clone(),
                "optimizer": {
                    name: value[k].clone() if value.ndim else value.clone()
                    for name, value in slots.items()
                },
                "history": self.history.state_dict(k),
                "snapshots": {
                    update: kept[k].clone() for update, kept in self.snapshots.items()
                },
            }
            for k in range(self.members)
        ]

    def load_state_dict(self, states: Sequence[Mapping[str, Any]]) -> None:
        """Go on where the networks of these states stood, all after as many updates."""
        rows = list(states) * (len(self.parameters.flat) // self.members)
        self.updates = rows[0]["updates"]
        self.parameters.flat.copy_(torch.stack([row["parameters"] for row in rows]))
        slots = rows[0]["optimizer"]
        self.optimizer.state[self.parameters.flat] = {
            name: torch.stack([row["optimizer"][name] for row in rows])
            if value.ndim
            else value.clone()
            for name, value in slots.items()
        }
        self.history.load_state_dict([row["history"] for row in states])
        self.snapshots = {
            update: torch.stack([row["snapshots"][update] for row in rows])
            for update in rows[0]["snapshots"]
        }

    def _look(self) -> None:
        """Judge the networks and keep their parameters where that is due."""
        if self.updates in self.history.judged_at:
            self.history.add_scores(self.updates, self._judge())
        if self.updates in self.keep_at:
            self.snapshots[self.updates] = self.parameters.flat.clone()

    @torch.no_grad()
    def _judge(self) -> list[float]:
        """Return each network's score on fresh sequences."""
        batches = self._batches("judge", self.task.judged)
        of = sequences_of(batches, self.task, self.parameters.flat)
        outputs = self._outputs(self.recurrence.forward(of.inputs)[of.steps])
        length = batches[0].scored.shape[1]
        scores = []
        for batch, own in zip(batches[: self.members], outputs.unbind(1), strict=False):
            whole = np.full((len(batch.scored), length, own.shape[-1]), np.nan)
            whole[:, of.steps] = own.double().cpu().numpy().swapaxes(0, 1)
            scores.append(self.task.score(whole, batch))
        return scores

    def _sequences(self) -> Sequences:
        if self._same is not None:
            return self._same
        of = sequences_of(
            self._batches("train", self.batch), self.task, self.parameters.flat
        )
        if self.task.repeats:
            self._same = of
        return of

    def _batches(self, purpose: str, count: int) -> list[Batch]:
        """Return a batch for each network; those of one seed share one."""
        draw = self.task.sequences if purpose == "train" else self.task.fresh
        by_seed = {
            seed: draw(stream_of(self.task, seed, purpose, self.updates), count)
            for seed in dict.fromkeys(self.seeds)
        }
        return [by_seed[seed] for seed in self._all_seeds]

    def _outputs(self, hidden: Tensor) -> Tensor:
        values = self.parameters.values
        return outputs_of(hidden, values[WEIGHT], values[BIAS])

    def _backward(self, of: Sequences) -> np.ndarray:
        """Write the gradients of the mean loss of each network; return these losses."""
        hidden = self.recurrence.forward(of.inputs)[of.steps]
        outputs = self._outputs(hidden)
        terms = terms_of(outputs, of.targets, self.task.classes) * of.weights
        slopes = slopes_of(outputs, of.targets, self.task.classes)
        slopes = slopes * of.weights.unsqueeze(-1)
        values, gradients = self.parameters.values, self.parameters.gradients
        by_member, operand = (x.transpose(0, 1).flatten(1, 2) for x in (slopes, hidden))
        ones = operand.new_ones(*operand.shape[:2], 1)
        product = by_member.mT.contiguous() @ torch.cat([operand, ones], -1)
        gradients[WEIGHT].copy_(product[..., :-1])
        gradients[BIAS].copy_(product[..., -1])
        back = outputs_of(slopes, values[WEIGHT].mT, slopes.new_zeros(1))
        self.recurrence.backward(of.steps, back)
        return _sums(terms.transpose(0, 1).flatten(1))


def _optimizer(
    parameters: FlatParameters, settings: TrainingSettings
) -> torch.optim.Optimizer:
    """Return PyTorch's optimizer of the matrix of all networks' parameters.

    Its operations are elementwise, over whole vectors: rows do not meet.
    """
    parameters.flat.grad = parameters.gradient
    kinds: dict[str, Any] = {
        "adam": torch.optim.Adam,
        "rmsprop": torch.optim.RMSprop,
        "sgd": torch.optim.SGD,
    }
    more = {} if settings.epsilon is None else {"eps": settings.epsilon}
    found: torch.optim.Optimizer = kinds[settings.optimizer](
        [parameters.flat], lr=settings.learning_rate, foreach=False, **more
    )
    return found


def _sums(rows: Tensor) -> np.ndarray:
    """Return each row's sum, float64, in an order that no other row changes."""
    return np.ascontiguousarray(rows.double().cpu().numpy()).sum(axis=-1)


def _square_sums(rows: Tensor) -> np.ndarray:
    """Return the sum of squares of each row, float64."""
    values = rows.double().cpu().numpy()
    with np.errstate(over="ignore", invalid="ignore"):
        return np.square(values).sum(axis=-1)
