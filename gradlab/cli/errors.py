"""Turn errors of the library into click's: one sentence on stderr and an exit code."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import IO, Any

import click

from gradlab import errors
from gradlab.cli.screen import Screen, fold
from gradlab.shell_text import visible


FAILED = 1
USAGE = 2
STOPPED = 130


class Failure(click.ClickException):
    """An error shown by its message (got, expected, try), without a traceback."""

    exit_code = FAILED

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message to stderr, in ASCII where the stream takes no more."""
        lines = f"Error: {self.message}".splitlines()
        screen = replace(Screen.now(), may_leave=True)
        screen.note("\n".join(fold(line) for line in lines))


class UsageFailure(Failure):
    """An error in what the user typed or configured."""

    exit_code = USAGE


class FoldedUsageError(click.UsageError):
    """Click's own usage error, folded to the width of the screen."""

    def format_message(self) -> str:
        """Fold the message with the ``Error: `` that click prints before it."""
        return visible(fold(f"Error: {self.message}")).removeprefix("Error: ")


@contextmanager
def translated_errors() -> Iterator[None]:
    """Convert errors that a user can fix to :class:`Failure`; let bugs propagate."""
    try:
        yield
    except click.UsageError as error:
        raise FoldedUsageError(error.format_message(), error.ctx) from None
    except KeyboardInterrupt:
        Screen.now().note("stopped.")
        raise click.exceptions.Exit(STOPPED) from None
    except Exception as error:
        failure = translate(error)
        if failure is None:
            raise
        raise failure from error


def translate(error: Exception) -> Failure | None:
    """Return the failure to show for an error, or None where the error is a bug."""
    if isinstance(error, errors.GradlabError):
        usage = (
            errors.ConfigError,
            errors.InputError,
            errors.ShapeError,
            errors.TooManyPointsError,
            errors.UnknownNameError,
        )
        return (UsageFailure if isinstance(error, usage) else Failure)(str(error))
    if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
        return Failure(_os_error_message(error))
    return None


def _os_error_message(error: OSError) -> str:
    """Return what the system refused, in the three parts of gradlab's errors."""
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
