"""Whose steps are the updates of a model."""

import weakref
from collections.abc import Iterable

from torch import nn
from torch.optim import Optimizer


class CountedOptimizer:
    """The optimizer whose steps are the updates.

    The one that is given; else the first that steps and holds a parameter of a watched
    module; where those have none that learns, of the model.

    Args:
        model: that is trained.
        watched: its modules that are watched.
        given: the optimizer, where it is known beforehand.
    """

    def __init__(
        self, model: nn.Module, watched: Iterable[nn.Module], given: Optimizer | None
    ) -> None:
        self._model, self._watched = model, list(watched)
        self._known = None if given is None else weakref.ref(given)
        self._holds: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()

    @property
    def is_known(self) -> bool:
        """Whether there is one."""
        return self._known is not None

    def is_it(self, optimizer: Optimizer) -> bool:
        """Return whether an optimizer that steps is the one."""
        known = self._known() if self._known else None
        if known is None and self._is_of_model(optimizer):
            self._known, known = weakref.ref(optimizer), optimizer
        return known is optimizer

    def _is_of_model(self, optimizer: Optimizer) -> bool:
        groups = optimizer.param_groups
        count = sum(len(group["params"]) for group in groups)
        known = self._holds.get(optimizer)
        if known is None or known[0] != count:
            own = {
                id(weight)
                for module in self._watched
                for weight in module.parameters()
                if weight.requires_grad
            } or set(map(id, self._model.parameters()))
            held = any(id(p) in own for group in groups for p in group["params"])
            self._holds[optimizer] = known = count, held
        return known[1]
