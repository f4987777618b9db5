"""Commands that read a folder: report, export, figures, cite; and list and check."""

from __future__ import annotations

import json

import pandas
import pytest

from gradlab import catalog
from tests.cli.stores import write
from tests.made_up import product, store


NETWORKS = (("rnn", None), ("lstm", "keep"), ("lstm", "chrono"))


@pytest.fixture
def folder(home):
    grids = {"lineup": product(network=NETWORKS, length=(16, 64), seed=range(3))}
    return write(store(grids), home / "made")


@pytest.fixture
def short(home):
    """A folder whose report is short: of one network."""
    grids = {"one": product(network=NETWORKS[:1], seed=range(1))}
    return write(store(grids), home / "made")


def test_report_writes_what_is_asked(run, short):
    result = run("report", short, "--format", "html")
    assert result.stdout.splitlines() == [
        f"wrote {short}/report.html",
        f"next  gradlab report {short} --open  in a browser",
        f"      gradlab figures {short}        each figure as a file",
    ]
    assert (short / "report.html").exists()
    assert not (short / "report.pdf").exists()
    answer = run("report", short, "--format", "pdf", "--json").stdout
    answer = json.loads(answer)
    assert answer["files"] == [f"{short}/report.pdf"]
    assert all(claim["text"].endswith(".") for claim in answer["claims"])


@pytest.mark.parametrize("answers", [True, False])
def test_report_open(run, folder, inline, monkeypatch, answers):
    shown = []
    monkeypatch.setattr("webbrowser.open", lambda url: shown.append(url) or answers)
    result = run("report", folder, "--format=html", "--open")
    assert shown == [(folder / "report.html").as_uri()]
    assert ("no browser was found." in result.stderr) is not answers


SECTION = '''
from gradlab import Section
from gradlab.report.blocks import Finding


class Mine(Section):
    """A section of my own."""

    name = "mine"
    order = 99
    question = "Is my question asked?"
    needs = ()

    def build(self, results, story):
        return [Finding("My answer is given.")]
'''


def test_report_load(run, short, home):
    (home / "mine.py").write_text(SECTION)
    run("report", short, "--format=html", "--load=mine.py")
    page = (short / "report.html").read_text()
    assert "Is my question asked?" in page and "My answer is given." in page


def test_export_to_stdout_is_the_table(run, folder):
    from io import StringIO

    table = pandas.read_csv(StringIO(run("export", folder, "--out", "-").stdout))
    assert (
        list(table)
        == (
            "cell activation init gain forget_bias input_bias hidden length seed input "
            "loss task learning_rate epsilon dtype measure block index step lag "
            "update value sd"
        ).split()
    )
    assert set(table["cell"]) == {"rnn", "lstm"}


@pytest.mark.parametrize(
    ("words", "name", "read"),
    [
        ((), "results.csv", pandas.read_csv),
        (("--format=parquet",), "results.parquet", pandas.read_parquet),
        (("--format=netcdf",), "results.nc", None),
        (("--out=mine.csv",), "mine.csv", pandas.read_csv),
        (("--out=mine.parquet",), "mine.parquet", pandas.read_parquet),
    ],
)
def test_export_files(run, folder, home, words, name, read):
    place = home / name if "mine" in name else folder / name
    result = run("export", folder, *words)
    assert result.stdout.startswith(f"wrote {place.relative_to(home)}\n") or (
        result.stdout.startswith(f"wrote {place}\n")
    )
    if read is None:
        import xarray

        with xarray.open_dataset(place, engine="h5netcdf") as table:
            assert table.sizes["row"] > 0
    else:
        assert len(read(place)) > 0


def test_export_of_a_binary_form_needs_a_file(run, folder):
    result = run("export", folder, "--format=netcdf", "--out", "-", code=2)
    assert " ".join(result.stderr.split()).endswith(
        "Error: netcdf cannot be written to stdout. "
        "Expected a file, such as --out results.nc."
    )


def test_figures(run, folder, home):
    small = ("figures", folder, "how-far", "--format=svg")
    run(*small, "--out=one")
    assert sorted(p.name for p in (home / "one").iterdir()) == [
        "figures.sha256",
        "how-far.csv",
        "how-far.svg",
        "how-far.txt",
    ]
    run(*small, "--out=wide", "--width=9in")
    run(*small, "--out=grey", "--style=grey")
    run(*small, "--out=again")
    one, wide, grey, again = (
        (home / name / "how-far.svg").read_bytes()
        for name in ("one", "wide", "grey", "again")
    )
    assert one == again
    assert len({one, wide, grey}) == 3


