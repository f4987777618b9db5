"""When an update of an unchanged training loop is recorded and measured."""

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Self

from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from gradlab.modules import Call, Recorder
from gradlab.watching import call_findings
from gradlab.watching.backward_pass import BackwardPass, is_outside
from gradlab.watching.delivery import Delivery
from gradlab.watching.finding import Finding, judge
from gradlab.watching.history import History
from gradlab.watching.hooks import Hooks
from gradlab.watching.measured_update import MeasuredUpdate, scalars, total_norm
from gradlab.watching.optimizers import CountedOptimizer
from gradlab.watching.settings import Settings


if TYPE_CHECKING:
    import pandas

PATIENCE = 3
"""Measured updates without a call of a recurrent module until that is a finding."""


def _guarded(method: Callable) -> Callable:
    """Have a hook's errors end in a warning: the model's run is not to stop at them."""

    @wraps(method)
    def run(self: "Watcher", *args: Any) -> Any:
        try:
            return method(self, *args)
        except Exception as error:
            self._delivery.fail(error)
            return None

    return run


class Watcher:
    """What watches a model; see :func:`gradlab.watch`.

    Attributes:
        model: that is watched.
        every: how many updates from one that is measured to the next.
        history: the numbers so far.
        updates: how many there were.
        is_closed: whether everything was taken off.
    """

    def __init__(self, model: nn.Module, settings: Settings) -> None:
        self.model, self.every = model, settings.every
        self._scaler, self._exact = settings.scaler, settings.exact
        self.history, self.updates = History(), 0
        self._delivery = Delivery(settings.on_finding, settings.writer)
        recorder = Recorder(
            model,
            keep=False,
            sequences=settings.sequences,
            names=settings.names_in(model),
            on_error=self._delivery.fail,
            on_gradient=self._on_gradient,
        )
        self._hooks, watched = Hooks(recorder), recorder.modules.values()
        self._optimizer = CountedOptimizer(model, watched, settings.optimizer)
        self._handles = [
            register_optimizer_step_pre_hook(self._before_step),
            register_optimizer_step_post_hook(self._after_step),
        ]
        self.is_closed, self._paused = False, False
        self._unseen = 0
        self._forget()
        self._prepare()

    # What is offered

    def __repr__(self) -> str:
        """Return model, updates measured and findings in one line."""
        found = len(self.findings)
        return (
            f"<Watch of {self.model_name}: {self.history.measured:,} of "
            f"{self.updates:,} updates measured, {found} finding{'s' * (found != 1)}>"
        )

    @property
    def model_name(self) -> str:
        """Name of the model's class; of a compiled one that of what was compiled."""
        return type(getattr(self.model, "_orig_mod", self.model)).__name__

    @property
    def findings(self) -> list[Finding]:
        """Of each kind the first one at each place."""
        return self._delivery.findings

    def frame(self) -> "pandas.DataFrame":
        """Return a tidy table: update, layer, measure, block, lag, value."""
        return self.history.frame()

    def step(self, loss: Any = None) -> None:
        """Note the loss of the last update; count it where there is no optimizer.

        Raises:
            FindingError: with ``on_finding="raise"``.
        """
        if not self._optimizer.is_known:
            self._measure()
            self._finish()
        last = self.history.updates[-1] if self.history.updates else None
        if loss is not None and last and last.update == self.updates:
            value = float(loss.detach() if isinstance(loss, Tensor) else loss)
            self.history.updates[-1] = replace(last, loss=value)
            self._delivery.write("loss", value, self.updates)
        self._delivery.hand_over(self.updates)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Measure nothing meanwhile; updates go on being counted."""
        before, self._paused = self._paused, True
        self._end()
        try:
            yield
        finally:
            self._paused = before
            self._prepare()

    def state_dict(self) -> dict[str, Any]:
        """Return lists, numbers and text, for :meth:`load_state_dict`."""
        return {
            "updates": self.updates,
            "history": self.history.state_dict(),
            "findings": [finding.state_dict() for finding in self.findings],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from where another watch of this model was."""
        self.updates = state["updates"]
        self.history = History.of_state(state["history"])
        self.findings[:] = [Finding.of_state(one) for one in state["findings"]]
        self._end()
        self._prepare()

    def close(self) -> None:
        """Take everything off; what was measured stays."""
        if self.is_closed:
            return
        self.is_closed = True
        for handle in self._handles:
            handle.remove()
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
        if exception[0] is None:
            self._delivery.hand_over(self.updates)

    # When hooks are on

    def _prepare(self) -> None:
        """Put the hooks on where the update to come is to be measured."""
        update = self.updates + 1
        due = update == 1 or update % self.every == 0 or self._unseen > 0
        if due and not (self._hooks.on or self._paused or self.is_closed):
            self._hooks.begin()

    def _end(self) -> None:
        self._hooks.end()
        self._forget()

    def _forget(self) -> None:
        """Drop what was recorded for an update."""
        self._pass = BackwardPass()
        self._measured: MeasuredUpdate | None = None
        self._step_in_backward = False

    # In the backward pass

    def _on_gradient(self, call: Call) -> None:
        """Collect the calls that a backward pass reaches, until its end."""
        calls = self._hooks.recorder.calls
        if self._hooks.on and any(call is one for one in calls):
            self._measured = None
            self._pass.reach(call, self._on_end)

    @_guarded
    def _on_end(self, nested: bool) -> None:
        """Note what is known only now: the gradients' norm before any clipping."""
        calls = self._pass.calls
        if not calls:
            return
        # within another pass not all gradients have arrived
        norm = math.nan if nested else total_norm(self.model)
        self._pass.end(norm, self._scaler)
        if not all(call.outputs.isfinite().all() for call in calls):
            self._add_nonfinite()  # now: a GradScaler skips the update
        if self._step_in_backward:
            self._measure()
            self._finish()

    # At the optimizer

    def _before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if self._hooks.on and self._counts(optimizer) and is_outside():
            self._measure()
            self._delivery.hand_over(self.updates)

    def _after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if not self._counts(optimizer):
            return
        if self._hooks.on and not is_outside():
            self._step_in_backward = True  # an optimizer within the backward pass
            return
        if self._hooks.on:
            self._measure()  # of a closure, which the optimizer has only now called
        self._finish()
        self._delivery.hand_over(self.updates)

    @_guarded
    def _counts(self, optimizer: Optimizer) -> bool:
        return self._optimizer.is_it(optimizer)

    @_guarded
    def _measure(self) -> None:
        """Measure the last backward pass, once."""
        if self._measured or not self._pass.complete:
            return
        self._measured = MeasuredUpdate(self.model)
        calls, update = self._pass.calls, self.updates + 1
        # a second derivative adds to what the first pass left
        scale = math.nan if any(c.second_order for c in calls) else self._pass.scale
        self._measured.measure(calls, update, scale, exact=self._exact)
        if not self._measured.is_finite:
            self._add_nonfinite()
        for finding in call_findings.detached(update, calls):
            self._delivery.add(finding)
        for finding in judge(update, self._measured.rows):
            self._delivery.add(finding)

    def _add_nonfinite(self) -> None:
        # a GradScaler finds the largest scale by overflows
        scaled = self._scaler is not None or self._pass.scale != self._pass.scale
        found = call_findings.nonfinite(
            self.updates + 1, self._pass.calls, scaled=scaled
        )
        for finding in found:
            self._delivery.add(finding)

    def _finish(self) -> None:
        """Count an update; keep what was measured of it."""
        self.updates += 1
        if self._hooks.on:
            self._keep()
            self._end()
        self._prepare()

    @_guarded
    def _keep(self) -> None:
        if not self._measured:
            self._unseen += 1
            if self._unseen == PATIENCE:
                self._unseen = 0
                names = list(self._hooks.recorder.modules)
                self._delivery.add(call_findings.unread(self.updates, names, PATIENCE))
            return
        self._unseen = 0
        row = self._measured.row(self.updates, self._pass.norm)
        self.history.append(row)
        for name, value in scalars(row):
            self._delivery.write(name, value, self.updates)
