"""Write to stdout and stderr, in Unicode or ASCII.

Answers go to stdout, progress and remarks to stderr. A stream that is not UTF-8,
``NO_COLOR`` and ``--plain`` get ASCII.
"""

from __future__ import annotations

import os
import sys
import textwrap
from dataclasses import dataclass
from typing import TextIO

import click


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


@dataclass(frozen=True)
class Screen:
    """The two streams of a command.

    Attributes:
        plain: Write ASCII only, and no colour.
    """

    plain: bool

    @classmethod
    def now(cls, plain: bool = False) -> Screen:
        """Return the screen of this process.

        It is plain if ``plain`` or NO_COLOR say so, or where a stream is not UTF-8.
        """
        forced = plain or bool(os.environ.get("NO_COLOR"))
        return cls(forced or not (_unicode(sys.stdout) and _unicode(sys.stderr)))

    @property
    def terminal(self) -> bool:
        """Whether progress may move on the screen instead of adding lines."""
        return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def text(self, text: str) -> str:
        """Return the text in characters that this screen can show."""
        if not self.plain:
            return text
        return text.translate(ASCII).encode("ascii", "replace").decode("ascii")

    def line(self, text: str = "") -> None:
        """Write one line of the answer to stdout."""
        click.echo(self.text(text))

    def note(self, text: str = "") -> None:
        """Write one line of progress or a remark to stderr."""
        click.echo(self.text(text), err=True)

    def bars(self, levels: list[float]) -> str:
        """Return a bar for each level between 0 and 1; an exact 0 is a space."""
        glyphs = PLAIN_BARS if self.plain else BARS
        top = len(glyphs) - 1
        return "".join(glyphs[min(top, max(0, round(x * top)))] for x in levels)


def table(rows: list[tuple[str, ...]], align: str = "", gap: int = 2) -> list[str]:
    """Return rows as lines of aligned columns.

    Args:
        rows: Equally long tuples of cells, with the head.
        align: One letter per column, ``l`` or ``r``; ``l`` where missing.
        gap: Spaces between columns.
    """
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    sides = align.ljust(len(widths), "l")
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, sides, strict=True)
        ]
        lines.append((" " * gap).join(cells).rstrip())
    return lines


def hanging(rows: list[tuple[str, ...]], least: int = 24) -> list[str]:
    """Return rows as lines, the last column folded into the rest of the width.

    Where fewer than `least` columns are left, the last one has lines of its own.
    """
    heads = table([row[:-1] for row in rows])
    start = max(len(line) for line in heads) + 2
    if WIDTH - start < least:
        pairs = zip(heads, rows, strict=True)
        return [
            line
            for head, row in pairs
            for line in (head, *_folded(f"    {row[-1]}", "    "))
            if line.strip()
        ]
    lines = []
    for head, row in zip(heads, rows, strict=True):
        lines += _folded(f"{head.ljust(start)}{row[-1]}".rstrip(), " " * start)
    return lines


def _folded(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        subsequent_indent=indent,
        drop_whitespace=True,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
        expand_tabs=False,
    )


def fold(text: str, indent: str = "", width: int = WIDTH) -> str:
    """Return a sentence on as many lines as it needs; words stay whole."""
    return textwrap.fill(
        text,
        width,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def shortened(name: str, room: int) -> str:
    """Return a name without its middle; names often differ at their ends."""
    if len(name) <= room:
        return name
    end = (room - 3) // 2
    return f"{name[: room - 3 - end]}...{name[len(name) - end :]}"


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


def _unicode(stream: TextIO) -> bool:
    encoding = (getattr(stream, "encoding", None) or "ascii").lower()
    return encoding.replace("-", "").replace("_", "").startswith("utf")
