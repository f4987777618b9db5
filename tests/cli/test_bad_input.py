"""Bad input: one clear sentence (got, expected, try), an exit code, no traceback."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from gradlab import catalog


USAGE_CASES = {
    # names
    "sweep --cell lstn": "Got --cell: cell 'lstn', in the options. "
    "Expected one of {cells}. Try lstm",
    "sweep --cell lstm:peephol": "Got --cell: option in cell 'lstm:peephol': "
    "'peephol', in the options. Expected one of candidate, coupled, gate, layers, "
    "no_forget, no_output_activation, peephole, proj. Try peephole",
    "sweep --cell lstm:": "Got --cell: cell 'lstm:' with an empty option, in the "
    "options. Expected options as in lstm:layers=2, joined by +. Try lstm",
    "sweep --activation rely": "Got --activation: activation 'rely', in the options. "
    "Expected one of {activations}. Try relu",
    "sweep --init orthgonal": "Got --init: initializer 'orthgonal', in the options. "
    "Expected one of {initializers}. Try orthogonal",
    "sweep --input gausian": "Got --input: input 'gausian', in the options. "
    "Expected one of {inputs}. Try gaussian",
    "sweep --loss lost": "Got --loss: loss 'lost', in the options. "
    "Expected one of {losses}. Try last",
    "sweep --dtype float16": "Got --dtype: dtype 'float16', in the options. "
    "Expected one of float32, float64. Try float64",
    "sweep --cell rnn --measure spectral_nrm": "Got --measure: measure "
    "'spectral_nrm', in the options. Expected one of {measures}. Try spectral_norm",
    "sweep nosuch": "Got sweep 'nosuch'. Expected one of default, learn, quick. "
    "Try one of these",
    "list nosuch": "Got kind 'nosuch'. Expected one of activations, cells, claims, "
    "initializers, inits, inputs, laws, losses, measures, remedies, sections, sweeps, "
    "tasks, variants. Try one of these",
    "list cells lstn": "Got cell 'lstn'. Expected one of {cells}. Try lstm",
    "list tasks ading": "Got task 'ading'. Expected one of {tasks}. Try adding",
    # numbers and ranges
    "sweep --hidden 0": "Got --hidden: 0, in the options. Expected at least 1. "
    "Try --hidden 64",
    "sweep --hidden 2.5": "Got --hidden: 2.5, in the options. "
    "Expected a whole number. Try --hidden 64",
    "sweep --length 1": "Got --length: 1, in the options. Expected at least 2. "
    "Try --length 16,64,256",
    "sweep --length 16:4:x2": "Got --length: the range 16:4:x2, in the options. "
    "Expected steps that lead from 16 to 4. Try 0:6:1 or 16:1024:x2",
    "sweep --gain 0:100:0.01": "Got --gain: the range 0:100:0.01, which holds "
    "10,001 values, in the options. Expected at most 10,000. Try a larger step",
    "sweep --gain nan": "Got --gain: 'nan', in the options. "
    "Expected a finite number. Try --gain 0.5,1,2",
    "sweep --seeds 0": "Got --seeds: seed 0, in the options. Expected a count from 1, "
    "or a list of whole numbers from 0 to 4294967295. Try --seeds 5 or --seeds 0,3,7",
    "sweep --seeds 0,3 --first-seed 5": "Got first_seed 5 with the seeds 0, 3. "
    "Expected a count of seeds, which begins there, or a list. "
    "Try --first-seed 100 --seeds 5",
    "sweep --cell rnn:foo": "Got --cell: option in cell 'rnn:foo': 'foo', in the "
    "options. Expected one of layers. Try one of these",
    "sweep --load leaving.py": "Got leaving.py, line 1: SystemExit: 3. "
    "Expected a Python file that runs. Try python leaving.py",
    "sweep --gain ''": "Got --gain: '', in the options. "
    "Expected at least one value. Try --gain 0.5,1,2",
    "sweep --forget-bias big": "Got --forget-bias: forget bias 'big', in the options. "
    "Expected a number, keep, chrono or chrono:LENGTH. Try 3",
    # one of two values would be lost
    "sweep --cell rnn --cell gru": "Got --cell 2 times, with 'rnn', 'gru'. "
    "Expected --cell once. Try --cell rnn,gru",
    "sweep --forget-bias 0:2:1 --forget-bias chrono": "Got --forget-bias 2 times, with "
    "'0:2:1', 'chrono'. Expected --forget-bias once. Try --forget-bias 0:2:1,chrono",
    "sweep --seeds 3 --seeds 5": "Got --seeds 2 times, with '3', '5'. "
    "Expected --seeds once. Try --seeds 5",
    "sweep default --grid gain --grid lineup": "Got --grid 2 times, with 'gain', "
    "'lineup'. Expected --grid once. Try --grid gain,lineup",
    # files
    "sweep --input text:nofile.txt": "Got --input: nofile.txt, which cannot be read "
    "(no such file or directory), in the options. Expected a readable file. "
    "Try text:FILE, with \\, for a comma in a list",
    "sweep --input text:.": "Got --input: ., which cannot be read (is a directory), "
    "in the options. Expected a readable file. "
    "Try text:FILE, with \\, for a comma in a list",
    "sweep --input text:empty.txt": "Got --input: empty.txt, which is empty, in the "
    "options. Expected a file with something in it. Try text:FILE",
    "sweep --input text:short.txt": "Got short.txt of 3 bytes for sequences of 256 "
    "steps. Expected a file at least as long as the sequences (with burn-in). "
    "Try --length 3",
    "sweep --input npy:nan.npy": "Got --input: nan.npy with NaN or infinite values, "
    "in the options. Expected finite numbers. Try numpy.nan_to_num(array)",
    "sweep --input npy:flat.npy": "Got --input: flat.npy of shape (5,), in the "
    "options. Expected three axes, none empty: (sequences, time, features). "
    "Try array.reshape(sequences, time, features)",
    "sweep --input npy:pickle.npy": "Got --input: pickle.npy, which is no plain .npy "
    "array, in the options. Expected numbers written by numpy.save. "
    "Try numpy.save(FILE, array)",
    "sweep --input npy:empty.txt": "Got --input: empty.txt, which is empty, in the "
    "options. Expected a file with something in it. Try npy:FILE",
    "sweep nosuch.toml": "Got nosuch.toml: No such file or directory. "
    "Expected a TOML file that can be read. Try gradlab sweep, which needs none",
    "sweep broken.toml": "Got broken.toml: Invalid value (at end of document). "
    'Expected TOML, as in cell = ["rnn", "lstm"]. '
    "Try gradlab list, which names what may stand there",
    "sweep --load nosuch.py": "Got nosuch.py, which cannot be read "
    "(No such file or directory). Expected a Python file. Try --load FILE.py",
    "sweep --load broken.py": "Got broken.py, line 1: SyntaxError: invalid syntax "
    "(broken.py, line 1). Expected a Python file that runs. Try python broken.py",
    "sweep --load nothing.py": "Got nothing.py, which defines no leaf. Expected a "
    "class derived from Cell, Activation, Initializer, Input, Loss, Task, Measure, "
    "Remedy, Law, Section or Claim. Try from gradlab.cells.base import Cell",
    "sweep --load taken.py": "Got activation 'tanh' in taken.py, a name already in "
    'use. Expected a name other than {activations}. Try name = "my_tanh"',
    "check nosuch.py": "Got nosuch.py, which cannot be read "
    "(No such file or directory). Expected a Python file. Try --load FILE.py",
}
"""What is typed -> the whole message; exit code 2."""

STORE_CASES = {
    "sweep --cell rnn --out afile": "Got afile, which is a file. Expected a folder, "
    "or a name that is still free. Try --out afile_results",
    "sweep --cell rnn --out theirs": "Got theirs, which holds notes.txt and no "
    "results.sqlite. Expected an empty folder or one that gradlab made. "
    "Try --out theirs/gradlab",
    "sweep --cell rnn --out newer": "Got newer/results.sqlite with schema version 99. "
    "Expected version 5, which this gradlab writes. Try a newer gradlab",
    "sweep --cell rnn --out damaged": "Got damaged/results.sqlite: file is not a "
    "database. Expected a results file of gradlab. "
    "Try gradlab merge damaged --out damaged-intact",
    "status nowhere": "Got nowhere, where there is no results.sqlite. "
    "Expected a folder written by gradlab sweep. Try gradlab sweep --out nowhere",
    "report newer": "Got newer/results.sqlite with schema version 99. "
    "Expected version 5, which this gradlab writes. Try a newer gradlab",
    "export damaged": "Got damaged/results.sqlite: file is not a database. "
    "Expected a results file of gradlab. "
    "Try gradlab merge damaged --out damaged-intact",
    "figures nowhere": "Got nowhere, where there is no results.sqlite. "
    "Expected a folder written by gradlab sweep. Try gradlab sweep --out nowhere",
    "cite nowhere": "Got nowhere, where there is no results.sqlite. "
    "Expected a folder written by gradlab sweep. Try gradlab sweep --out nowhere",
}
"""What is typed -> the whole message; exit code 1."""

CLICK_CASES = {
    "sweep --burn-in -1": "Invalid value for '--burn-in': -1 is not in the range x>=0.",
    "sweep --sequences 0": "Invalid value for '--sequences': "
    "0 is not in the range x>=1.",
    "sweep --initial-state random": "Invalid value for '--initial-state': "
    "'random' is not one of 'zero', 'gaussian'.",
    "sweep --format docx": "Invalid value for '--format': 'docx'. "
    "Expected some of html, pdf. Try --format html,pdf.",
    "export reports/x --format xlsx": "Invalid value for '--format': "
    "'xlsx' is not one of 'csv', 'parquet', 'netcdf'.",
    "figures x --style poster": "Invalid value for '--style': "
    "'poster' is not one of 'paper', 'slide', 'grey'.",
    "check": "Missing argument 'FILE.py...'.",
    "figures": "Missing argument 'DIR'.",
}
"""What click itself refuses, after the usage lines; exit code 2."""

TAKEN = """
from gradlab.activations.base import Activation

