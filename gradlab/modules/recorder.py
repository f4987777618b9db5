"""Record the calls of a model's recurrent modules by hooks, and what reaches them."""

import sys
import warnings
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import (
    _global_forward_hooks_with_kwargs,
    register_module_forward_hook,
    register_module_forward_pre_hook,
)
from torch.nn.utils.rnn import PackedSequence

from gradlab.modules.call import Call
from gradlab.modules.found import recurrent_modules, weights_of
from gradlab.modules.layout import Layout


class Recorder:
    """Hooks on a model's recurrent modules, from :meth:`install` to :meth:`remove`.

    The hooks read: what the model computes, its random stream, weights and ``.grad``
    stay those of a run without them. A call is recorded where gradients are recorded
    (not under ``no_grad``), and owned by the hooks on its outputs: it lives as long as
    the graph. The recorder itself keeps a call alive only with ``keep``.

    The hooks are torch's global ones, so that copies and pickles of the model carry
    none; with ``by_inputs``, which changes what a module is given, the modules' own.

    Args:
        model: the model, or a recurrent module.
        keep: whether :attr:`calls` outlive their graph.
        by_inputs: whether to record dL/d of inputs and initial states as well: the
            modules then read aliases of them that need a gradient.
        sequences: of padded batches, how many are recorded; all by default.
        names: of modules to record; all by default.
        on_error: called with what a hook would raise, in place of raising it.
        on_gradient: called within a backward pass with each call that it has reached,
            once for each tensor.

    Raises:
        ConfigError: nothing recurrent, a subclass with a ``forward`` of its own, a
            scripted module.
    """

    def __init__(
        self,
        model: nn.Module,
        *,
        keep: bool = True,
        by_inputs: bool = False,
        sequences: int | None = None,
        names: tuple[str, ...] | None = None,
        on_error: Callable[[Exception], None] | None = None,
        on_gradient: Callable[[Call], None] | None = None,
    ) -> None:
        found = recurrent_modules(model)
        self.modules = found if names is None else {name: found[name] for name in names}
        self.by_inputs, self.sequences = by_inputs, sequences
        self._keep, self._on_error, self.on_gradient = keep, on_error, on_gradient
        self._handles: list[Any] = []
        self._filter: Any = None
        self._calls: list[Callable[[], Call | None]] = []
        self._weights: dict[str, tuple[tuple, Mapping[str, Tensor]]] = {}
        self.aliases: list[Tensor] = []

    @property
    def calls(self) -> list[Call]:
        """The calls so far that are still alive, in order."""
        return [call for get in self._calls if (call := get()) is not None]

    def install(self) -> None:
        """Put the hooks on."""
        hooks = {id(m): _Hooks(self, name) for name, m in self.modules.items()}
        if not self.by_inputs:
            self._install_globally(hooks)
            return
        for module in self.modules.values():
            of_module = hooks[id(module)]
            self._handles += [
                module.register_forward_pre_hook(
                    self.guarded(of_module.before), with_kwargs=True
                ),
                module.register_forward_hook(
                    self.guarded(of_module.after), with_kwargs=True
                ),
            ]

    def _install_globally(self, hooks: Mapping[int, "_Hooks"]) -> None:
        def before(module: nn.Module, args: tuple) -> None:
            if (of_module := hooks.get(id(module))) is not None:
                of_module.before(module, args, {})

        def after(module: nn.Module, args: tuple, kwargs: dict, output: Any) -> Any:
            of_module = hooks.get(id(module))
            return of_module and of_module.after(module, args, kwargs, output)

        first, second = self.guarded(before), self.guarded(after)
        if "torch._dynamo" in sys.modules:  # which compiles hooks, and warns of them
            first, second = map(torch.compiler.disable, (first, second))
            warnings.filterwarnings("ignore", r"Using `torch.compile\(module\)` when")
            self._filter = warnings.filters[0]
        self._handles += [
            register_module_forward_pre_hook(first),
            register_module_forward_hook(second, with_kwargs=True),
        ]

    def remove(self) -> None:
        """Take the hooks off the modules; those on tensors stay with their graph."""
        for handle in self._handles:
            handle.remove()
            # which torch leaves behind of a global hook
            _global_forward_hooks_with_kwargs.pop(handle.id, None)
        self._handles = []
        if self._filter in warnings.filters:
            warnings.filters.remove(self._filter)  # type: ignore[attr-defined]

    def clear(self) -> None:
        """Forget all calls."""
        self._calls, self._weights, self.aliases = [], {}, []

    def add(self, call: Call) -> None:
        """Append a call."""
        call.number = len(self._calls) + 1
        self._calls.append((lambda: call) if self._keep else weakref.ref(call))

    def weights(self, name: str, module: nn.Module) -> Mapping[str, Tensor]:
        """Return copies of the weights in use, the same ones until they change."""
        used = dict(weights_of(module))
        state = tuple((weight.data_ptr(), weight._version) for weight in used.values())
        parametrized = bool(getattr(module, "parametrizations", None))
        if parametrized or name not in self._weights or self._weights[name][0] != state:
            copies = {key: weight.detach().clone() for key, weight in used.items()}
            self._weights[name] = state, copies
        return self._weights[name][1]

    def guarded(self, hook: Callable) -> Callable:
        """Return a hook whose errors go to ``on_error``, if there is one."""
        if self._on_error is None:
            return hook
        on_error = self._on_error

        def run(*args: Any) -> Any:
            try:
                return hook(*args)
            except Exception as error:
                on_error(error)
                return None

        return run


