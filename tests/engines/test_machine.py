"""What this machine has, and how sizes are read."""

from pathlib import Path

import pytest

from gradlab.engines import machine
from gradlab.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("8GB", 8 * 10**9),
        ("8 gb", 8 * 10**9),
        ("1.5G", 1_500_000_000),
        ("900MB", 900 * 10**6),
        ("2GiB", 2 * 1024**3),
        ("900000000", 900_000_000),
        (900_000_000, 900_000_000),
        (None, None),
    ],
)
def test_sizes_are_read(text, size):
    assert machine.parse(text) == size


@pytest.mark.parametrize(
    "text", ["", "9" * 400, "8 apples", "-1GB", "GB", "nan", "8iB", True]
)
def test_what_is_no_size_is_refused(text):
    with pytest.raises(ConfigError, match="Expected bytes, with a unit"):
        machine.parse(text)


def test_less_than_a_worker_takes_is_refused():
    with pytest.raises(ConfigError) as caught:
        machine.parse("100MB")
    assert caught.value.got == "--memory 100MB, which is 100 MB"


def test_this_machine_says_how_much_there_is():
    free = machine.free()
    assert free is None or machine.WORKER_MEMORY < free < 1 << 50


def test_a_control_group_counts_where_it_is_the_tighter_bound(monkeypatch):
    files = {
        "/proc/meminfo": "MemTotal: 64000000 kB\nMemAvailable: 50000000 kB\n",
        "/sys/fs/cgroup/memory.max": "4000000000\n",
        "/sys/fs/cgroup/memory.current": "1500000000\n",
        "/sys/fs/cgroup/memory.stat": "anon 1\ninactive_file 500000000\n",
    }

    def read(path, *_, **__):
        if str(path) not in files:
            raise FileNotFoundError(path)
        return files[str(path)]

    monkeypatch.setattr(Path, "read_text", read)
    assert machine.free() == int(0.8 * 3_000_000_000)
    del files["/sys/fs/cgroup/memory.max"]
    assert machine.free() == int(0.8 * 50_000_000 * 1024)
    files.clear()
    assert machine.free() is None
