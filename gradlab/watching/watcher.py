"""Hooks around an unchanged training loop, and when they are on."""

import math
import sys
import warnings
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any, Literal, Self

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.optimizer import (
    register_optimizer_step_post_hook,
    register_optimizer_step_pre_hook,
)

from gradlab.arguments import whole_number
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.modules import Call, LayerRun, Recorder, recurrent_modules
from gradlab.modules.found import weights_of
from gradlab.modules.nonfinite import locate
from gradlab.watching.finding import Finding, FindingError, FindingWarning, judge
from gradlab.watching.history import History, LayerRow, UpdateRow
from gradlab.watching.measurement import measure


if TYPE_CHECKING:
    import pandas

OnFinding = Literal["warn", "raise"] | Callable[[Finding], object]

PATIENCE = 3
"""Measured updates without a call of a recurrent module until that is a finding."""


def _guarded(method: Callable) -> Callable:
    """Have a hook's errors end in a warning: the model's run is not to stop at them."""

    @wraps(method)
    def run(self: "Watcher", *args: Any) -> Any:
        try:
            return method(self, *args)
        except Exception as error:
            self._failed(error)
            return None

    return run


class Watcher:
    """What watches a model; see :func:`gradlab.watch`.

    Attributes:
        history: the numbers so far.
        findings: of each kind the first one at each place.
        updates: how many there were.
    """

    def __init__(
        self,
        model: nn.Module,
        every: int = 50,
        *,
        optimizer: Optimizer | None = None,
        layers: str | Iterable[str] | None = None,
        sequences: int = 8,
        scaler: Any = None,
        on_finding: OnFinding = "warn",
        writer: Any = None,
        exact: bool = False,
    ) -> None:
        self.model = model
        self.every = whole_number("every", every, 1, try_="50")
        self.on_finding = _checked(on_finding)
        self.scaler, self.writer, self.exact = scaler, writer, exact
        self.history, self.updates = History(), 0
        self.findings: list[Finding] = []
        self._recorder = Recorder(
            model,
            keep=False,
            sequences=whole_number("sequences", sequences, 1, try_="8"),
            names=_names(model, layers),
            on_error=self._failed,
            on_gradient=self._on_gradient,
        )
        self._eager = _EagerSteps(self._recorder.modules.values())
        self._optimizer = None if optimizer is None else weakref.ref(optimizer)
        self._holds: weakref.WeakKeyDictionary = weakref.WeakKeyDictionary()
        self._handles = [
            register_optimizer_step_pre_hook(self._before_step),
            register_optimizer_step_post_hook(self._after_step),
        ]
        self._closed, self._paused, self._measuring = False, False, False
        self._unseen = 0
        self._deliver: list[Finding | Exception] = []
        self._forget()
        self._prepare()

    # What is offered

    def frame(self) -> "pandas.DataFrame":
        """Return a tidy table: update, layer, measure, block, lag, value."""
        return self.history.frame()

    def step(self, loss: Any = None) -> None:
        """Note the loss of the last update; count it where there is no optimizer.

        Raises:
            FindingError: with ``on_finding="raise"``.
        """
        if self._optimizer is None:
            self._measure()
            self._finish()
        last = self.history.updates[-1] if self.history.updates else None
        if loss is not None and last and last.update == self.updates:
            value = float(loss.detach() if isinstance(loss, Tensor) else loss)
            self.history.updates[-1] = replace(last, loss=value)
            self._write("loss", value)
        self._hand_over()

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
        self.findings = [Finding.of_state(one) for one in state["findings"]]
        self._end()
        self._prepare()

    def close(self) -> None:
        """Take everything off; what was measured stays."""
        if self._closed:
            return
        self._closed = True
        for handle in self._handles:
            handle.remove()
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()
        if exception[0] is None:
            self._hand_over()

    # When hooks are on

    def _prepare(self) -> None:
        """Put the hooks on where the update to come is to be measured."""
        update = self.updates + 1
        due = update == 1 or update % self.every == 0 or self._unseen > 0
        if due and not self._measuring and not self._paused and not self._closed:
            self._measuring = True
            self._recorder.install()
            self._eager.begin()

    def _end(self) -> None:
        if self._measuring:
            self._measuring = False
            self._recorder.remove()
            self._eager.end()
        self._recorder.clear()
        self._forget()

    def _forget(self) -> None:
        """Drop what was recorded for an update."""
        self._pass = -1  # number of the backward pass that is under way or was last
        self._queued: set[int] = set()
        self._reached: dict[int, Call] = {}  # by that pass, by id
        self._complete = False  # whether it has ended
        self._norm = self._norm_at_step = math.nan
        self._scale = math.nan
        self._rows: tuple[LayerRow, ...] = ()
        self._before: dict[str, tuple[nn.Module, str, Tensor]] = {}
        self._is_measured = self._step_in_backward = False

    # In the backward pass

    def _on_gradient(self, call: Call) -> None:
        """Collect the calls that a backward pass reaches, until its end."""
        if not self._measuring or all(call is not one for one in self._recorder.calls):
            return
        task = torch._C._current_graph_task_id()
        outer = call.made_in if call.in_backward else task
        if outer != self._pass:
            self._pass, self._queued, self._reached = outer, set(), {}
        self._complete = self._is_measured = False
        self._reached[id(call)] = call
        if task not in self._queued:
            self._queued.add(task)
            nested = task != outer
            # once more from within: after what DDP does at the end of a backward pass
            _queue(lambda: _queue(lambda: self._on_end(nested)))

    @_guarded
    def _on_end(self, nested: bool) -> None:
        """Note what is known only now: the gradients' norm before any clipping."""
        if not self._reached:
            return
        self._complete = True
        self._scale = self._loss_scale()
        norm = _total_norm(self.model) / self._scale
        self._norm = math.nan if nested else norm
        if not all(_is_finite(call.outputs) for call in self._reached.values()):
            self._nonfinite()  # now: a GradScaler skips the update
        if self._step_in_backward:
            self._measure()
            self._finish()

    def _loss_scale(self) -> float:
        if self.scaler is not None:
            return float(self.scaler.get_scale())
        half = any(call.autocast is torch.float16 for call in self._reached.values())
        return math.nan if half else 1.0

    # At the optimizer

    def _before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if self._measuring and self._counts(optimizer) and _outside_backward():
            self._measure()
            self._hand_over()

    def _after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if not self._counts(optimizer):
            return
        if self._measuring and not _outside_backward():
            self._step_in_backward = True  # an optimizer within the backward pass
            return
        if self._measuring:
            self._measure()  # of a closure, which the optimizer has only now called
        self._finish()
        self._hand_over()

    @_guarded
    def _counts(self, optimizer: Optimizer) -> bool:
        """Return whether this is the optimizer whose steps are the updates.

        The first that steps and holds a parameter of a watched module; where those
        have none that learns, of the model.
        """
        known = self._optimizer() if self._optimizer else None
        if known is None and self._is_of_model(optimizer):
            self._optimizer, known = weakref.ref(optimizer), optimizer
        return known is optimizer

    def _is_of_model(self, optimizer: Optimizer) -> bool:
        groups = optimizer.param_groups
        count = sum(len(group["params"]) for group in groups)
        known = self._holds.get(optimizer)
        if known is None or known[0] != count:
            own = {
                id(weight)
                for module in self._recorder.modules.values()
                for weight in module.parameters()
                if weight.requires_grad
            } or set(map(id, self.model.parameters()))
            held = any(id(p) in own for group in groups for p in group["params"])
            self._holds[optimizer] = known = count, held
        return known[1]

    @_guarded
    def _measure(self) -> None:
        """Measure the last backward pass, once."""
        if self._is_measured or not self._complete:
            return
        self._is_measured = True
        self._norm_at_step = _total_norm(self.model)
        calls = sorted(self._reached.values(), key=lambda call: call.number)
        update = self.updates + 1
        scale = math.nan if any(c.second_order for c in calls) else self._scale
        measured = measure(calls, scale=scale, seed=update, exact=self.exact)
        self._rows = tuple(row for row, _ in measured)
        self._before = {row.name: _recurrent_weight(run) for row, run in measured}
        finite = all(
            value < math.inf
            for row in self._rows
            for curve in row.by_state.values()
            for value in curve
        )
        if not finite:
            self._nonfinite()
        for call in calls:
            if call.detached and call.continues in calls:
                self._add(_detached(update, call))
        for finding in judge(update, self._rows):
            self._add(finding)

    def _nonfinite(self) -> None:
        calls = sorted(self._reached.values(), key=lambda call: call.number)
        place = locate(calls)
        if place is None:
            return
        # a GradScaler finds the largest scale by overflows
        by_scale = place.direction == "backward" and (
            self.scaler is not None or self._scale != self._scale
        )
        step = "" if place.step is None else f" at step {place.step}"
        text = f"NaN or inf arises in the {place.direction} pass of {place.where}{step}"
        self._add(
            Finding(
                "nonfinite",
                self.updates + 1,
                place.where,
                place.step,
                place.what,
                "unknown" if by_scale else "exact",
                f"{text}: {place.what}",
            )
        )

    def _finish(self) -> None:
        """Count an update; keep what was measured of it."""
        self.updates += 1
        if self._measuring:
            self._keep()
            self._end()
        self._prepare()

    @_guarded
    def _keep(self) -> None:
        if not self._is_measured:
            self._unseen += 1
            if self._unseen == PATIENCE:
                self._unseen = 0
                self._add(_unread(self.updates, list(self._recorder.modules)))
            return
        self._unseen = 0
        row = UpdateRow(
            self.updates,
            math.nan,
            self._norm,
            self._norm_at_step / self._norm if self._norm else math.nan,
            tuple(
                replace(one, update_ratio=_change(self._before[one.name]))
                for one in self._rows
            ),
        )
        self.history.append(row)
        for name, value in _scalars(row):
            self._write(name, value)

    # What is found

    def _add(self, finding: Finding) -> None:
        """Keep a finding of a kind and place that is new."""
        known = [one for one in self.findings if one.kind == finding.kind]
        if any(finding.where in (one.where, *one.others) for one in known):
            return
        self.findings.append(finding)
        self._deliver.append(finding)

    def _failed(self, error: Exception) -> None:
        if not any(isinstance(one, Exception) for one in self._deliver):
            self._deliver.append(error)

    def _hand_over(self) -> None:
        """Warn, raise or call, outside the backward pass."""
        found, self._deliver = self._deliver, []
        for one in found:
            if isinstance(one, Exception):
                text = f"gradlab.watch could not measure update {self.updates}: "
                text += f"{type(one).__name__}: {one}"
                warnings.warn(text, FindingWarning, stacklevel=3)
            elif self.on_finding == "raise":
                raise FindingError(one)
            elif self.on_finding == "warn":
                warnings.warn(str(one), FindingWarning, stacklevel=3)
            else:
                self.on_finding(one)

    def _write(self, name: str, value: float) -> None:
        if self.writer is not None and math.isfinite(value):
            self.writer.add_scalar(f"gradlab/{name}", value, self.updates)


