"""Only regular files of bounded size are read, on every road that reads one."""

import os
import sqlite3

import pytest

from gradlab import catalog, regular_file
from gradlab.config.loading import load
from gradlab.errors import ConfigError, GradlabError, InputError, StoreError
from gradlab.inputs import parse
from gradlab.runs.other_sweep import check_same_sweep
from gradlab.store import Results, Store
from gradlab.store.lock import holder


@pytest.fixture
def pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe.toml")
    return tmp_path / "pipe.toml"


def sparse(path, size):
    with path.open("wb") as file:
        file.truncate(size)
    return path


@pytest.mark.parametrize("spec", ["text:{}", "npy:{}", "text:/dev/zero"])
def test_an_input_is_a_regular_file(pipe, spec):
    with pytest.raises(InputError, match="cannot be read .not a regular file"):
        parse(spec.format(pipe))


def test_an_input_is_of_bounded_size(tmp_path):
    with pytest.raises(InputError, match="larger than 256 MB"):
        parse(f"text:{sparse(tmp_path / 'much', 2**30)}")


def test_a_config_and_a_file_of_leaves_are_too(pipe, tmp_path):
    for source in (pipe, "/dev/zero.toml", sparse(tmp_path / "much.toml", 2**30)):
        with pytest.raises(ConfigError, match="not a regular|No such|larger than 4 MB"):
            load(source)
    with pytest.raises(InputError, match="not a regular file"):
        catalog.load_file(pipe)


@pytest.mark.parametrize("name", ["results.sqlite", "results.sqlite-wal"])
@pytest.mark.parametrize(
    "opened", [Results.open, Store.open, lambda path: check_same_sweep(path, "a", [])]
)
def test_a_store_and_its_log_are_too(tmp_path, name, opened):
    if name != "results.sqlite":
        Store.open(tmp_path, create=True).close()
    os.mkfifo(tmp_path / name)
    with pytest.raises(StoreError, match=f"{name}: not a regular file"):
        opened(tmp_path)


def test_a_lock_is_too(tmp_path):
    Store.open(tmp_path, create=True).close()
    os.mkfifo(tmp_path / ".writing")
    assert holder(tmp_path) is None
    with pytest.raises(StoreError, match=r"\.writing, which gradlab did not write"):
        Store.open(tmp_path)


def test_a_sweep_file_in_the_way_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "sweep.toml")
    check_same_sweep(tmp_path, "mine", [])


def test_a_database_of_zeros_is_refused_at_once(tmp_path):
    sparse(tmp_path / "results.sqlite", 2**30)
    with pytest.raises(StoreError):
        Results.open(tmp_path)
    with pytest.raises((StoreError, sqlite3.Error)):
        Store.open(tmp_path)


@pytest.mark.parametrize("path", ["a\0.py", "\ud800.py"])
def test_a_path_that_no_file_can_have(path):
    with pytest.raises(OSError, match="these characters"):
        regular_file.read_bytes(path)
    with pytest.raises(GradlabError, match="a path"):
        catalog.load_file(path)
    with pytest.raises(InputError, match="cannot be read"):
        parse(f"text:{path}")


def test_lines_end_alike(tmp_path):
    (tmp_path / "a.py").write_bytes(b"a\r\nb\rc\n")
    assert regular_file.read_text(tmp_path / "a.py") == "a\nb\nc\n"
