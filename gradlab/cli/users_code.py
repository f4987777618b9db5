"""Errors of a user's own code within a command, and of what they named."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

import click

from gradlab import errors
from gradlab.cli.errors import Failure, UsageFailure
from gradlab.cli.screen import Screen


UNREADABLE = 3
REFUSED = 4


class UnreadableFailure(Failure):
    """Something that was named cannot be read, or raised when it was run."""

    exit_code = UNREADABLE


class RefusedFailure(Failure):
    """A model of which nothing can be said."""

    exit_code = REFUSED


@contextmanager
def users_code(screen: Screen, batch: str = "") -> Iterator[None]:
    """Translate errors of a block that loads or runs a user's code.

    An exception of theirs keeps its traceback, from their first line on.

    Args:
        screen: for the traceback.
        batch: in words, where a model is run on it: what torch refuses then is said in
            one sentence, with the line.

    Raises:
        Failure: for gradlab's own errors, and what torch refuses of a batch.
        Exit: for an exception of the user's code, which is shown.
        Exception: a bug in gradlab, as it is.
    """
    try:
        yield
    except errors.InputError as error:
        raise UnreadableFailure(str(error)) from error
    except errors.VerificationError as error:
        raise RefusedFailure(str(error)) from error
    except (errors.GradlabError, click.ClickException, click.exceptions.Exit):
        raise
    except Exception as error:
        theirs = _theirs(error)
        if theirs is None:
            raise
        if batch and _is_refused_by_torch(error):
            raise UsageFailure(str(_misfit(error, batch, theirs))) from error
        lines = traceback.format_exception(type(error), error, theirs)
        screen.note("".join(lines).rstrip())
        raise click.exceptions.Exit(UNREADABLE) from error


_LIBRARIES = ("torch", "importlib", "contextlib")
_CALLERS = ("gradlab.targets.", "gradlab.diagnosis.forward")
"""Where gradlab calls a user's code."""


def _theirs(error: Exception) -> TracebackType | None:
    """Return the traceback from the first line of the user's; None for a bug of ours.

    Where torch itself was called, as of a bare ``nn.LSTM``, from the first of torch's.
    """
    steps = list(_steps(error.__traceback__))
    names = [_module(step) for step in steps]
    calls = [k for k, name in enumerate(names) if name.startswith(_CALLERS)]
    if not calls:
        return None
    after = range(calls[-1] + 1, len(steps))
    own = [k for k in after if names[k].partition(".")[0] not in _LIBRARIES]
    if any(names[k].startswith("gradlab.") for k in own):
        return None
    first = next(iter(own or after), None)
    if first is None:  # no line was run
        return error.__traceback__ if isinstance(error, SyntaxError) else None
    return steps[first]


def _steps(found: TracebackType | None) -> Iterator[TracebackType]:
    while found is not None:
        yield found
        found = found.tb_next


def _module(step: TracebackType) -> str:
    return str(step.tb_frame.f_globals.get("__name__", ""))


def _is_refused_by_torch(error: Exception) -> bool:
    innermost = list(_steps(error.__traceback__))[-1]
    return _module(innermost).partition(".")[0] == "torch" and isinstance(
        error, RuntimeError | ValueError | IndexError
    )


def _misfit(error: Exception, batch: str, theirs: TracebackType) -> errors.ConfigError:
    """Return the error for shapes that torch refuses, with the last line of theirs."""
    frames = [
        frame
        for step, frame in zip(
            _steps(theirs), traceback.extract_tb(theirs), strict=True
        )
        if _module(step).partition(".")[0] not in _LIBRARIES
    ]
    where = ""
    if frames:
        where = f" (line {frames[-1].lineno} of {frames[-1].filename})"
    message = " ".join(str(error).split()).removesuffix(".")
    return errors.ConfigError(
        got=f"batch {batch}, where torch stops: {message}{where}",
        expected="a batch that fits the model and the loss",
        try_=_fitting(error, batch, message),
    )


def _fitting(error: Exception, batch: str, message: str) -> str:
    """Return a batch that would fit, as far as the error says."""
    if "'indices'" in message:  # an embedding's, given other numbers
        drawn = "whole numbers, as --input 32x100:tokens=1000 draws them"
        named = "a batch of whole numbers (int64), which an embedding reads"
        return drawn if batch.startswith("synthetic") else named
    for step in _steps(error.__traceback__) if isinstance(error, IndexError) else ():
        code, weight = step.tb_frame.f_code, step.tb_frame.f_locals.get("weight")
        if code.co_name == "embedding" and weight is not None:
            return f"fewer tokens: the embedding has {len(weight)}"
    return "one as the model is trained on"