class _EagerSteps:
    """Compiled loops of cells ignore hooks: measured steps are then run eagerly."""

    def __init__(self, watched: Iterable[nn.Module]) -> None:
        self.cells = any(isinstance(module, nn.RNNCellBase) for module in watched)
        self.stance: Any = None

    def begin(self) -> None:
        if self.cells and "torch._dynamo" in sys.modules:  # or nothing is compiled
            self.stance = torch.compiler.set_stance("force_eager")

    def end(self) -> None:
        if self.stance is not None:
            self.stance.__exit__(None, None, None)
            self.stance = None


def _queue(callback: Callable[[], None]) -> None:
    torch.autograd.Variable._execution_engine.queue_callback(callback)


def _outside_backward() -> bool:
    return torch._C._current_graph_task_id() == -1


def _is_finite(values: Tensor) -> bool:
    return bool(values.isfinite().all())


@torch.no_grad()
def _total_norm(model: nn.Module) -> float:
    """Return the norm of all gradients together, as ``clip_grad_norm_`` does."""
    found = [p.grad for p in model.parameters() if p.grad is not None]
    parts = [grad.coalesce().values() if grad.is_sparse else grad for grad in found]
    norms = [torch.linalg.vector_norm(part, dtype=torch.float32) for part in parts]
    device = norms[0].device if norms else None
    total = (
        torch.stack([norm.to(device) for norm in norms]).norm() if norms else math.nan
    )
    return float(total)