def test_figures_names_all_unless_told(run, folder, monkeypatch):
    monkeypatch.setattr("gradlab.report.files.drawing", lambda *_: b"a drawing")
    answer = run("figures", folder, "--format=png", "--json").stdout
    names = {path.rpartition("/")[2] for path in json.loads(answer)}
    assert {"how-far.png", "how-far.csv", "length.png"} <= names


def test_cite_prints_what_the_report_used(run, folder):
    result = run("cite", folder)
    keys = json.loads(run("cite", folder, "--json").stdout)
    assert keys
    for key in keys:
        assert f"{{{key}," in result.stdout
    assert result.stdout.count("\n@") + 1 == len(keys)


@pytest.mark.parametrize("room", [*catalog.KINDS, "inits", "variants", "sweeps"])
def test_list_a_room(run, room):
    lines = run("list", room).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    rows = json.loads(run("list", room, "--json").stdout)
    assert lines[-1].startswith(f"{len(rows)} in all. One in detail: gradlab list ")
    assert all(row["name"] for row in rows)


@pytest.mark.parametrize(
    "words",
    ["cells lstm", "activations gelu", "inits he", "measures horizon", "sweeps quick"],
)
def test_list_one(run, words):
    result = run("list", *words.split())
    name = words.split()[1]
    assert result.stdout.splitlines()[0].split() == ["name", name]
    assert json.loads(run("list", *words.split(), "--json").stdout)["name"] == name


def test_the_bias_column_tells_what_the_axis_does(run):
    rows = json.loads(run("list", "cells", "--json").stdout)
    bias = {row["name"]: row["--forget-bias"] for row in rows}
    assert bias["rnn"] == "none: skipped"
    assert bias["gru"] == "keep gate z"
    assert bias["gru:z_replaces"] == "-b on z, so b keeps"
    assert bias["lstm"] == "forget gate f"
    assert bias["lstm:no_forget"] == "none: skipped"
    of = {
        spec: json.loads(run("list", "cells", spec, "--json").stdout)["--input-bias"]
        for spec in ("lstm", "lstm:coupled", "gru")
    }
    assert of == {
        "lstm": "input gate i",
        "lstm:coupled": "none: skipped",
        "gru": "none: skipped",
    }


BENT = """
import torch
from gradlab.activations.base import Activation


class Bent(Activation):
    \"\"\"x / 2.\"\"\"

    name = "bent"
    lipschitz = 0.5

    def value(self, x):
        return x * 0.5

    def slope(self, x, y):
        return torch.full_like(x, SLOPE)
"""


@pytest.fixture
def bent(home):
    (home / "bent.py").write_text(BENT.replace("SLOPE", "0.5"))
    return home / "bent.py"


def test_list_load(run, bent):
    rows = json.loads(run("list", "activations", "--json", "--load", bent).stdout)
    assert "bent" in {row["name"] for row in rows}


def test_check_passes(run, bent):
    lines = run("check", "bent.py").stdout.splitlines()
    assert all(line.startswith("ok     bent: ") for line in lines[:-3])
    assert lines[-2].endswith(" checks, 0 failed")
    assert lines[-1] == "next   gradlab sweep --load bent.py --activation bent"


def test_check_fails(run, bent):
    bent.write_text(BENT.replace("SLOPE", "0.4"))
    result = run("check", "bent.py", code=1)
    failed = [line for line in result.stdout.splitlines() if line.startswith("FAILED")]
    assert failed
    assert "       got " in result.stdout and "       expected " in result.stdout
    told = json.loads(run("check", "bent.py", "--json", code=1).stdout)
    assert sum(not outcome["passed"] for outcome in told) == len(failed)


@pytest.mark.parametrize("command", ["report", "figures", "export"])
def test_nothing_computed_is_nothing_to_show(run, home, command):
    grids = {"sweep": product(network=NETWORKS, seed=range(2))}
    made = store(
        grids, status=lambda params: ("missing", ""), command="gradlab sweep x"
    )
    folder = write(made, home / "made")
    message = " ".join(run(command, folder, code=1).stderr.split())
    assert message == (
        f"Error: Got {folder}, where none of 6 points is computed. "
        f"Expected at least one. Try gradlab sweep {folder}/sweep.toml --out {folder}"
    )
    assert [path.name for path in folder.iterdir()] == ["results.sqlite"]
    assert "gradlab report" not in run("status", folder, code=1).stdout


def test_export_to_an_ending_that_names_no_format(run, folder, home):
    message = " ".join(run("export", folder, "--out=table.xlsx", code=2).stderr.split())
    assert message == (
        "Error: Got --out table.xlsx, whose ending names no format. "
        "Expected one of .csv, .parquet, .nc, or a --format. Try --out table.csv"
    )
    run("export", folder, "--out=table.xlsx", "--format=csv")
    assert len(pandas.read_csv(home / "table.xlsx")) > 0
