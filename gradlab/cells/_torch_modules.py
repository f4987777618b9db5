"""PyTorch's recurrent modules as cells with the same weights, and back."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from gradlab.activations.relu import ReLU
from gradlab.activations.sigmoid import Sigmoid
from gradlab.activations.tanh import Tanh
from gradlab.arguments import describe, instance
from gradlab.cells._dtypes import computed_dtype
from gradlab.cells._multi_layer import MultiLayerCell
from gradlab.cells._sequence import DIAGNOSE
from gradlab.cells.base import Cell
from gradlab.cells.gru import GRU
from gradlab.cells.lstm import LSTM
from gradlab.cells.rnn import RNN
from gradlab.errors import ConfigError, ShapeError


_KINDS: dict[Any, tuple[Any, Any]] = {
    RNN: (nn.RNN, nn.RNNCell),
    LSTM: (nn.LSTM, nn.LSTMCell),
    GRU: (nn.GRU, nn.GRUCell),
}
_BY_NAME: dict[str, Any] = {"RNN": RNN, "LSTM": LSTM, "GRU": GRU}
_GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
_TORCH: tuple[Any, ...] = tuple(module for pair in _KINDS.values() for module in pair)
_NONLINEARITIES = {"tanh": Tanh, "relu": ReLU}
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr")
"""Parameters of one layer, in torch.nn's modules with a suffix: ``weight_ih_l0``."""


def from_torch(module: nn.Module) -> Cell:
    """Return a cell with the weights of a recurrent module of PyTorch, copied.

    ``nn.RNN``, ``nn.LSTM`` and ``nn.GRU`` become one cell, those of several layers a
    :class:`gradlab.cells.MultiLayerCell`; so do ``nn.RNNCell``, ``nn.LSTMCell`` and
    ``nn.GRUCell``. The cell has the module's dtype (float32 for half precision, which
    a warning says) and device. Later changes of the module do not reach it. It reads
    (sequences, steps, I), whatever the module's ``batch_first``.

    Args:
        module: with any number of layers, ``proj_size``, ``bias`` and
            ``nonlinearity``; weights may be parametrized
            (``torch.nn.utils.parametrizations``). Dropout between layers is random in
            training mode; in evaluation mode there is none.

    Raises:
        ConfigError: for any other module, a bidirectional one, one with dropout in
            training mode, one with forward hooks, one whose weights a hook computes.

    >>> cell = from_torch(nn.LSTM(3, 5, num_layers=2))
    >>> cell.state_names
    ('h1', 'c1', 'h2', 'c2')
    """
    kind = kind_of(module)
    _refuse_what_is_random_or_backward(module)
    suffixes = [f"_l{k}" for k in range(getattr(module, "num_layers", 0))] or [""]
    layers = [_layer(kind, module, suffix) for suffix in suffixes]
    _refuse_hooks(module)
    return layers[0] if len(layers) == 1 else MultiLayerCell(layers)


def to_torch(cell: Cell) -> nn.RNNBase:
    """Return the ``nn.RNN``, ``nn.LSTM`` or ``nn.GRU`` of a cell, weights copied.

    It has ``batch_first=True``, so that ``to_torch(cell)(inputs)`` and ``cell(inputs)``
    read the same inputs and give the same outputs.

    Raises:
        ConfigError: for a cell that PyTorch has no module for: another activation, an
            option such as ``peephole``, layers of several widths, a class of one's own.

    >>> to_torch(LSTM(3, 5, proj=2))
    LSTM(3, 5, proj_size=2, batch_first=True)
    """
    instance("cell", cell, Cell, try_='gradlab.build("lstm", 3, 5)')
    layers = cell.layer_cells
    settings = [_torch_settings(layer) for layer in layers]
    if any(s != settings[0] for s in settings):
        raise _no_module(cell, "with layers that differ", "layers of one kind and size")
    first = next(cell.parameters())
    with torch.random.fork_rng(devices=[]):
        module = (
            settings[0]
            .pop("kind")(
                layers[0].input_size,
                num_layers=len(layers),
                batch_first=True,
                dtype=first.dtype,
                **settings[0],
            )
            .to(first.device)
        )
    with torch.no_grad():
        for k, layer in enumerate(layers):
            for name, weight in layer.named_parameters():
                getattr(module, f"{name}_l{k}").copy_(weight)
    return module


