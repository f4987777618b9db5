"""The program: its subcommands, and how this process was called.

Texts say ``gradlab sweep``. Where the ``gradlab`` that was called is not the one a
shell finds, as after ``make sweep``, they are printed with its path, and so run as
printed.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

from gradlab.shell_text import quote


COMMANDS = (
    *("sweep", "report", "diagnose", "remedy", "train", "status", "merge", "export"),
    *("figures", "list", "check", "cite", "reproduce"),
)
"""Subcommands in the order of use; each is ``command`` in ``gradlab/cli/NAME.py``."""

_COMMAND = re.compile(rf"(?<![\w./-])gradlab(?= (?:{'|'.join(COMMANDS)})\b)")


def runnable(text: str) -> str:
    """Return a text whose commands run as they are printed."""
    if "gradlab " not in text:
        return text
    program = _called()
    return text if program == "gradlab" else _COMMAND.sub(lambda _: program, text)


def _called() -> str:
    """Return what to type for ``gradlab``: the name, where a shell finds this one."""
    called = Path(sys.argv[0])
    if called.name != "gradlab":  # another program's process, or python -m gradlab
        return "gradlab"
    found = shutil.which("gradlab")
    if found is not None and os.path.abspath(found) == os.path.abspath(called):
        return "gradlab"
    try:
        path = called.absolute().relative_to(Path.cwd())
    except ValueError:
        path = called.absolute()
    return quote(path)