@contextmanager
def record(model: nn.Module, **options: Any) -> Iterator[Recorder]:
    """Record within a ``with``; arguments and errors are those of :class:`Recorder`.

    >>> model = nn.LSTM(2, 3)
    >>> with record(model) as recorder:
    ...     model(torch.zeros(5, 1, 2))[0].sum().backward()
    >>> [(call.kind, call.steps) for call in recorder.calls]
    [('LSTM', 5)]
    >>> recorder.calls[0].gradients["outputs"].shape
    torch.Size([5, 1, 3])
    """
    recorder = Recorder(model, **options)
    recorder.install()
    try:
        yield recorder
    finally:
        recorder.remove()


class _Hooks:
    """The two hooks of a module; what it reads is kept until it has given something."""

    def __init__(self, recorder: Recorder, name: str) -> None:
        self.recorder, self.name = recorder, name
        self.read: tuple[tuple[Tensor, ...] | None, Tensor | None] | None = None

    def before(self, module: nn.Module, args: tuple, kwargs: dict) -> Any:
        """Keep the random state, and give the module aliases of what it reads."""
        self.read = None
        if not torch.is_grad_enabled() or torch.is_inference_mode_enabled():
            return None
        if not self.recorder.by_inputs:
            self.read = None, _random_state(module)
            return None
        given, starts = _arguments(args, kwargs)
        self.read = starts, _random_state(module)
        given, start = self._alias(given), tuple(map(self._alias, starts))
        lstm = isinstance(module, nn.LSTM | nn.LSTMCell)
        return (given, *((start if lstm else start[0],) if start else ())), {}

    def after(self, module: nn.Module, args: tuple, kwargs: dict, output: Any) -> Any:
        """Record the call; return aliases of what a cell gave."""
        if self.read is None:
            return None
        (starts, random_state), self.read = self.read, None
        given, start = _arguments(args, kwargs)
        starts = start if starts is None else starts
        layout = Layout.of(module, given, self.recorder.sequences)
        outputs, final, replaced = _given(module, output)
        inputs = layout.steps(_data(given).detach()).clone()
        start_states = [layout.state(part.detach()).clone() for part in start]
        shared = tuple(layout.state(part.detach()) for part in final)
        call = Call(
            number=0,
            name=self.name,
            module=module,
            weights=self.recorder.weights(self.name, module),
            inputs=inputs,
            start=tuple(start_states or map(torch.zeros_like, shared)),
            start_given=bool(start),
            outputs=layout.steps(_data(outputs).detach()).clone(),
            final=tuple(part.clone() for part in shared),
            shared=shared,
            batch=layout.batch(_data(given)),
            packing=layout.packing,
            dropout=_dropout(module),
            random_state=random_state,
            autocast=_autocast(inputs.device.type),
            # a graph task runs: a forward pass within it is a recomputation
            made_in=torch._C._current_graph_task_id(),
        )
        self._link(call, tuple(layout.state(part) for part in starts))
        self.recorder.add(call)
        hook = self._hook
        if not isinstance(module, nn.RNNCellBase):
            hook(call, "outputs", _data(outputs), layout.steps)
        for k, part in enumerate(final):
            hook(call, f"final{k}", part, layout.state)
        if self.recorder.by_inputs:
            hook(call, "inputs", _data(given), layout.steps)
            for k, part in enumerate(start):
                hook(call, f"start{k}", part, layout.state)
        return replaced

    def _alias(self, given: Any) -> Any:
        """Return an alias of a tensor, or of packed data, that needs a gradient."""
        if isinstance(given, PackedSequence):
            return given._replace(data=self._alias(given.data))
        alias = (
            given.view_as(given)
            if given.requires_grad
            else given.detach().requires_grad_()
        )
        self.recorder.aliases.append(alias)
        return alias

    def _hook(
        self, call: Call, name: str, tensor: Tensor, layout: Callable[[Tensor], Tensor]
    ) -> None:
        """Have a tensor's gradient added to the call's, which the hook then owns."""

        def receive(gradient: Tensor | None) -> None:
            if gradient is None:  # of an output that nobody uses
                return
            with_graph = torch.is_grad_enabled()  # create_graph
            call.receive(name, layout(gradient.detach()), with_graph)
            if self.recorder.on_gradient is not None:
                self.recorder.on_gradient(call)

        if tensor.requires_grad:
            tensor.register_hook(self.recorder.guarded(receive))

    def _link(self, call: Call, start: tuple[Tensor, ...]) -> None:
        """Find the call whose final states this one starts from."""
        if not start:
            return
        for earlier in reversed(self.recorder.calls):
            if earlier.kind != call.kind or len(earlier.shared) != len(start):
                continue
            pairs = list(zip(earlier.shared, start, strict=True))
            if any(known.shape != given.shape for known, given in pairs):
                continue
            # the earlier call keeps its memory, so no other tensor is there
            same = all(known.data_ptr() == given.data_ptr() for known, given in pairs)
            by_graph = all(given.requires_grad for given in start)
            if same and by_graph:
                call.continues = earlier
                return
            # zeros say nothing: every sequence may start there
            moved = any(bool(known.any()) for known, _ in pairs)
            if not by_graph and moved and all(torch.equal(*pair) for pair in pairs):
                call.continues, call.detached = earlier, True
                return


