"""The command under a figure makes that figure, in a folder of its own."""

import dataclasses
import json
import math
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from click.testing import CliRunner

from gradlab.cli import main
from gradlab.config.loading import load
from gradlab.report.blocks import Command, figures_of
from gradlab.report.document import compose
from gradlab.report.sections._own import command_of
from gradlab.report.words import en
from gradlab.runs import forecast
from gradlab.store.results import Results
from tests.cli.inline import measure_inline
from tests.report_words.telling import flat


TINY = ["--hidden=4", "--features=4", "--sequences=2", "--seeds=2"]
QUIET = ["--no-verify", "--jobs=1"]
WHOLE = {
    "how_far": {"how-far"},
    "length": {"length"},
    "inside": {"inside"},
    "weights": {"weights"},
    "gain": {"gain"},
    "cell_state": {"conveyor", "cuts", "passes"},
    "directions": {"directions"},
    "backward": {"backward"},
    "predictors": {"predictors"},
    "learning": {"learning", "learning-training"},
}
"""Sections of the default report that print a command -> figures above it."""


def typed(words: list[str]) -> Path:
    """Run a sweep in this process; return the folder it is in."""
    result = CliRunner().invoke(main, ["sweep", *words, *QUIET, "--json"])
    assert result.exit_code == 0, result.output
    return Path(json.loads(result.stdout)["folder"])


def sections(folder: Path) -> dict[str, tuple[str, dict[str, object]]]:
    """Section -> its command, and the data of its figures by name."""
    found = {}
    for chapter in compose(Results.open(folder)).chapters:
        lines = [
            block.text for block in flat(chapter.blocks) if isinstance(block, Command)
        ]
        figures = {figure.name: figure.data for figure in figures_of(chapter.blocks)}
        if lines and figures:
            (line,) = lines
            found[chapter.name] = line, figures
    return found


def numbers(data: object) -> Iterator[object]:
    """Yield everything that is drawn, in order; colours may be given out anew."""
    if dataclasses.is_dataclass(data):
        for field in dataclasses.fields(data):
            if field.name != "key":
                yield field.name
                yield from numbers(getattr(data, field.name))
    elif isinstance(data, dict):
        for name, value in data.items():
            yield name
            yield from numbers(value)
    elif isinstance(data, list | tuple | np.ndarray):
        for value in data:
            yield from numbers(value)
    elif isinstance(data, float) and math.isnan(data):
        yield "nan"
    else:
        yield data


def alike(one: object, other: object) -> bool:
    """Compare two numbers; more measures of a point may change the last digits."""
    both = isinstance(one, float) and isinstance(other, float)
    return both and math.isclose(one, other, rel_tol=1e-6)


def check(name: str, line: str, drawn: dict[str, object]) -> Path:
    """Type a section's command and compare what it draws, number by number."""
    program, sweep, *words = shlex.split(line)
    assert (program, sweep) == ("gradlab", "sweep")
    folder = typed(words)
    _, again = sections(folder)[name]
    assert set(again) == set(drawn)
    for figure, data in drawn.items():
        ours = list(numbers(data))
        assert sum(isinstance(value, float) for value in ours) > 1, figure
        theirs = list(numbers(again[figure]))
        assert len(theirs) == len(ours), figure
        for one, other in zip(ours, theirs, strict=True):
            assert other == one or alike(one, other), figure
    return folder


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory):
    """A small quick sweep, and the sections of its report."""
    home = tmp_path_factory.mktemp("quick")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(home)
        measure_inline(monkeypatch)
        whole = typed(["quick", *TINY, "--length=4,8"])
        yield home, whole, sections(whole)


