"""The ``gradlab`` command: its subcommands, imported when used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from gradlab.cli.errors import translated_errors
from gradlab.cli.program import COMMANDS
from gradlab.cli.screen import open_closed_streams, quiet_libraries


TYPED = "gradlab.typed"
"""Key of a context's ``meta`` for the arguments as typed."""


class Commands(click.Group):
    """Group that imports a command when it is used and translates its errors."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep the arguments as typed; the store records the command that made it."""
        ctx.meta[TYPED] = list(args)
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return all names in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command; return None, which click reports, for an unknown name."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"gradlab.cli.{name}").command
        return command

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run from a shell, which may have closed the streams."""
        open_closed_streams()
        return super().main(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; show errors that a user can fix without a traceback."""
        quiet_libraries()
        with translated_errors():
            return super().invoke(ctx)


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="Shell completion, in bash: "
    'eval "$(_GRADLAB_COMPLETE=bash_source gradlab)"   (zsh and fish: see docs)',
)
@click.version_option(None, "-V", "--version", package_name="gradlab")
def main() -> None:
    """Where gradients vanish and where they explode in recurrent networks.

    Bare `gradlab sweep` measures an RNN, a GRU and an LSTM over sequence length,
    initialization and gain in a minute or two, and writes one HTML and one PDF
    report.

    Exit codes: 0 done, 1 something failed, 2 wrong usage, 130 stopped by Ctrl-C.
    A gradient that vanishes, explodes or becomes NaN is a result, not a failure.
    """
