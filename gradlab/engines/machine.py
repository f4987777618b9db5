"""Processors and memory of this machine, and how much of it a run may fill."""

import os
import re
from pathlib import Path

from gradlab.engines.engine import ExecutionOptions
from gradlab.errors import ConfigError


WORKER = 400 * 10**6
"""Bytes of a worker process apart from what it measures: Python, torch, libraries."""

SHARE = 0.8
"""Of what is free, how much a sweep takes unless told."""

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def parse(memory: int | str | None) -> int | None:
    """Return bytes of a number or a text such as ``"8GB"``; None stays None.

    Raises:
        ConfigError: neither, or less than one worker takes.
    """
    if memory is None:
        return None
    text = str(memory).strip().upper()
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(I?)B?", text)
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
    if size < 2 * WORKER:
        raise ConfigError(
            got=f"--memory {memory}, which is {words(int(size))}",
            expected=f"at least {words(2 * WORKER)}: one worker takes half of it",
            try_="--memory 2GB",
        )
    return int(size)


def cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free() -> int | None:
    """Return how much a sweep may fill on this machine; None where nobody says."""
    known = [size for size in (_of_machine(), _of_group()) if size is not None]
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
        f"needs about {words(needed + WORKER)} of memory, more than the "
        f"{words(memory)} {there}"
    )


def _of_machine() -> int | None:
    """Return what the system could give, without swapping (Linux)."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    available = told.get("MemAvailable", "").split()
    return int(available[0]) * 1024 if available else None


def _of_group() -> int | None:
    """Return what this process's control group still allows (containers, Slurm)."""
    v2, v1 = Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/memory")
    names = (
        ("memory.max", "memory.current"),
        (
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
        ),
    )
    for folder, (limit, usage) in zip((v2, v1), names, strict=True):
        try:
            most = (folder / limit).read_text().strip()
            used = int((folder / usage).read_text())
            held = dict(
                line.split()
                for line in (folder / "memory.stat").read_text().splitlines()
            )
        except (OSError, ValueError):
            continue
        if most.isdigit() and int(most) < 1 << 60:
            return int(most) - used + int(held.get("inactive_file", 0))
    return None