class Tanh(Activation):
    name = "tanh"
    lipschitz = 1.0
    def value(self, x): return x
    def slope(self, x, y): return x
"""


@pytest.fixture
def mess(home):
    """A folder full of things that cannot be used."""
    texts = {
        "empty.txt": "",
        "short.txt": "abc",
        "afile": "hi",
        "broken.toml": "cell = [\n",
        "broken.py": "def f(:",
        "nothing.py": "x = 1",
        "leaving.py": "import sys; sys.exit(3)",
        "taken.py": TAKEN,
    }
    for name, text in texts.items():
        (home / name).write_text(text)
    np.save(home / "nan.npy", np.full((2, 300, 3), np.nan))
    np.save(home / "flat.npy", np.zeros(5))
    np.save(home / "pickle.npy", np.array([{}], dtype=object), allow_pickle=True)
    for name in ("theirs", "newer", "damaged"):
        (home / name).mkdir()
    (home / "theirs" / "notes.txt").write_text("mine")
    (home / "damaged" / "results.sqlite").write_bytes(b"no database" * 999)
    from gradlab.store.store import Store

    Store.open(home / "newer", create=True).close()
    with sqlite3.connect(home / "newer" / "results.sqlite") as connection:
        connection.execute("alter table points rename seconds to hours")
        connection.execute("pragma user_version = 99")
    connection.close()
    return home


def told(result) -> str:
    """The message on one line; nothing may stand on stdout or be a traceback."""
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert max(map(len, result.stderr.splitlines())) <= 80
    return " ".join(result.stderr.split())


def whole(text: str) -> str:
    names = {room: ", ".join(catalog.names(room)) for room in catalog.KINDS}
    return f"Error: {text.format(**names)}"


@pytest.mark.parametrize("typed", USAGE_CASES)
def test_wrong_use(run, mess, typed):
    words = [word.strip("'") for word in typed.split(" ")]
    assert told(run(*words, code=2)) == whole(USAGE_CASES[typed])


@pytest.mark.parametrize("typed", STORE_CASES)
def test_wrong_folder(run, mess, typed):
    assert told(run(*typed.split(), code=1)) == whole(STORE_CASES[typed])


@pytest.mark.parametrize("typed", CLICK_CASES)
def test_wrong_call(run, home, typed):
    message = told(run(*typed.split(), code=2))
    assert message.partition("Error: ")[2] == CLICK_CASES[typed]


def test_every_mistake_of_a_file_at_once(run, mess):
    (mess / "wrong.toml").write_text(
        'cel = "rnn"\nhidden = "wide"\n[[grid]]\nlength = [1]\n'
    )
    message = told(run("sweep", "wrong.toml", code=2))
    assert message.startswith(
        "Error: 3 mistakes in wrong.toml. "
        "hidden, item 1: got 'wide'; expected a whole number, without quotes; "
        "try hidden = [64] "
        "grid 1, length, item 1: got 1; expected at least 2; "
        "try length = [16, 64, 256] "
        "cel: got a key nobody knows; expected one of "
    )
    assert message.endswith("; try cell")


def test_a_huge_sweep_asks_first(run, mess):
    message = told(run("sweep", "--cell", "rnn", "--seeds", 9000, code=2))
    assert message.startswith("Error: Got a sweep of up to 9,000 points. ")
    assert message.endswith(" or a yes. Try --yes, or fewer values on an axis")
    assert not (mess / "reports" / "default" / "results.sqlite").exists()


def test_a_folder_that_cannot_be_written(run, mess, monkeypatch):
    monkeypatch.setattr("gradlab.store.folder.os.access", lambda *ignored: False)
    assert told(run("sweep", "--cell", "rnn", "--out", "locked", code=1)) == (
        "Error: Got locked, which is not writable. "
        "Expected a folder that can be written. Try --out FOLDER, another one"
    )


def test_a_full_disk_keeps_what_was_computed(sweep, inline, monkeypatch):
    from gradlab.store.results import Results
    from gradlab.store.sqlite_errors import translate_errors
    from gradlab.store.store import Store

    save = Store.save_point

    def save_one(self, key, params, **what):
        if params["length"] == 8:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            with translate_errors(Path("results.sqlite")):
                raise error
        save(self, key, params, **what)

    monkeypatch.setattr(Store, "save_point", save_one)
    result = sweep("--length=8,9", "--measure=spectral_norm", code=1)
    assert " ".join(result.stderr.split()).endswith(
        "Error: Got results.sqlite: database or disk is full. "
        "Expected room on the disk; what was computed before is kept. "
        "Try making room, then the same command again"
    )
    (folder,) = Path("reports").iterdir()
    states = {p.params["length"]: p.status for p in Results.open(folder).points}
    assert states == {9: "done", 8: "missing"}


def test_exploding_to_nan_is_a_result(sweep):
    result = sweep("--cell=rnn", "--activation=relu", "--gain=1e30", "--length=16")
    assert "1 of 1 points, 0 failed, 1 not finite (a finding)" in result.stdout


def test_a_folder_another_sweep_writes_to_is_refused_and_unharmed(sweep, home, base):
    from gradlab.store.lock import Lock

    (home / "busy").mkdir()
    lock = Lock.take(home / "busy")
    said = told(sweep("--out=busy", code=1))
    lock.release()
    assert re.fullmatch(
        r"Error: Got busy, into which another gradlab writes \(process \d+ on \S+, "
        r"since \d+ \w+ \d{4} \d\d:\d\d\)\. Expected one sweep or merge at a time in a "
        r"folder\. Try the same command when that one is done, or --out FOLDER, "
        r"another one",
        said,
    )
    assert list((home / "busy").iterdir()) == []
    sweep("--out=busy")


def test_a_folder_that_cannot_be_locked_is_said(sweep, monkeypatch):
    monkeypatch.setattr("gradlab.store.lock.fcntl", None)
    said = " ".join(sweep("--out=mine").stderr.split())
    assert "mine cannot be locked; start no second sweep into it" in said
