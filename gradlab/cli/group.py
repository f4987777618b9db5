"""The ``gradlab`` command itself: which commands there are, and how they fail."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from gradlab.cli.failures import explained
from gradlab.cli.screen import quiet_libraries


COMMANDS = (
    *("sweep", "report", "status", "merge", "export", "figures"),
    *("list", "check", "cite"),
)
"""In the order of the work; each is ``gradlab/cli/NAME.py`` with a ``command``."""


TYPED = "gradlab.typed"
"""Where a context keeps the words behind ``gradlab``."""


class Commands(click.Group):
    """Commands imported one by one, and one place where errors become sentences."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep what was typed: the store remembers the command that made it."""
        ctx.meta[TYPED] = list(args)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the file of a command; None, which click reports, if there is none."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"gradlab.cli.{name}").command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run; what the user can mend is told without a traceback."""
        quiet_libraries()
        with explained():
            return super().invoke(ctx)


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Shell completion, in bash: "
    'eval "$(_GRADLAB_COMPLETE=bash_source gradlab)"   (zsh and fish: see README)',
)
@click.version_option(None, "-V", "--version", package_name="gradlab")
def main() -> None:
    """Where gradients vanish and where they explode in recurrent networks.

    Bare `gradlab sweep` measures an RNN, a GRU and an LSTM over sequence length,
    initialization and gain in about a minute, and writes one HTML and one PDF
    report.

    Exit codes: 0 done, 1 something failed, 2 wrong usage, 130 stopped by Ctrl-C.
    A gradient that vanishes, explodes or becomes NaN is a result, not a failure.
    """
