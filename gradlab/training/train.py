"""Train one network from Python."""

import copy
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gradlab.arguments import describe, number, optional, whole_number
from gradlab.cells import from_torch
from gradlab.cells.base import Cell
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.labelled import LabelledArray
from gradlab.tasks.base import Task, parse
from gradlab.training.head import BIAS, WEIGHT, draw_head
from gradlab.training.settings import OPTIMIZERS, TrainingSettings, check_batch
from gradlab.training.trained import Trained
from gradlab.training.trainer import Trainer


_DEFAULT = TrainingSettings()


def train(
    cell: Cell | nn.Module,
    task: Task | str,
    *,
    updates: int = _DEFAULT.updates,
    learning_rate: float = _DEFAULT.learning_rate,
    optimizer: str = _DEFAULT.optimizer,
    epsilon: float | None = _DEFAULT.epsilon,
    batch: int | None = _DEFAULT.batch,
    clip: float | None = _DEFAULT.clip,
    success: float | None = _DEFAULT.success,
    seed: int = 0,
    on_update: Callable[[int, float], object] | None = None,
) -> Trained:
    """Train a copy of a cell on a task; return it with what was recorded.

    An output layer is drawn for the task and trained with the cell. On one thread
    (``torch.set_num_threads(1)``) the numbers are those of the same network in a sweep
    (``gradlab sweep --task ...``), bit for bit.

    Args:
        cell: of ``gradlab.build``, or an ``nn.RNN``, ``nn.LSTM`` or ``nn.GRU``. It
            stays as it is. The training is on its device.
        task: a task, or its spec such as ``"lag:50"``.
        updates: of the parameters.
        learning_rate: of the optimizer.
        optimizer: ``"adam"``, ``"rmsprop"`` or ``"sgd"``, otherwise as PyTorch has it.
        epsilon: what the optimizer adds to the root mean square it divides by; SGD
            has none.
        batch: sequences of an update; the task's own number by default.
        clip: the largest norm of the gradient over all parameters; None: no clipping.
        success: the score from which the task is learned; the task's own by default.
        seed: of the output layer and of the sequences.
        on_update: called after each update with how many were done, and the loss of
            the batch before it.

    Changes neither ``cell`` nor any random generator.

    Raises:
        ConfigError: for arguments of another kind or value; a cell that does not read
            what the task gives; a batch larger than the task's data.
        UnknownNameError: for an unknown task or optimizer, with the nearest name.

    >>> import gradlab
    >>> cell = gradlab.build("lstm", input_size=6, hidden_size=8)
    >>> cell = gradlab.initialize_(cell, forget_bias="chrono", length=5)
    >>> trained = gradlab.train(cell, "lag:5", updates=100)
    >>> trained.learned, trained.losses.axes
    (True, ('update',))
    """
    chosen = _task(task)
    own = _cell(cell, chosen)
    settings = TrainingSettings(
        optimizer=_optimizer(optimizer),
        learning_rate=number("learning_rate", learning_rate, above=0, try_="0.01"),
        epsilon=_epsilon(epsilon, optimizer),
        batch=optional(whole_number, "batch", batch, 1, try_="32"),
        clip=optional(number, "clip", clip, above=0, try_="1.0"),
        updates=whole_number("updates", updates, 1, try_="1000"),
        success=optional(number, "success", success, try_="0.9"),
    )
    seed = whole_number("seed", seed, 0, try_="0")
    check_batch(chosen, settings.batch, "batch=")
    if on_update is not None and not callable(on_update):
        raise ConfigError(
            got=f"on_update = {describe(on_update)}",
            expected="a function of the number of updates and the loss",
            try_="on_update=print",
        )
    trainer = Trainer([(own, _head(own, chosen, seed))], [seed], chosen, settings)
    while not trainer.done:
        trainer.update()
        if on_update is not None:
            loss = trainer.history.losses[trainer.updates - 1, 0]
            on_update(trainer.updates, float(loss))
    return _trained(own, trainer)


def _head(cell: Cell, task: Task, seed: int) -> dict[str, Tensor]:
    width = cell.state_sizes[cell.output_state]
    like = next(cell.parameters())
    head = draw_head(seed, width, task.outputs)
    return {name: value.to(like) for name, value in head.items()}


def network_of(trainer: Trainer, cell: Cell) -> tuple[Cell, nn.Linear]:
    """Return the first network of a trainer as it is now: its cell and output layer.

    Args:
        trainer: of it.
        cell: of the same kind and size, which gets the parameters.
    """
    values = {name: value[0] for name, value in trainer.values().items()}
    weight, bias = values.pop(WEIGHT), values.pop(BIAS)
    head = nn.utils.skip_init(
        nn.Linear, weight.shape[1], weight.shape[0], dtype=weight.dtype
    ).to(weight.device)
    with torch.no_grad():
        head.weight.copy_(weight)
        head.bias.copy_(bias)
        for name, parameter in cell.named_parameters():
            parameter.copy_(values[name])
    return cell, head


