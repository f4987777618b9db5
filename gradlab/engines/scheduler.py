"""Connect to a Dask scheduler by its address or its file."""

import json
from pathlib import Path
from typing import Any

from gradlab.engines.engine import CONNECT_TIMEOUT
from gradlab.errors import ConfigError, GradlabError
from gradlab.regular_file import read_text


def connect(dask: Any, scheduler: str) -> Any:
    """Return a Dask client of a scheduler.

    Raises:
        ConfigError: neither an address nor a file.
        GradlabError: no scheduler answers there.
    """
    address = scheduler_address(scheduler)
    try:
        return dask.Client(
            address,
            timeout=CONNECT_TIMEOUT,
            set_as_default=False,
            name="gradlab",
            direct_to_workers=False,
        )
    except ValueError as error:
        raise _no_scheduler(scheduler) from error
    except (OSError, TimeoutError) as error:
        raise GradlabError(
            got=f"{scheduler}, where no Dask scheduler answers",
            expected=f"one that does within {CONNECT_TIMEOUT:g} s",
            try_="dask scheduler, and the address that it prints",
        ) from error


def scheduler_address(scheduler: str) -> str:
    """Return the address of a scheduler, given by itself or by the scheduler's file.

    Raises:
        ConfigError: neither an address nor a file that a scheduler wrote.
    """
    if "://" in scheduler:
        return scheduler
    file = Path(scheduler).expanduser()
    if file.is_file():
        try:
            return str(json.loads(read_text(file))["address"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise _no_scheduler(scheduler) from error
    host, _, port = scheduler.rpartition(":")
    if host and port.isdigit():
        return f"tcp://{scheduler}"
    raise _no_scheduler(scheduler)


def import_dask() -> Any:
    """Import ``distributed``.

    Raises:
        ConfigError: it is not installed.
    """
    try:
        import distributed
    except ImportError as error:
        raise ConfigError(
            got="--scheduler without the package distributed",
            expected="the extra dask",
            try_="pip install 'gradlab[dask]'",
        ) from error
    return distributed


def _no_scheduler(scheduler: str) -> ConfigError:
    return ConfigError(
        got=f"--scheduler {scheduler}, neither an address nor a scheduler's file",
        expected="tcp://HOST:PORT, or a file of dask scheduler --scheduler-file",
        try_="--scheduler tcp://localhost:8786",
    )
