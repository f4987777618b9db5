"""Command line: parse the options, make one library call, print its result.

Each command is one file of this folder and is imported when it is used; torch,
pandas and matplotlib are imported inside the commands that use them, so that
``gradlab --help`` and shell completion stay quick.
"""

from gradlab.cli.group import Commands, main


__all__ = ["Commands", "main"]