def _trained(cell: Cell, trainer: Trainer) -> Trained:
    history = trainer.history
    cell, head = network_of(trainer, cell)
    losses = history.losses[:, 0]
    scores = np.stack(list(history.scores.values()))[:, 0]
    done, judged = tuple(range(len(losses))), tuple(history.scores)
    return Trained(
        cell=cell,
        head=head,
        losses=LabelledArray("training_loss", {"update": done}, losses),
        scores=LabelledArray("score", {"update": judged}, scores),
        first_success=float(history.first_success[0]),
        task=trainer.task,
        settings=trainer.settings,
    )


def _task(task: Any) -> Task:
    """Return a task, or that of a spec."""
    if isinstance(task, str):
        return parse(task)
    if not isinstance(task, Task):
        raise ConfigError(
            got=f"task = {describe(task)}",
            expected="a task, or its spec in quotes",
            try_='task="lag:50"',
        )
    if not hasattr(task, "name"):
        raise ConfigError(
            got=f"task = {describe(task)}, which has no name",
            expected="a task with a name, from which its sequences are drawn",
            try_=f'name = "{type(task).__name__.lower()}" in the class',
        )
    return task


def _cell(cell: Any, task: Task) -> Cell:
    """Return a copy of a cell that a task can train."""
    features = task.features
    spec = cell if isinstance(cell, str) else "lstm"
    built = f'gradlab.build("{spec}", {features}, 8)'
    what = f"cell = {describe(cell)}"
    if not isinstance(cell, nn.Module):
        raise ConfigError(
            got=what,
            expected="a cell, or an nn.RNN, nn.LSTM or nn.GRU",
            try_=built,
        )
    own = copy.deepcopy(cell) if isinstance(cell, Cell) else from_torch(cell)
    parameters = dict(own.named_parameters())
    if not parameters:
        raise ConfigError(
            got=f"{what}, which has no parameters",
            expected="a cell with something to train",
            try_=built,
        )
    if own.ensemble_shape:
        raise ConfigError(
            got=f"{what}, which is an ensemble",
            expected="one cell",
            try_="gradlab.train for each of its cells",
        )
    if own.input_size != features:
        raise ConfigError(
            got=f"{what} that reads {own.input_size} features, for {task.spec}",
            expected=f"one that reads the {features} features of the task",
            try_=_built_for(own, features),
        )
    for name, parameter in parameters.items():
        _check_parameter(what, name, parameter)
    return own


def _built_for(cell: Cell, features: int) -> str:
    """Return the call that makes a cell of this kind with another width of input."""
    kind = getattr(cell.layer_cells[0], "name", None)
    if kind is None:
        return f"{type(cell).__name__}({features}, {cell.hidden_size})"
    layers = len(cell.layer_cells)
    spec = kind if layers == 1 else f"{kind}:layers={layers}"
    return f'gradlab.build("{spec}", {features}, {cell.hidden_size})'


def _check_parameter(what: str, name: str, parameter: Tensor) -> None:
    if parameter.dtype not in (torch.float32, torch.float64):
        raise ConfigError(
            got=f"{what} with {name} in {parameter.dtype}",
            expected="float32 or float64",
            try_="cell.float()",
        )
    if not parameter.requires_grad:
        raise ConfigError(
            got=f"{what} with {name}.requires_grad = False",
            expected="parameters that may be trained, all of them",
            try_="cell.requires_grad_()",
        )


def _optimizer(name: Any) -> str:
    if not isinstance(name, str):
        raise ConfigError(
            got=f"optimizer = {describe(name)}",
            expected=f"one of {', '.join(OPTIMIZERS)}",
            try_='optimizer="adam"',
        )
    if name not in OPTIMIZERS:
        raise UnknownNameError.among("optimizer", name, OPTIMIZERS)
    return name


def _epsilon(epsilon: Any, optimizer: str) -> float | None:
    """Return the epsilon of an optimizer; None where it has none."""
    if OPTIMIZERS[optimizer]:
        if epsilon is None:
            return _DEFAULT.epsilon
        if number("epsilon", epsilon, try_="1e-8") < 0:
            raise ConfigError(
                got=f"epsilon = {epsilon}",
                expected="a number from 0 on",
                try_="epsilon=1e-8",
            )
        return float(epsilon)
    if epsilon not in (None, _DEFAULT.epsilon):
        raise ConfigError(
            got=f"epsilon = {describe(epsilon)} with the optimizer {optimizer}",
            expected="an optimizer that adds it to what it divides by",
            try_='optimizer="adam"',
        )
    return None
