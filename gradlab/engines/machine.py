"""Processors and memory of this machine, and how much of it a run may fill."""

import os
import re
from pathlib import Path

from gradlab.engines.engine import ExecutionOptions
from gradlab.errors import ConfigError


WORKER_MEMORY = 400 * 10**6
"""Bytes of a worker process without its calls: Python, torch, libraries."""

SHARE = 0.8
"""Share of the free memory that a sweep takes by default."""

_VERSION_1 = "memory.limit_in_bytes", "memory.usage_in_bytes"
CONTROL_GROUPS = (
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current"),
    (Path("/sys/fs/cgroup/memory"), *_VERSION_1),
)
"""Folder, limit and usage of a control group, by version 2 and 1."""

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def parse(memory: int | str | None) -> int | None:
    """Return bytes of a number or a text such as ``"8GB"``; None stays None.

    Raises:
        ConfigError: neither, or less than one worker takes.
    """
    if memory is None:
        return None
    text = str(memory).strip().upper()
    found = re.fullmatch(r"(\d{1,18}(?:\.\d+)?)\s*([KMGT]?)(I?)B?", text)
    if isinstance(memory, bool) or found is None or (found[3] and not found[2]):
        raise ConfigError(
            got=f"--memory {memory}",
            expected="bytes, with a unit where wanted: 500MB, 8GB, 16GiB",
            try_="--memory 8GB",
        )
    unit = UNITS[found[2]]
    if found[3]:
        unit = 1024 ** list(UNITS).index(found[2])
    size = float(found[1]) * unit
    least = 2 * WORKER_MEMORY
    if size < least:
        raise ConfigError(
            got=f"--memory {memory}, which is {words(int(size))}",
            expected=f"at least {words(least)}: one worker takes half of it",
            try_="--memory 2GB",
        )
    return int(size)


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free() -> int | None:
    """Return how many bytes a sweep may fill on this machine; None where unknown."""
    known = [size for size in (_available(), _left_to_group()) if size is not None]
    return int(SHARE * min(known)) if known else None


def words(size: float) -> str:
    """Return a number of bytes in two digits.

    >>> words(250e6), words(1.26e9), words(21e9)
    ('250 MB', '1.3 GB', '21 GB')
    """
    for unit, least in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if size >= least:
            number = size / least
            return f"{number:.1f} {unit}" if number < 9.95 else f"{number:,.0f} {unit}"
    return f"{size / 1e3:.0f} kB"


def too_much(needed: int, means: ExecutionOptions, memory: int) -> str:
    """Return why a point is not tried."""
    there = "of --memory" if means.memory else "that are free here"
    if means.scheduler is not None:
        there = "of the cluster's largest worker"
    return (
        f"needs about {words(needed + WORKER_MEMORY)} of memory, more than the "
        f"{words(memory)} {there}"
    )


def _available() -> int | None:
    """Return the bytes available without swapping (Linux)."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    fields = dict(line.split(":", 1) for line in lines if ":" in line)
    available = fields.get("MemAvailable", "").split()
    return int(available[0]) * 1024 if available else None


def _left_to_group() -> int | None:
    """Return the bytes left to this process's control group (containers, Slurm)."""
    for folder, limit, usage in CONTROL_GROUPS:
        try:
            most = (folder / limit).read_text().strip()
            used = int((folder / usage).read_text())
            lines = (folder / "memory.stat").read_text().splitlines()
        except (OSError, ValueError):
            continue
        if most.isdigit() and int(most) < 1 << 60:  # v1 writes a huge number for none
            # pages of files that were read count as used, but are given up on demand
            reclaimable = dict(line.split() for line in lines).get("inactive_file", 0)
            return int(most) - used + int(reclaimable)
    return None