def _arguments(args: tuple, kwargs: dict) -> tuple[Any, tuple[Tensor, ...]]:
    """Return what a module is given: inputs, and initial states if there are any."""
    names = {"input": 0, "hx": 1}
    given = {name: args[k] for name, k in names.items() if k < len(args)} | kwargs
    start = given.get("hx")
    if start is None:
        return given["input"], ()
    return given["input"], (start,) if isinstance(start, Tensor) else tuple(start)


def _given(module: nn.Module, output: Any) -> tuple[Any, tuple[Tensor, ...], Any]:
    """Return outputs, final states and what the caller gets in their place.

    h_t of an LSTM cell is computed from the very tensor c_t, so a hook on that tensor
    sees dL/dc_t along the graph, through h_t as well. The caller gets aliases: what
    reaches them does not come through the cell itself.
    """
    if isinstance(module, nn.RNNCellBase):
        parts = output if isinstance(output, tuple) else (output,)
        aliases = tuple(part.view_as(part) for part in parts)
        return aliases[0], aliases, aliases if len(aliases) > 1 else aliases[0]
    outputs, final = output
    return outputs, final if isinstance(final, tuple) else (final,), None


def _data(given: Any) -> Tensor:
    return given.data if isinstance(given, PackedSequence) else given


def _dropout(module: Any) -> float:
    """Return the probability of dropout between layers, where it is drawn."""
    drawn = module.training and getattr(module, "num_layers", 1) > 1
    return float(module.dropout) if drawn else 0.0


def _random_state(module: nn.Module) -> Tensor | None:
    if not _dropout(module):
        return None
    device = next(weights_of(module))[1].device
    if device.type == "cuda":
        return torch.cuda.get_rng_state(device)
    return torch.get_rng_state()


def _autocast(device: str) -> torch.dtype | None:
    enabled = torch.is_autocast_enabled(device)
    return torch.get_autocast_dtype(device) if enabled else None
