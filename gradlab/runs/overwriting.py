"""Refuse a run that would write onto what it reads."""

from pathlib import Path

from gradlab.config.sweep import Sweep
from gradlab.errors import ConfigError
from gradlab.outputs import refuse_inputs
from gradlab.store.folder import kept_files
from gradlab.sweeps.plan import Plan


def check_outputs(sweep: Sweep, planned: Plan, folder: Path, log: Path | None) -> None:
    """Refuse outputs that are inputs of the sweep, and a log that is a kept file.

    Args:
        sweep: that is about to run.
        planned: its plan.
        folder: of the results.
        log: file to which events are added.

    Raises:
        ConfigError: naming the file; the log is a link to another file.
    """
    inputs = [*map(Path, sweep.load), *planned.input_paths().values()]
    kept = kept_files(folder)
    for output in kept:
        refuse_inputs(output, inputs)
    if log is None:
        return
    config = [] if sweep.file is None else [sweep.file]
    refuse_inputs(log, [*kept, *inputs, *config])
    if log.is_symlink() and (log.is_file() or not log.exists()):
        raise ConfigError(
            got=f"--log {log}, a link to {log.readlink()}",
            expected="a file: nothing is written through a link",
            try_=f"--log {log.with_name('new_' + log.name)}",
        )
