"""``gradlab status``: the screen, the exit code, the answer for scripts."""

import json

import pytest

from tests.cli.stores import write
from tests.made_up import Behaviour, always, product, store


NETWORKS = (("rnn", None), ("lstm", "chrono"))


def grids():
    return {
        "short": product(network=NETWORKS, length=(16,), seed=range(2)),
        "long": product(network=NETWORKS, length=(64,), seed=range(2)),
    }


def some_fail(params):
    if params["cell"] == "lstm" and params["length"] == 64:
        return ("failed", "out of memory") if params["seed"] else ("missing", "")
    return ("done", "")


@pytest.fixture
def complete(home):
    return write(store(grids()), home / "all")


@pytest.fixture
def torn(home):
    return write(
        store(grids(), status=some_fail, command="gradlab sweep x.toml"), home / "torn"
    )


def test_complete(run, complete):
    assert run("status", complete).stdout.splitlines() == [
        "made-up · started 3 Sep 2027 14:02 · last point 3 Sep 2027 14:02",
        "gradlab 0.1.0, torch 2.13.0",
        "",
        "grid   points  done  missing  failed  not finite",
        "short       4     4        0       0           0",
        "long        4     4        0       0           0",
        "total       8     8        0       0           0     100 % done",
        "",
        f"report  gradlab report {complete} --open",
    ]


def test_failed_and_missing(run, torn):
    assert run("status", torn, code=1).stdout.splitlines()[3:] == [
        "grid   points  done  missing  failed  not finite",
        "short       4     4        0       0           0",
        "long        4     2        1       1           0",
        "total       8     6        1       1           0     75 % done",
        "",
        "failed (1, of 1 kind)",
        "  out of memory",
        "      cell=lstm activation=tanh init=default gain=1.0 forget_bias=chrono",
        "      input_bias=chrono hidden=64 length=64 seeds 1",
        "",
        f"go on   gradlab sweep {torn}/sweep.toml --out {torn} --retry-failed",
        "        2 points, about 17 s",
        f"report  gradlab report {torn} --open",
    ]


def test_less_than_a_second_is_not_about_that(run, home):
    made = store(grids(), status=some_fail, command="gradlab sweep x.toml")
    made.meta["seconds"] = 0.5
    lines = run("status", write(made, home / "short"), code=1).stdout.splitlines()
    assert lines[-2] == "        2 points, less than a second"


def test_not_finite_is_a_result(run, home):
    broken = store(grids(), always(Behaviour(0.9, broken_at=7)))
    result = run("status", write(broken, home / "broken"))
    assert "total       8     8        0       0           8     100 % done" in (
        result.stdout.splitlines()
    )
    assert (
        "not finite (8): first at step 7. These are results, described in the report."
        in result.stdout.splitlines()
    )


def test_plain_is_ascii(run, complete):
    assert "·" in run("status", complete).stdout
    assert run("status", complete, "--plain").stdout.isascii()


def test_json(run, torn):
    answer = json.loads(run("status", torn, "--json", code=1).stdout)
    assert answer["total"] == {
        "points": 8,
        "done": 6,
        "missing": 1,
        "failed": 1,
        "not finite": 0,
    }
    assert answer["grids"]["short"]["done"] == 4
    assert answer["failed"][0]["message"] == "out of memory"
    assert answer["failed"][0]["points"][0]["cell"] == "lstm"
    go_on = f"gradlab sweep {torn}/sweep.toml --out {torn} --retry-failed"
    assert answer["continue"] == go_on


def test_the_folder_is_the_default_sweeps_unless_told(run, home):
    write(store(grids()), home / "reports" / "default")
    assert run("status").exit_code == 0


def test_no_results(run, home):
    result = run("status", "nowhere", code=1)
    assert result.stderr.splitlines() == [
        "Error: Got nowhere, where there is no results.sqlite.",
        "Expected a folder written by gradlab sweep.",
        "Try gradlab sweep --out nowhere",
    ]
