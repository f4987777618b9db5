"""The model, batch and loss that a user names on the command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from gradlab.arguments import whole_number
from gradlab.cli.screen import Screen
from gradlab.cli.users_code import RefusedFailure, users_code
from gradlab.errors import ConfigError
from gradlab.shell_text import quote


F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--app-dir",
        metavar="DIR",
        default=".",
        show_default=True,
        help="Where Python finds your modules.",
    ),
    click.option(
        "--checkpoint",
        metavar="FILE",
        help="Trained weights: a state_dict, or a file that has one. No code in it is "
        "run.",
    ),
    click.option(
        "--unsafe-checkpoint",
        is_flag=True,
        help="Run the code in a checkpoint that you trust.",
    ),
    click.option(
        "--batch",
        metavar="WHERE:NAME|FILE",
        help="One batch, as TARGET is named, or a .pt, .npy or .npz file.",
    ),
    click.option(
        "--input",
        "shape",
        metavar="SHAPE",
        help="Random numbers for want of a batch: 32x180x128, or 32x180:tokens=1000.",
    ),
    click.option(
        "--loss",
        metavar="WHERE:NAME",
        help="loss(output, batch), a scalar; by default the mean square of the output "
        "at its last step.",
    ),
    click.option(
        "--eval",
        "evaluation",
        is_flag=True,
        help="Measure in evaluation mode, without dropout; else in the mode that the "
        "model comes in.",
    ),
    click.option("--device", metavar="NAME", help="cpu or cuda, as torch names it."),
)


def model_options(command: F) -> F:
    """Add the options of :func:`load_users_model`, each by its argument's name."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@dataclass(frozen=True)
class UsersModel:
    """What was loaded.

    Attributes:
        model: a Module.
        batch: what it is given.
        loss: ``loss(output, batch)``.
        words: model, checkpoint, batch and loss in words.
        trained: whether a checkpoint was loaded.
    """

    model: Any
    batch: Any
    loss: Callable[[Any, Any], Any]
    words: Mapping[str, str]
    trained: bool


def load_users_model(
    target: str,
    screen: Screen,
    *,
    app_dir: str,
    checkpoint: str | None,
    unsafe_checkpoint: bool,
    batch: str | None,
    shape: str | None,
    loss: str | None,
    evaluation: bool,
    seed: int,
    device: str | None,
) -> UsersModel:
    """Load what the command line names.

    Raises:
        Failure: one of :mod:`gradlab.cli.users_code`.
        ConfigError: options that do not fit each other, and wrong values.
    """
    if unsafe_checkpoint and not checkpoint:
        raise ConfigError(
            got="--unsafe-checkpoint without --checkpoint",
            expected="both, or none of them",
            try_="--checkpoint model.pt --unsafe-checkpoint",
        )
    if batch and shape:
        raise ConfigError(
            got=f"--batch {batch} and --input {shape}",
            expected="one of them",
            try_=f"--batch {quote(batch)}",
        )
    from gradlab import targets
    from gradlab.config.validators import MAX_SEED

    whole_number("--seed", seed, 0, MAX_SEED, try_="0")
    with users_code(screen), working("loading", screen, is_long=False):
        model = targets.load_target(target, app_dir=app_dir, seed=seed)
        _refuse_not_recurrent(model)
        if evaluation:
            model.eval()
        loaded = None
        if checkpoint:
            loaded = targets.load_checkpoint(
                model, checkpoint, unsafe=unsafe_checkpoint
            )
        dtype = targets.floating_dtype(model)
        if batch:
            given = targets.load_batch(batch, app_dir=app_dir, dtype=dtype)
        elif shape:
            given = targets.synthetic_batch(shape, dtype=dtype, seed=seed)
        else:
            raise targets.missing_batch(model)
        function: Callable[[Any, Any], Any] = (
            targets.load_loss(loss, app_dir=app_dir)
            if loss
            else targets.default_loss(model)
        )
        if device:
            given = targets.to_device(model, given, device)
    words = targets.describe(
        target, model, given, checkpoint=loaded, source=batch, loss=loss
    )
    return UsersModel(model, given, function, words, loaded is not None)


def _refuse_not_recurrent(model: Any) -> None:
    """Refuse a model without a recurrent module that can be read.

    Raises:
        RefusedFailure: nothing recurrent, a forward of its own, a scripted module.
    """
    from gradlab.modules import recurrent_modules

    try:
        recurrent_modules(model)
    except ConfigError as error:
        raise RefusedFailure(str(error)) from error


def working(
    word: str, screen: Screen, *, is_long: bool = True
) -> AbstractContextManager[object]:
    """Show what is being done: on a terminal as long as it takes, else in a line.

    Args:
        word: for it.
        screen: where to.
        is_long: whether it deserves a line.
    """
    if not screen.terminal:
        if is_long:
            screen.note(word)
        return nullcontext()
    from rich.console import Console

    spinner = "line" if screen.plain else "dots"
    return Console(stderr=True).status(word, spinner=spinner)
