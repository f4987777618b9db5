"""Folders from strangers are read as data: a sentence or numbers, and nothing runs."""

import csv
import io

import pytest
from click.testing import CliRunner

from gradlab.cli import main
from tests import made_up
from tests.cli.promise import kept
from tests.cli.stores import write
from tests.store import damage, hostile


COMMANDS = (
    ("status", "{}"),
    ("status", "{}", "--check"),
    ("status", "{}", "--json"),
    ("export", "{}", "--out", "-"),
    ("cite", "{}"),
    ("merge", "{}", "--out", "{}-merged"),
)
DRAWN = (("report", "{}", "--format", "html"), ("report", "{}", "--json"))


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A small store of every kind of row, as a sweep would write it."""
    folder = tmp_path_factory.mktemp("sound") / "r"
    networks = [{"cell": "rnn", "hidden": 4}, {"cell": "lstm", "hidden": 4}]
    grids = {"one": made_up.product(network=networks, seed=range(2), length=(8,))}
    write(made_up.store(grids, command="gradlab sweep a.toml"), folder)
    return folder


def hold(folder, commands):
    """Hold commands on a folder to the promise; no cell of a table is a formula."""
    for words in commands:
        result = kept([word.format(folder) for word in words], codes=(0, 1, 2))
        if words[0] == "export" and result.exit_code == 0:
            for row in csv.reader(io.StringIO(result.stdout)):
                assert not any(cell.startswith(("=", "@")) for cell in row)


def test_a_sound_store_is_read(sound):
    for words in COMMANDS[:-1]:
        words = [word.format(sound) for word in words]
        assert CliRunner().invoke(main, words).exit_code == 0, words


@pytest.mark.parametrize("seed", range(12))
def test_some_hostile_stores(sound, tmp_path, seed):
    hold(hostile.spoil(sound, tmp_path / str(seed), seed), COMMANDS)


@pytest.mark.parametrize("script", hostile.SCHEMAS)
def test_tables_that_run_are_refused(sound, tmp_path, script):
    folder = hostile.spoil_schema(sound, tmp_path / "r", script)
    for words in (*COMMANDS, ("sweep", "--out", "{}", "--cell", "rnn")):
        result = CliRunner().invoke(main, [word.format(folder) for word in words])
        assert isinstance(result.exception, SystemExit), (words, result.exception)
        assert result.exit_code != 0, (words, result.output)


@pytest.mark.trials
@pytest.mark.parametrize("start", range(0, 200, 20))
def test_two_hundred_hostile_stores(sound, tmp_path, start):
    for seed in range(start, start + 20):
        folder = hostile.spoil(sound, tmp_path / str(seed), 1000 + seed)
        hold(folder, (*COMMANDS, *DRAWN))


@pytest.mark.trials
@pytest.mark.parametrize("start", range(0, 400, 40))
def test_four_hundred_damaged_stores(sound, tmp_path, start):
    size = (sound / "results.sqlite").stat().st_size
    for number, place in enumerate(damage.places(size, 400, 7)[start : start + 40]):
        hold(damage.hurt(sound, tmp_path / str(number), place), COMMANDS)
