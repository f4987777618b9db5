"""What a sweep says of training, and what it may not say beside a task."""

from collections.abc import Mapping, Sequence
from typing import Any

from gradlab.axes import BY_TASK, NO_TASK, OF_TRAINED, OF_UNTRAINED, SET_BY_TASK
from gradlab.config.schema import Config, Grid
from gradlab.errors import ConfigError
from gradlab.tasks.base import parse
from gradlab.training.settings import (
    GEOMETRIC,
    OPTIMIZERS,
    TrainingSettings,
    check_batch,
)


def settings(config: Config, grids: Sequence[Any]) -> dict[str, Any]:
    """Return the settings of training; None of each where no grid trains."""
    if not any(grid.trains for grid in grids):
        return dict.fromkeys(OF_TRAINED)
    default = TrainingSettings()
    return {
        "optimizer": config.optimizer or default.optimizer,
        "batch": config.batch,
        "clip": default.clip if config.clip is None else config.clip,
        "updates": config.updates or default.updates,
        "success": config.success,
        "measure_at": config.measure_at or GEOMETRIC,
    }


def implied_settings(grids: Sequence[Any]) -> tuple[str, ...]:
    """Return the settings that the tasks of a sweep decide, where all grids train."""
    return OF_UNTRAINED if all(grid.trains for grid in grids) else ()


def implied_axes(grid: Any, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the axes that mean nothing in a grid."""
    if not grid.trains:
        return tuple(BY_TASK)
    has_epsilon = OPTIMIZERS[settings["optimizer"]]
    return SET_BY_TASK if has_epsilon else (*SET_BY_TASK, "epsilon")


def check(
    config: Config, tables: Sequence[Grid], axes: Sequence[Mapping[str, tuple]]
) -> None:
    """Refuse what a task decides, and settings of training where nothing is trained.

    Args:
        config: as it was written.
        tables: its grids.
        axes: values of every axis of each of these.

    Raises:
        ConfigError: both a task and what it sets; what only a task gives a meaning, and
            no task; a batch larger than a task's data; measures after the last update.
    """
    trains = [any(task != NO_TASK for task in values["task"]) for values in axes]
    for table, is_trained in zip(tables, trains, strict=True):
        # what the top says holds for the tables it can hold for
        own: tuple[Any, ...] = (
            (table,)
            if any(trains) and not all(trains)
            else (
                table,
                config,
            )
        )
        for given in own:
            _check_given(given, is_trained, config)
    if not any(trains):
        return
    updates = config.updates or TrainingSettings().updates
    last = max(map(int, (config.measure_at or "0").replace(GEOMETRIC, "0").split(",")))
    if last > updates:
        raise ConfigError(
            got=f"measures after {last:,} updates of {updates:,}",
            expected="numbers of updates up to the last one",
            try_=f"--updates {last}",
        )
    for values in axes:
        for spec in values["task"]:
            if spec != NO_TASK:
                check_batch(parse(spec), config.batch, "--batch ")


def _check_given(given: Any, is_trained: bool, config: Config) -> None:
    forbidden = OF_UNTRAINED if is_trained else (*BY_TASK - {"task"}, *OF_TRAINED)
    said = given.model_fields_set
    for name in forbidden:
        if name not in said or getattr(given, name) is None:
            continue
        if is_trained:
            raise ConfigError(
                got=f"{name} together with a task",
                expected="one of them: the task decides what is read, and how long",
                try_=f"leaving out {name}; gradlab list tasks says what each reads",
            )
        raise ConfigError(
            got=f"{name} without a task",
            expected="a task to train on: nothing else has a use for it",
            try_="--task lag:50",
        )
    optimizer = config.optimizer or TrainingSettings().optimizer
    has_epsilon = "epsilon" in said and given.epsilon is not None
    if is_trained and has_epsilon and not OPTIMIZERS[optimizer]:
        raise ConfigError(
            got=f"epsilon together with the optimizer {optimizer}",
            expected="an optimizer that adds it to what it divides by",
            try_="--optimizer adam",
        )
