"""What every command promises: an exit code, plain text, little time and memory."""

from __future__ import annotations

import resource
import signal
from collections.abc import Collection, Sequence

from click.testing import CliRunner, Result

from gradlab import shell_text
from gradlab.cli import main


SECONDS, MEMORY_KB = 60, 4 * 2**20


def kept(words: Sequence[str], codes: Collection[int]) -> Result:
    """Run a command and hold it to the promise.

    Args:
        words: as typed after ``gradlab``.
        codes: exit codes that are right.
    """
    shown = [word[:200] for word in words]
    signal.signal(signal.SIGALRM, _refuse_to_hang)
    signal.alarm(SECONDS)
    try:
        result = CliRunner().invoke(main, list(words), prog_name="gradlab")
    finally:
        signal.alarm(0)
    if not isinstance(result.exception, SystemExit | None):
        raise AssertionError(f"{shown}") from result.exception
    assert "Traceback" not in result.output, shown
    for text in (result.stdout, result.stderr):
        assert shell_text.is_visible(text.replace("\n", "").replace("\t", "")), shown
    assert result.exit_code in codes, (shown, result.output[-2000:])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert most < MEMORY_KB, (shown, f"{most:,} kB")
    return result


def _refuse_to_hang(*_: object) -> None:
    raise AssertionError(f"{SECONDS} seconds have passed")
