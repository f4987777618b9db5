"""Command lines and TOML files by chance: sense is taken, nonsense gets a sentence."""

import random

import pytest

from gradlab.catalog import registry
from gradlab.engines import machine
from gradlab.runs.run import check_size
from gradlab.sweeps.plan import plan
from tests.cli import lines
from tests.cli.promise import kept


@pytest.fixture
def furnished(home, monkeypatch):
    """A folder with the files that pieces name, and nothing loaded."""
    monkeypatch.setattr(registry, "EXTERNAL", {})
    monkeypatch.setattr("gradlab.cli.sweep.show_forecast", show_plan)
    lines.furnish(home)
    return home


def show_plan(sweep, folder, execution, typed, screen, as_json):
    """Plan without the timing of a group, for which a process would start."""
    machine.parse(execution["memory"])
    check_size(sweep)
    screen.json({"points": len(plan(sweep).points)})


def hold(words, sensible):
    """Hold one command line to the promise; a message is no book."""
    result = kept(words, codes=(0,) if sensible else (1, 2))
    assert len(result.output) < 200_000, words


def hold_toml(home, seed):
    raw, sensible = lines.toml_file(random.Random(seed))
    (home / "some.toml").write_bytes(raw)
    hold(["sweep", "some.toml", "--dry-run", "--jobs=1"], sensible)


@pytest.mark.parametrize("start", range(0, 40, 20))
def test_some_command_lines_and_files(furnished, start):
    for seed in range(start, start + 20):
        hold(*lines.command_line(random.Random(seed)))
        hold_toml(furnished, seed)


@pytest.mark.trials
@pytest.mark.parametrize("start", range(1000, 2000, 100))
def test_a_thousand_command_lines(furnished, start):
    for seed in range(start, start + 100):
        hold(*lines.command_line(random.Random(seed)))


@pytest.mark.trials
@pytest.mark.parametrize("start", range(1000, 2000, 100))
def test_a_thousand_files(furnished, start):
    for seed in range(start, start + 100):
        hold_toml(furnished, seed)
