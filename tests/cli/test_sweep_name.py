"""A sweep made by options has a name and a folder of its own, and keeps others'."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab.cli.sweep import command
from gradlab.cli.sweep_name import LONGEST, given_options, name
from gradlab.config.validators import is_name
from gradlab.runs import forecast
from tests.cli.conftest import SMALL


READABLE = {
    "--cell lstm --forget-bias 0:6:1": "lstm-forget-bias-0-6-1",
    "--forget-bias 0:6:1 --cell lstm": "lstm-forget-bias-0-6-1",
    "--cell rnn,gru --length 16:256:x4": "rnn_gru-length-16-256-x4",
    "--forget-bias keep,-1,0.5,chrono": "forget-bias-keep_-1_0.5_chrono",
    "--cell lstm:peephole+layers=2": "lstm-peephole-layers-2",
    "--input text:README.md --seeds 3": "input-text-README.md-seeds-3",
    "quick": "quick",
    "quick --cell rnn": "quick-rnn",
    "default --grid gain,lineup": "default-grid-gain_lineup",
    "--seeds 3": "default-seeds-3",
    "--cell rnn --jobs 1 --plain": "rnn",
}


@pytest.mark.parametrize(("words", "folder"), READABLE.items())
def test_names_that_are_read(run, home, monkeypatch, words, folder):
    Path("README.md").write_text("A text to read. " * 100)
    monkeypatch.setattr(forecast, "time_sample", lambda sample, load: 1.0)
    shown = run("sweep", *words.split(), "--dry-run").stdout
    assert shown.startswith(f"{folder}: ")


OPTIONS = [p.name for p in command.params if getattr(p, "heading", "") == "Axes"]
VALUES = st.text(min_size=1, max_size=90).filter(str.strip)


@given(st.dictionaries(st.sampled_from(OPTIONS), VALUES, min_size=1), st.data())
def test_any_name_is_short_a_file_and_of_its_options_alone(options, data):
    made = name("", given_options(options, None, []))
    assert len(made) <= LONGEST
    assert re.fullmatch(r"[\w.-]+", made) and not made.endswith(".")
    order = data.draw(st.permutations(list(options)))
    again = {option: options[option] for option in order}
    assert name("", given_options(again, None, [])) == made
    changed = data.draw(st.sampled_from(order))
    other = options | {changed: data.draw(VALUES)}
    if re.sub(r"\s*,\s*", ",", other[changed].strip()) != re.sub(
        r"\s*,\s*", ",", options[changed].strip()
    ):
        assert name("", given_options(other, None, [])) != made


def test_long_names_stay_titles_and_differ_at_their_ends():
    long = [("--cell", ",".join(["lstm"] * 40)), ("--gain", "1")]
    other = [*long[:1], ("--gain", "2")]
    names = {name("", long), name("", other), name("quick", long)}
    assert len(names) == 3
    assert all(is_name(one) and len(one) <= LONGEST for one in names)


def test_a_sweep_goes_to_the_folder_of_its_name(sweep, home):
    sweep()
    sweep("--forget-bias=0:1:1")
    small = "hidden-8-length-8-seeds-1-sequences-2-features-4"
    assert {folder.name for folder in (home / "reports").iterdir()} == {
        f"lstm-{small}",
        "lstm-forget-bias-0-1-1-hidden-8-length-8-seeds-1-sequ-402358",
    }


def report_in(folder):
    return (Path(folder) / "report.html").stat().st_mtime_ns


def test_another_sweeps_report_is_kept(sweep):
    sweep("--out=mine")
    before = report_in("mine")
    for words in (["--gain=2"], ["--gain=2", "--dry-run"]):
        refused = " ".join(sweep("--out=mine", *words, code=1).stderr.split())
        assert refused == (
            "Error: Got mine, which holds the sweep "
            "lstm-hidden-8-length-8-seeds-1-sequences-2-features-4. Expected a folder "
            "for lstm-gain-2-hidden-8-length-8-seeds-1-sequences-2-features-4, whose "
            "report would replace the one there. Try --out mine-2"
        )
    assert report_in("mine") == before


def test_a_copied_report_without_its_results_is_kept_too(sweep, home):
    sweep("--out=mine")
    (home / "mine" / "results.sqlite").unlink()
    kept = {path.name for path in (home / "mine").iterdir()}
    (home / "mine-2").mkdir()
    refused = sweep("--out=mine", "--gain=2", code=1).stderr
    assert "Try --out mine-3" in refused
    assert {path.name for path in (home / "mine").iterdir()} == kept
    sweep("--out=mine")


def test_the_same_sweep_goes_on_and_may_grow(sweep, home):
    sweep("--out=mine")
    assert "1 points, all there" in sweep("--out=mine").stdout
    sweep("--out=mine", "--seeds=2")
    Path("my.toml").write_text('cell = "rnn"\nhidden = 4\nlength = 8\nseeds = 1\n')
    sweep_file = ("my.toml", "--no-verify", "--jobs=1")
    run_sweep(sweep_file)
    Path("my.toml").write_text('cell = "gru"\nhidden = 4\nlength = 8\nseeds = 1\n')
    run_sweep(sweep_file)  # edited, and still the sweep of this name


def run_sweep(words):
    from click.testing import CliRunner

    from gradlab.cli import main

    result = CliRunner().invoke(main, ["sweep", *words])
    assert result.exit_code == 0, result.output


def test_a_merged_sweep_is_named_after_its_folder_and_goes_on(sweep, run):
    sweep("--out=a")
    sweep("--first-seed=1", "--out=b")
    run("merge", "a", "b", "--out", "both")
    again = run("sweep", "both/sweep.toml", "--out=both", "--no-verify").stdout
    assert again.startswith("2 of 2 points, 0 failed")


def test_grids_are_chosen_by_name(run, monkeypatch):
    monkeypatch.setattr(forecast, "time_sample", lambda sample, load: 1.0)
    shown = run("sweep", "quick", "--grid", "gain", "--dry-run").stdout
    assert "lineup" not in shown
    refused = " ".join(run("sweep", "quick", "--grid=gan", code=2).stderr.split())
    assert refused == "Error: Got grid 'gan'. Expected one of gain, lineup. Try gain"
    refused = " ".join(run("sweep", *SMALL, "--grid=,", code=2).stderr.split())
    assert refused.endswith("Expected some of sweep. Try --grid sweep")
