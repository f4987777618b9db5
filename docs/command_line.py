"""The page of the command line, made from the commands' own help."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from inspect import cleandoc

import click

from gradlab.cli import main
from gradlab.cli.program import COMMANDS


HEAD = """# The command line

`make tables` writes this page from the commands themselves; a test compares, and every
example on it is run by the tests. `gradlab COMMAND -h` says the same.
"""

Rows = Sequence[tuple[str, str]]


class OptionGroups(click.HelpFormatter):
    """Takes options as groups of rows, in place of a screen."""

    def __init__(self) -> None:
        super().__init__()
        self.groups: dict[str, Rows] = {}
        self.title = ""

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Begin a group."""
        self.title = name
        yield

    def write_dl(self, rows: Rows, col_max: int = 30, col_spacing: int = 2) -> None:
        """Take the rows of a group."""
        self.groups[self.title] = rows


def command_line_page() -> str:
    """Return usage, help and options of every command, as Markdown."""
    program = click.Context(main, info_name="gradlab", **main.context_settings)
    parts = [HEAD, *_paragraphs(main.help or "")]
    for name in COMMANDS:
        command = main.get_command(program, name)
        assert command is not None
        context = command.make_context(name, [], program, resilient_parsing=True)
        parts.append(f"## gradlab {name}\n")
        parts.append(_fence("text", [_usage(command, context)]))
        parts.extend(_paragraphs(command.help or ""))
        groups = OptionGroups()
        command.format_options(context, groups)
        for title, rows in groups.groups.items():
            parts.append(f"**{title}**\n")
            parts.extend(f"`{option}`\n: {_marked(text)}\n" for option, text in rows)
    return "\n".join(parts)


def _usage(command: click.Command, context: click.Context) -> str:
    """Return a command's usage on one line."""
    return " ".join([context.command_path, *command.collect_usage_pieces(context)])


def _paragraphs(text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text; those to be kept as lines are commands."""
    for paragraph in re.split(r"\n\s*\n", cleandoc(text)):
        kept = paragraph.startswith("\b")
        lines = paragraph.lstrip("\b\n").splitlines()
        if not kept:
            yield _marked(" ".join(line.strip() for line in lines)) + "\n"
            continue
        title = [] if lines[0].strip().startswith("gradlab") else [lines.pop(0)]
        yield from (f"{line}\n" for line in title)
        yield _fence("sh", [_commented(line.strip()) for line in lines])


def _marked(text: str) -> str:
    """Return a text with the options it names as code."""
    return re.sub(r"(?<![\w`-])--?[a-z][a-z-]*", r"`\g<0>`", text)


def _commented(line: str) -> str:
    """Return an example with what stands behind it as a comment."""
    return re.sub(r"\s{2,}(?=\S)", "  # ", line, count=1)


def _fence(language: str, lines: Sequence[str]) -> str:
    return "\n".join([f"```{language}", *lines, "```", ""])