def is_time_first(module: Any) -> bool:
    """Return whether a module reads (T, B, I): ``nn.LSTM`` without ``batch_first``."""
    return isinstance(module, nn.RNNBase) and not module.batch_first


def states_by_name(module: Any, given: Any) -> Any:
    """Return the states a module is given as its cell takes them, one (B, n) per name.

    ``nn.RNN`` and ``nn.GRU`` take h_0, ``nn.LSTM`` (h_0, c_0), each (layers, B, n);
    ``nn.RNNCell`` and ``nn.GRUCell`` h. Those of a cell are returned as they are.

    Raises:
        ShapeError: for states of other shapes.
    """
    if given is None or not isinstance(module, _TORCH):
        return given
    several = list(given) if isinstance(given, tuple | list) else [given]
    if not isinstance(module, nn.RNNBase):
        return several
    shapes = [tuple(getattr(state, "shape", ())) for state in several]
    names = ("h_0", "c_0") if isinstance(module, nn.LSTM) else ("h_0",)
    three = all(len(shape) == 3 and shape[0] == module.num_layers for shape in shapes)
    if not three or len(shapes) != len(names):
        raise ShapeError(
            got=f"initial_state = {describe(given)}",
            expected=f"{', '.join(names)} of shape ({module.num_layers}, sequences, n)",
            try_="leaving it out, for zeros",
        )
    return [state[k] for k in range(module.num_layers) for state in several]


def kind_of(module: Any) -> Any:
    """Return the class of the cell a module becomes.

    Raises:
        ConfigError: for any other module, one with a ``forward`` of its own, a cell.
    """
    for kind, torch_classes in _KINDS.items():
        for torch_class in torch_classes:
            if isinstance(module, torch_class):
                if type(module).forward is torch_class.forward:
                    return kind
                raise ConfigError(
                    got=f"{type(module).__name__} with a forward of its own",
                    expected=f"the forward of {torch_class.__name__}",
                    try_="a gradlab.Cell with its step",
                )
    if isinstance(module, Cell):
        raise ConfigError(
            got=f"module = the gradlab cell {module.name}",
            expected="a module of torch.nn",
            try_="the cell as it is",
        )
    inside = module.named_modules() if isinstance(module, nn.Module) else ()
    found = next((name for name, m in inside if isinstance(m, _TORCH)), None)
    raise ConfigError(
        got=f"module = {describe(module)}",
        expected=f"one of torch.nn's {', '.join(c.__name__ for c in _TORCH)}; "
        f"of a model its recurrent layer ({DIAGNOSE})",
        try_=f"model.get_submodule({found!r})" if found else "torch.nn.LSTM(3, 5)",
    )


def _refuse_what_is_random_or_backward(module: Any) -> None:
    name = type(module).__name__
    if getattr(module, "bidirectional", False):
        raise ConfigError(
            got=f"a bidirectional {name}",
            expected=f"one direction ({DIAGNOSE})",
            try_=f"each direction by itself: a {name} with its weights, that of those "
            "named _reverse on inputs flipped in time",
        )
    dropout, layers = getattr(module, "dropout", 0), getattr(module, "num_layers", 1)
    if dropout and layers > 1 and module.training:
        raise ConfigError(
            got=f"{name} with dropout={dropout} in training mode",
            expected="a module whose step is no matter of chance",
            try_="module.eval(), in which there is no dropout",
        )


def _refuse_hooks(module: Any) -> None:
    """Refuse a module whose hooks see, and may change, what it reads and gives."""
    for kind in ("forward_pre_hook", "forward_hook"):
        if getattr(module, f"_{kind}s"):
            raise ConfigError(
                got=f"{type(module).__name__} with a {kind}",
                expected="a module without hooks: the cell has its weights alone, and "
                "a hook may change inputs or states",
                try_="the handle's remove(), what it changes done to the inputs before",
            )


def from_weights(
    kind: str, weights: Mapping[str, Tensor], nonlinearity: str = "tanh"
) -> Cell:
    """Return a cell of one layer with these weights, copied.

    Args:
        kind: ``RNN``, ``LSTM`` or ``GRU``.
        weights: ``weight_ih``, ``weight_hh``, biases where there are any, and
            ``weight_hr`` of a projection.
        nonlinearity: of the RNN, ``tanh`` or ``relu``.
    """
    rows, features = weights["weight_ih"].shape
    with torch.random.fork_rng(devices=[]):
        cell = _new_cell(
            _BY_NAME[kind],
            features,
            rows // _GATES[kind],
            bias="bias_ih" in weights,
            nonlinearity=nonlinearity,
            proj=len(weights.get("weight_hr", ())),
            dtype=weights["weight_ih"].dtype,
        )
    cell.load_state_dict(weights)
    return cell.to(weights["weight_ih"].device)


