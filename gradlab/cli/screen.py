"""Write to stdout and stderr, in Unicode or ASCII.

Results go to stdout, progress and remarks to stderr. A stream that is not UTF-8,
``NO_COLOR`` and ``--plain`` get ASCII.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TextIO
from unicodedata import east_asian_width

import click

from gradlab.cli.program import runnable
from gradlab.shell_text import visible


WIDTH = 80
"""Columns a screen may take."""

ASCII = str.maketrans(
    {
        "▼": "v",
        "▽": ".",
        "●": "o",
        "△": "+",
        "▲": "^",
        "✕": "x",
        "×": "x",
        "·": "-",
        "→": "->",
        "φ": "phi",
        "σ": "sigma",
        "⊙": "*",
        "±": "+-",
        "≤": "<=",
        "≥": ">=",
        "−": "-",
        "–": "-",
        "—": "-",
        "“": '"',
        "”": '"',
        "’": "'",
        "…": "...",
        "\N{NO-BREAK SPACE}": " ",
        "\N{THIN SPACE}": " ",
    }
)
"""Character -> ASCII; any other becomes a question mark."""

BARS = " ▁▂▃▄▅▆▇█"
PLAIN_BARS = " ..--==##"


_results: ContextVar[TextIO | None] = ContextVar("results", default=None)


@contextmanager
def prints_to_stderr() -> Iterator[None]:
    """Let what other code prints, such as a file of ``--load``, go to stderr.

    Results alone go to stdout, so that ``--json`` stays JSON.
    """
    token = _results.set(results_stream())
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        _results.reset(token)


def results_stream() -> TextIO:
    """Return the stdout of this process, also where prints go elsewhere."""
    return _results.get() or sys.stdout


@dataclass(frozen=True)
class Screen:
    """The two streams of a command.

    Attributes:
        plain: write ASCII only, and no colour.
        may_leave: whether the command goes on where nobody reads it any more, as of
            ``2>&1 | head``; what it writes then is lost.
    """

    plain: bool
    may_leave: bool = False

    @classmethod
    def now(cls, plain: bool = False) -> Screen:
        """Return the screen of this process.

        It is plain if ``plain`` or NO_COLOR is set, or where a stream is not UTF-8.
        """
        forced = plain or bool(os.environ.get("NO_COLOR"))
        return cls(forced or not (_unicode(results_stream()) and _unicode(sys.stderr)))

    @property
    def terminal(self) -> bool:
        """Whether progress may move on the screen instead of adding lines."""
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    @property
    def lines(self) -> int:
        """How many lines results have room for; a file or a pipe has no end."""
        if not results_stream().isatty():
            return sys.maxsize
        return shutil.get_terminal_size().lines

    def text(self, text: str) -> str:
        """Return the text as this screen shows it: runnable, and visible as it is."""
        text = visible(runnable(text))
        if not self.plain:
            return text
        return text.translate(ASCII).encode("ascii", "replace").decode("ascii")

    def line(self, text: str = "") -> None:
        """Write one line of the result to stdout, however long: a command, a path."""
        self._echo(self.text(text))

    def paragraph(self, text: str, indent: str = "") -> None:
        """Write a sentence to stdout, folded; `indent` precedes its further lines."""
        self.line(fold(text, indent))

    def table(self, rows: list[tuple[str, ...]], align: str = "") -> None:
        """Write aligned columns to stdout; arguments are those of :func:`table`."""
        for line in table(rows, align):
            self.line(line)

    def json(self, data: Any) -> None:
        """Write the result to stdout as JSON: paths as strings, all in ASCII."""
        self._echo(json.dumps(data, indent=2, default=str))

    def note(self, text: str = "") -> None:
        """Write progress or a remark to stderr."""
        self._echo(self.text(text), err=True)

    def _echo(self, text: str, err: bool = False) -> None:
        with self.lasting(err):
            click.echo(text, sys.stderr if err else results_stream())

    @contextmanager
    def lasting(self, err: bool) -> Iterator[None]:
        """Go on where a write fails because its reader left, if the screen may leave.

        Remarks, on stderr, are let go whatever the cause, such as a full disk.
        """
        try:
            yield
        except OSError as error:
            if not (self.may_leave and (err or isinstance(error, BrokenPipeError))):
                raise
            _discard(sys.stderr if err else results_stream())

    def bars(self, levels: list[float]) -> str:
        """Return a bar for each level between 0 and 1; an exact 0 is a space."""
        glyphs = PLAIN_BARS if self.plain else BARS
        top = len(glyphs) - 1
        return "".join(glyphs[min(top, max(0, round(x * top)))] for x in levels)


def table(rows: list[tuple[str, ...]], align: str = "") -> list[str]:
    """Return rows as lines of aligned columns, two spaces apart.

    Args:
        rows: equally long tuples of cells, with the head.
        align: one letter per column, ``l`` or ``r``; ``l`` where missing.
    """
    widths = [max(map(columns, column)) for column in zip(*rows, strict=True)]
    sides = align.ljust(len(widths), "l")
    lines = []
    for row in rows:
        cells = [
            padded(cell, width, side == "r")
            for cell, width, side in zip(row, widths, sides, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def columns(text: str) -> int:
    """Return how many columns of a screen a text takes: two a letter of Hangul."""
    return len(_widened(text))


def padded(text: str, width: int, right: bool = False) -> str:
    """Return a text filled up with spaces to so many columns."""
    space = " " * (width - columns(text))
    return space + text if right else text + space


_JOINER = "\N{WORD JOINER}"


def _widened(text: str) -> str:
    """A text in which a joiner follows each letter of two columns."""
    if text.isascii():
        return text
    wide = (east_asian_width(letter) in "WF" for letter in text)
    return "".join(c + _JOINER * w for c, w in zip(text, wide, strict=True))


def hanging(rows: list[tuple[str, ...]], least: int = 24) -> list[str]:
    """Return rows as lines, the last column folded into the rest of the width.

    Where fewer than `least` columns are left, the last one has lines of its own.
    """
    heads = table([row[:-1] for row in rows])
    start = max(map(len, heads)) + 2
    below = WIDTH - start < least
    lines = []
    for head, row in zip(heads, rows, strict=True):
        if below:
            lines += [head, *fold(f"    {row[-1]}", "    ").splitlines()]
        else:
            lines += fold(head.ljust(start) + row[-1], " " * start).splitlines()
    return lines


def fold(text: str, indent: str = "") -> str:
    """Return a sentence on as many lines as it needs; words stay whole."""
    folded = textwrap.fill(
        _widened(text),
        WIDTH,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return folded.replace(_JOINER, "")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: ``1 point``, ``2,000 points``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shortened(name: str, room: int) -> str:
    """Return a name without its middle; names often differ at their ends."""
    if columns(name) <= room:
        return name
    wide = _widened(name)
    end = (room - 3) // 2
    short = f"{wide[: room - 3 - end]}...{wide[len(wide) - end :]}"
    return short.replace(_JOINER, "")


def quiet_libraries() -> None:
    """Silence matplotlib and torch.

    Warnings stay on under ``python -W``, ``-X dev`` and PYTHONWARNINGS.
    """
    import logging
    import warnings

    for name in ("matplotlib", "fontTools", "torch"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    if not sys.warnoptions and not sys.flags.dev_mode:
        warnings.simplefilter("ignore")


def open_closed_streams() -> None:
    """Open streams that were closed before the start (``2>&-``), to nothing.

    The next file to be opened would take the number of the closed one, and be written
    by whatever writes to the screen.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def _discard(stream: TextIO) -> None:
    """Let what a stream still holds, and what is written to it later, go nowhere."""
    with suppress(OSError, ValueError):
        number = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)


def _unicode(stream: TextIO) -> bool:
    encoding = (getattr(stream, "encoding", None) or "ascii").lower()
    return encoding.replace("-", "").replace("_", "").startswith("utf")
