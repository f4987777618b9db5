"""The one place where an error of the library becomes a sentence on stderr."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from gradlab.cli.screen import Screen, fold


FAILED = 1
USAGE = 2
STOPPED = 130


class Failure(click.ClickException):
    """A sentence (got, expected, try) instead of a traceback."""

    exit_code = FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        """Write to stderr, in ASCII where the stream knows no more."""
        lines = f"Error: {self.format_message()}".splitlines()
        Screen.now().note("\n".join(fold(line) for line in lines))


class WrongUse(Failure):
    """What the user asked for cannot be done as it is written."""

    exit_code = USAGE


class WrongCall(click.UsageError):
    """Click's own complaint, folded to the width of the screen."""

    def format_message(self) -> str:
        """Without the ``Error: `` that click puts before it."""
        return fold(f"Error: {self.message}").removeprefix("Error: ")


@contextmanager
def explained() -> Iterator[None]:
    """Turn what a user can mend into a :class:`Failure`; a bug keeps its traceback."""
    try:
        yield
    except click.UsageError as error:
        raise WrongCall(error.format_message(), error.ctx) from None
    except KeyboardInterrupt:
        Screen.now().note("stopped.")
        raise click.exceptions.Exit(STOPPED) from None
    except Exception as error:
        failure = translate(error)
        if failure is None:
            raise
        raise failure from error


def translate(error: Exception) -> Failure | None:
    """The failure to show for an error; None when the error is a bug."""
    from gradlab import errors

    if isinstance(error, errors.GradlabError):
        usage = (
            errors.ConfigError,
            errors.InputError,
            errors.ShapeError,
            errors.TooManyPointsError,
            errors.UnknownNameError,
        )
        return (WrongUse if isinstance(error, usage) else Failure)(str(error))
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        return Failure(_system_sentence(error))
    return None


def _system_sentence(error: OSError) -> str:
    """What the operating system refused, in the three parts of our errors."""
    place = error.filename or "the output folder"
    if error.errno == errno.ENOSPC:
        return (
            f"no space is left on the disk of {place}.\n"
            "What was computed before is kept.\n"
            "Try: free some space and give the same command again."
        )
    return (
        f"{place}: {error.strerror or error}.\n"
        "A file or folder that this user may read and write was expected.\n"
        "Try another path, or change its permissions."
    )
