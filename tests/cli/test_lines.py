"""Command lines and TOML files by chance: sense is taken, nonsense gets a sentence."""

import random
import resource
import signal

import pytest
from click.testing import CliRunner

from gradlab import shell_text
from gradlab.catalog import registry
from gradlab.cli import main
from gradlab.engines import machine
from gradlab.runs.run import check_size
from gradlab.sweeps.plan import plan
from tests.cli import lines


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


def refuse_to_hang(*_):
    raise AssertionError("a minute has passed")


def hold(words, sensible):
    """Hold one command line to the promise."""
    shown = [word[:200] for word in words]
    signal.signal(signal.SIGALRM, refuse_to_hang)
    signal.alarm(60)
    try:
        result = CliRunner().invoke(main, words, prog_name="gradlab")
    finally:
        signal.alarm(0)
    if not isinstance(result.exception, SystemExit | None):
        raise AssertionError(f"{shown}") from result.exception
    assert "Traceback" not in result.output, shown
    for text in (result.stdout, result.stderr):
        assert shell_text.is_visible(text.replace("\n", "").replace("\t", "")), shown
    assert len(result.output) < 200_000, shown
    codes = (0,) if sensible else (1, 2)
    assert result.exit_code in codes, (shown, result.output[-2000:])
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * 2**20, shown


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