def _recurrent_weight(run: LayerRun) -> tuple[nn.Module, str, Tensor]:
    """Return module, name and value of a run's recurrent weights."""
    name, call = f"weight_hh{run.suffix}", run.calls[0]
    return call.module, name, call.weights[name]


def _change(before: tuple[nn.Module, str, Tensor]) -> float:
    """Return |change| / |weights| since the forward pass."""
    module, name, old = before
    new = dict(weights_of(module))[name].detach()
    return float((new - old).double().norm() / old.double().norm())


def _detached(update: int, call: Call) -> Finding:
    assert call.continues is not None
    text = (
        f"call {call.number} of {call.name} starts from the values of call "
        f"{call.continues.number}'s final states without their graph: no gradient "
        "passes, as is right for truncated backpropagation alone"
    )
    return Finding("detached", update, call.name, 1, None, "exact", text)


def _unread(update: int, names: list[str]) -> Finding:
    text = (
        f"no backward pass through {', '.join(names)} was seen in {PATIENCE} updates: "
        "a compiled loop takes no hooks, and without gradients there is nothing to see"
    )
    return Finding("unread", update, names[0], None, None, "unknown", text)


def _scalars(row: UpdateRow) -> Iterator[tuple[str, float]]:
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


def _names(model: nn.Module, layers: str | Iterable[str] | None) -> tuple | None:
    if layers is None:
        return None
    names = (layers,) if isinstance(layers, str) else tuple(layers)
    known = recurrent_modules(model)
    for name in names:
        if name not in known:
            raise UnknownNameError.among("layer", name, known)
    return names


def _checked(on_finding: Any) -> OnFinding:
    if on_finding in ("warn", "raise") or callable(on_finding):
        return on_finding
    raise ConfigError(
        got=f"on_finding = {on_finding!r}",
        expected='"warn", "raise" or a function of a finding',
        try_='on_finding="warn"',
    )