def _layer(kind: Any, module: Any, suffix: str) -> Cell:
    """Return one layer as a cell; its weights are the module's with this suffix."""
    weights = dict(_weights(module, suffix))
    dtype = computed_dtype(weights["weight_hh"].dtype, type(module).__name__)
    computed = {name: weight.to(dtype) for name, weight in weights.items()}
    return from_weights(
        kind.__name__, computed, getattr(module, "nonlinearity", "tanh")
    )


def cell_like(
    kind: Any, module: Any, input_size: int, dtype: torch.dtype | None = None
) -> Cell:
    """Return a new cell for one layer of a module, its weights not yet the module's.

    Args:
        kind: class of the cell, as :func:`kind_of` returns it.
        module: of torch.nn.
        input_size: of the layer.
        dtype: of the cell's parameters.
    """
    return _new_cell(
        kind,
        input_size,
        module.hidden_size,
        bias=module.bias,
        nonlinearity=getattr(module, "nonlinearity", "tanh"),
        proj=getattr(module, "proj_size", 0),
        dtype=dtype,
    )


def _new_cell(
    kind: Any,
    input_size: int,
    hidden_size: int,
    *,
    bias: bool,
    nonlinearity: str,
    proj: int,
    dtype: torch.dtype | None,
) -> Cell:
    arguments: dict[str, Any] = {"bias": bias, "dtype": dtype}
    if kind is RNN:
        arguments["activation"] = _NONLINEARITIES[nonlinearity]()
    if kind is LSTM:
        arguments["proj"] = proj
    return kind(input_size, hidden_size, **arguments)


def _weights(module: Any, suffix: str) -> Iterator[tuple[str, Tensor]]:
    """Yield a layer's weights by the name in a cell, as they are used."""
    parametrized = getattr(module, "parametrizations", {})
    for name in WEIGHTS:
        weight = getattr(module, f"{name}{suffix}", None)
        if weight is None:
            continue
        own = dict(module.named_parameters(remove_duplicate=False))  # tied ones, too
        if f"{name}{suffix}" not in {**own, **parametrized}:
            raise ConfigError(
                got=f"{name}{suffix} that is no parameter: a hook computes it",
                expected="weights that are parameters",
                try_="torch.nn.utils.remove_weight_norm or prune.remove before",
            )
        yield name, weight.detach()


def _torch_settings(cell: Any) -> dict[str, Any]:
    """Return the module of one layer: its class, ``kind``, and its arguments."""
    kind = type(cell)
    if kind not in _KINDS or cell.ensemble_shape:
        what = "ensemble" if cell.ensemble_shape else "class"
        raise _no_module(cell, f"of {what} {kind.__name__}", "one RNN, LSTM or GRU")
    settings: dict[str, Any] = {
        "kind": _KINDS[kind][0],
        "hidden_size": cell.hidden_size,
        "bias": "bias_ih" in dict(cell.named_parameters()),
    }
    if isinstance(cell, RNN):
        names = {phi: name for name, phi in _NONLINEARITIES.items()}
        if type(cell.activation) not in names:
            raise _no_module(cell, f"with {cell.activation!r}", "tanh or relu")
        return settings | {"nonlinearity": names[type(cell.activation)]}
    if isinstance(cell, LSTM):
        settings["proj_size"] = cell.proj_size
    for option in _OPTIONS:
        if getattr(cell, option, False):
            raise _no_module(cell, f"with {option}", "one without options")
    for what in ("gate", "candidate", "output_activation"):
        function = getattr(cell, what, None)
        if function and type(function) is not (Sigmoid if what == "gate" else Tanh):
            raise _no_module(cell, f"with {what} {function!r}", "tanh, gates sigmoid")
    return settings


_OPTIONS = ("peephole", "no_forget", "coupled", "reset_before", "z_replaces")


def _no_module(cell: Cell, how: str, expected: str) -> ConfigError:
    return ConfigError(
        got=f"cell {getattr(cell, 'name', type(cell).__name__)} {how}",
        expected=f"a cell that torch.nn has a module for: {expected}",
        try_="the cell itself: cell(inputs) runs a sequence and can be trained",
    )
