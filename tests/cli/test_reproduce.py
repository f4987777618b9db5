"""``gradlab reproduce``: lines, JSON, exit codes, what is wrong."""

from __future__ import annotations

import json

import pytest

from gradlab.cli import reproduce as module
from gradlab.report.references import WORKS
from gradlab.reproductions import choice, folder
from tests.reproductions.pairs import EXPECTED, write


@pytest.fixture
def mine(home, inline):
    """The sweep of a row that holds."""
    return write(home / "rows")


def test_list_has_every_row(run):
    lines = run("reproduce", "--list").stdout.splitlines()
    assert max(map(len, lines)) <= 80
    names = [line.split()[0] for line in lines[1:] if line[:1].strip()]
    assert set(folder.names()) <= set(names)
    rows = json.loads(run("reproduce", "--list", "--json").stdout)
    assert {row["name"] for row in rows} == set(folder.names())
    assert all(set(row["source"]) <= set(WORKS) for row in rows)


def test_a_row_that_holds(run, mine):
    done = run("reproduce", mine, "--out=out", "--format=html")
    lines = done.stdout.splitlines()
    assert lines[0].split()[:3] == ["●", "mine", "1/1"]
    assert lines[1:] == [
        "",
        "1 of 1 row within tolerance",
        "report out/mine.html",
    ]
    assert "1/1 mine: 0/6 points" in done.stderr
    again = run("reproduce", mine, "--out=out", "--format=html")
    assert again.stdout == done.stdout
    assert "points" not in again.stderr


def test_json_is_all_of_it(run, mine):
    answer = json.loads(run("reproduce", mine, "--out=out", "--json").stdout)
    assert answer["held"] == 1
    assert answer["report"] == ["out/mine.html", "out/mine.pdf"]
    (row,) = answer["rows"]
    (one,) = row["comparisons"]
    assert (row["name"], row["kind"], row["folder"]) == ("mine", "exact", "out/mine")
    assert one["measured"] < 0 == one["expected"]
    assert (one["relation"], one["seeds"], one["held"]) == ("at_most", 3, True)


def test_a_miss_comes_last_with_every_number(run, mine):
    write(mine.parent, EXPECTED.replace("expected = 0", "expected = -9"))
    done = run("reproduce", mine, "--out=out", "--format=html", code=1)
    lines = done.stdout.splitlines()
    assert lines[0].split()[:3] == ["✕", "mine", "0/1"]
    assert lines[2] == "✕ mine: A small RNN forgets."
    assert lines[3].startswith("  rate at gain 1: −")
    assert lines[3].endswith(" for at most −9 + 0.1")
    assert lines[5] == "0 of 1 row within tolerance"


def test_ctrl_c_keeps_what_is_done(run, mine, monkeypatch):
    def interrupted(*args, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr("gradlab.reproductions.row.run", interrupted)
    done = run("reproduce", mine, "--out=out", code=130)
    assert done.stdout == ""
    assert "stopped. 0 of 1 rows kept in out." in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Go on: gradlab reproduce ")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "Got no row. Expected names of rows, or --all. Try gradlab reproduce "),
        (["--all", "newman"], "Got names of rows together with --all."),
        (["newmann"], "Got row 'newmann'. Expected one of "),
        (["nosuch.toml"], "Got nosuch.expected.toml: No such file or directory."),
    ],
)
def test_what_is_wrong_is_said(run, words, message):
    done = run("reproduce", *words, code=2)
    said = " ".join(done.stderr.split())
    assert said.startswith(f"Error: {message}")
    if words == ["newmann"]:
        assert said.endswith("Try newman")


@pytest.mark.parametrize("value", ["0", "-1", "nan"])
def test_a_tolerance_of_nothing_is_refused(run, mine, value):
    write(mine.parent, EXPECTED.replace("absolute = 0.1", f"absolute = {value}"))
    done = run("reproduce", mine, "--out=out", code=2)
    assert "finite number above 0" in " ".join(done.stderr.split())
    assert not (mine.parents[1] / "out").exists()


def test_a_kind_stands_for_its_rows():
    seed = choice.expand(["seed"])
    assert len(seed) > 1
    assert all(name.startswith("seed-") for name in seed)
    assert choice.expand(["newman", "seed", "newman"]) == ["newman", *seed]
    assert set(choice.everything()) <= set(choice.everything(training=True))


def test_cite_has_the_sources_of_the_rows_measured_there(run, home):
    for name in ("newman", "pascanu-bound"):
        (home / "out" / name).mkdir(parents=True)
        (home / "out" / name / "results.sqlite").touch()
    keys = json.loads(run("cite", "out", "--json").stdout)
    assert keys == ["newman1986", "pascanu2013"]
    assert "@article{newman1986," in run("cite", "out").stdout


def test_reports_of_other_rows_are_other_files():
    assert module._stem(("newman",)) == "newman"
    assert module._stem(("a/mine.toml", "newman")) == "mine+newman"
    assert module._stem(("a", "b", "c", "d")) == "rows"