@pytest.mark.parametrize("name", ["how_far", "gain"])
def test_of_a_small_report(quick, name):
    home, whole, found = quick
    line, drawn = found[name]
    grid = {"how_far": "lineup", "gain": "gain"}[name]
    assert line == (
        "gradlab sweep quick --hidden 4 --length 4,8 --seeds 2 --sequences 2 "
        f"--features 4 --grid {grid}"
    )
    before = {path: path.read_bytes() for path in whole.iterdir() if path.is_file()}
    folder = check(name, line, drawn)
    assert folder != whole
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.slow
def test_of_the_default_report(tmp_path, monkeypatch):
    """Every section, at the default's own lengths, and the remedies' networks."""
    monkeypatch.chdir(tmp_path)
    measure_inline(monkeypatch)
    whole = typed(["default", *TINY])
    found = sections(whole)
    assert {name: set(drawn) for name, (_, drawn) in found.items()} == WHOLE
    folders = {check(name, line, drawn) for name, (line, drawn) in found.items()}
    assert whole not in folders
    assert len(folders) == len({line for line, _ in found.values()})


@pytest.mark.slow
def test_of_a_sweep_that_options_or_a_file_made(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    measure_inline(monkeypatch)
    Path("my sweep.toml").write_text(
        'hidden = 4\nfeatures = 4\nseeds = 2\n[[grid]]\nname = "the cells"\n'
        'cell = ["rnn", "lstm"]\nlength = [4, 8]\n'
        '[[grid]]\nname = "gains"\ncell = "rnn"\ngain = [1, 2]\nlength = 8\n'
    )
    for words in (
        ["my sweep.toml"],
        ["my sweep.toml", "--grid=gains", "--out=here"],
        ["--cell=rnn,lstm", "--gain=1,2,4", "--length=4,8", *TINY, "--out=there"],
    ):
        found = sections(typed(words))
        assert found
        for name, (line, drawn) in found.items():
            check(name, line, drawn)


def options_named() -> list[str]:
    """Sweeps and their options that the report's words name, in backquotes."""
    texts = []
    for file in sorted(Path(en.__file__).parent.glob("*.py")):
        module = import_module(f"gradlab.report.words.en.{file.stem}")
        texts += [value for value in vars(module).values() if isinstance(value, str)]
    spans = [span for text in texts for span in re.findall(r"`([^`$]+)`", text)]
    return sorted({span for span in spans if re.match(r"gradlab sweep|--\w", span)})


@pytest.mark.parametrize("span", options_named())
def test_what_the_words_name_can_be_typed(span, home, run, monkeypatch):
    """Alone, or behind a command that a figure has."""
    monkeypatch.setattr(forecast, "time_sample", lambda sample, load: 1.0)
    Path("FILE").write_text("A text to read. " * 100)
    words = shlex.split(span)
    if words == ["--thresholds"]:  # named, not to be typed
        return
    command = words if words[0] == "gradlab" else ["gradlab", "sweep", *words]
    run(*command[1:], "--dry-run")
    if words[0] != "gradlab":
        grid = "--grid=learn" if "--task" in words else "--grid=lineup,gain"
        run("sweep", "default", grid, "--hidden=4", *words, "--dry-run")


def test_a_section_by_passes_has_its_figures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    measure_inline(monkeypatch)
    note = import_module("gradlab.report.words.en.cell_state").COMMAND_NOTE
    (option,) = re.findall("`(.+)`", note)
    folder = typed(["--cell=lstm", "--length=8", *TINY, *option.split()])
    drawn = set(sections(folder)["cell_state"][1])
    assert drawn == WHOLE["cell_state"] - {"cuts"}


@pytest.mark.parametrize(
    ("grid", "kept"),
    [("learn", ["--updates", "5000"]), ("gain", ["--features", "4"])],
)
def test_a_command_names_only_what_its_grids_can_use(grid, kept):
    """Of options that hold for the grids that train, or for the others."""
    words = ["gradlab", "sweep", "default", "--features", "4", "--updates", "5000"]
    grids = {"gain": [], "learn": []}
    story = SimpleNamespace(
        meta={"request": shlex.join(words)},
        training_grids=["learn"],
        results=SimpleNamespace(grids=grids, folder=Path("reports/x")),
    )
    made = shlex.split(command_of(story, [grid]))
    assert made == ["gradlab", "sweep", "default", *kept, "--grid", grid]
    load("default", grids=[grid], **{kept[0][2:]: int(kept[1])})
    assert command_of(story, list(grids)) == shlex.join(words)
