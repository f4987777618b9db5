"""What is recorded of networks along their training."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch

from gradlab.tasks.base import Task
from gradlab.training.settings import TrainingSettings, judged_at


class History:
    """Losses, gradient norms and scores of M networks, update by update.

    Attributes:
        judged_at: after how many updates the networks are judged.
        losses: (U, M), of the batch of each update, before it.
        gradient_norms: (U, M), of the gradient over all parameters, before clipping.
        clipped: (M), how many updates were clipped.
        not_finite: (M), how many updates had a loss or gradient that was not finite;
            that gradient counts as zero.
        first_not_finite: (M), number of the first of these updates, from 1; inf: none.
        scores: number of updates -> (M), of fresh sequences.
    """

    def __init__(self, members: int, task: Task, settings: TrainingSettings) -> None:
        self.task, self.settings = task, settings
        self.judged_at = judged_at(settings.updates)
        self.losses = np.full((settings.updates, members), math.nan)
        self.gradient_norms = np.full((settings.updates, members), math.nan)
        self.clipped = np.zeros(members)
        self.not_finite = np.zeros(members)
        self.first_not_finite = np.full(members, math.inf)
        self.scores: dict[int, np.ndarray] = {}

    def add(
        self,
        update: int,
        losses: np.ndarray,
        norms: np.ndarray,
        clipped: np.ndarray,
        finite: np.ndarray,
    ) -> None:
        """Record an update; ``update`` counts those before it."""
        self.losses[update], self.gradient_norms[update] = losses, norms
        self.clipped += clipped & finite
        self.not_finite += ~finite
        first = ~finite & np.isinf(self.first_not_finite)
        self.first_not_finite[first] = update + 1

    def add_scores(self, updates: int, scores: Sequence[float]) -> None:
        """Record the scores after a number of updates."""
        self.scores[updates] = np.array(scores, dtype=np.float64)

    @property
    def first_success(self) -> np.ndarray:
        """(M), the number of updates after which success was first seen; inf: never."""
        found = np.full(self.clipped.shape, math.inf)
        for updates in sorted(self.scores, reverse=True):
            for member, score in enumerate(self.scores[updates]):
                if self.learned(score):
                    found[member] = updates
        return found

    def learned(self, score: float) -> bool:
        """Return whether a score is a success."""
        return self.task.learned(score, self.settings.success)

    def state_dict(self, member: int) -> dict[str, Any]:
        """Return what was recorded of one network, as tensors."""
        arrays = {name: getattr(self, name)[..., member] for name in _ARRAYS}
        arrays["scores"] = np.array([s[member] for s in self.scores.values()])
        found = {name: torch.as_tensor(array) for name, array in arrays.items()}
        return found | {"judged": torch.tensor(list(self.scores), dtype=torch.long)}

    def load_state_dict(self, states: Sequence[Mapping[str, Any]]) -> None:
        """Take what was recorded of each network."""
        for name in _ARRAYS:
            rows = np.stack([state[name].numpy() for state in states], -1)
            setattr(self, name, rows)
        scores = np.stack([state["scores"].numpy() for state in states], -1)
        self.scores = dict(zip(states[0]["judged"].tolist(), scores, strict=True))


_ARRAYS = ("losses", "gradient_norms", "clipped", "not_finite", "first_not_finite")
