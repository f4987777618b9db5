"""``gradlab merge`` and ``gradlab status --check``: screens, exit codes, ways out."""

import json

import pytest

from gradlab.store import schema
from tests.cli.stores import write
from tests.made_up import Behaviour, always, product, store
from tests.store import damage
from tests.store.damage import Place


NETWORKS = (("rnn", None), ("lstm", "chrono"))


def grids(seeds=range(2)):
    return {
        "short": product(network=NETWORKS, length=(16,), seed=seeds),
        "long": product(network=NETWORKS, length=(64,), seed=seeds),
    }


@pytest.fixture
def two(home):
    """Folders a and b, the same points with other numbers in one of two grids."""
    write(store(grids()), home / "a")
    other = {"short": grids()["short"][:1]}
    write(store(other, always(Behaviour(-0.5))), home / "b")


def test_a_sound_store(run, two):
    assert run("status", "a", "--check").stdout.splitlines() == [
        "a is intact",
        "8 points and 152 records, each as it was written (schema 5)",
    ]
    answer = json.loads(run("status", "a", "--check", "--json").stdout)
    assert answer["sound"] and answer["damaged"] == answer["way_out"] == []
    assert answer["intact"] == {"points": 8, "records": 152}


def test_a_damaged_store_names_its_points_and_the_way_out(run, two, home):
    damage.hurt(home / "a", home / "torn", Place("flip", 60_000, 5000))
    screen = run("status", "torn", "--check", code=1).stdout.splitlines()
    assert screen[:6] == [
        "torn is damaged",
        "",
        "  cell=rnn activation=tanh init=default gain=1.0 hidden=64 length=16 seed=0:",
        "      weight_spectral_radius",
        "  cell=rnn activation=tanh init=default gain=1.0 hidden=64 length=16 seed=1:",
        "      decay_shape, finite_precision, spectral_norm",
    ]
    assert screen[-3:] == [
        "intact    6 of 8 points, 148 records",
        "keep them gradlab merge torn --out torn-intact",
        "the rest  gradlab sweep torn-intact/sweep.toml --out torn-intact",
    ]
    assert max(map(len, screen)) <= 80
    answer = json.loads(run("status", "torn", "--check", "--json", code=1).stdout)
    assert [one["record"] for one in answer["damaged"]] == [
        "weight_spectral_radius",
        "decay_shape",
        "finite_precision",
        "spectral_norm",
    ]
    assert answer["way_out"][0] == "gradlab merge torn --out torn-intact"


def test_what_is_intact_of_a_damaged_store_is_kept(run, two, home):
    damage.hurt(home / "a", home / "torn", Place("flip", 60_000, 5000))
    screen = run("merge", "torn", "--out", "kept").stdout.splitlines()
    assert screen == [
        "torn: 8 points, 148 records, damaged: only what is intact is taken",
        "wrote kept: 8 points, 6 of them done, 148 records",
        "",
        "go on   gradlab sweep kept/sweep.toml --out kept",
        "status  gradlab status kept",
        "report  gradlab report kept --open",
    ]
    assert run("status", "kept", "--check").stdout.startswith("kept is intact")


def test_conflicts_are_named_and_the_first_folder_kept(run, two):
    screen = run("merge", "a", "b", "--out", "c", code=1).stdout.splitlines()
    assert screen[:6] == [
        "a: 8 points, 152 records",
        "b: 1 point, 17 records",
        "wrote c: 8 points, 8 of them done, 152 records",
        "",
        "11 conflicts: different numbers for the same measure of a point",
        "  cell=rnn activation=tanh init=default gain=1.0 hidden=64 length=16 seed=0",
    ]
    assert "      a kept, b up to inf away" in screen
    assert max(map(len, screen)) <= 80
    answer = json.loads(run("merge", "a", "b", "--out", "d", "--json", code=1).stdout)
    assert len(answer["conflicts"]) == 11
    first = answer["conflicts"][0]
    assert (first["kept"], first["other"]) == ("a", "b")
    assert first["params"]["cell"] == "rnn"


def test_the_same_numbers_are_no_conflict(run, two):
    screen = run("merge", "a", "a/../a", "b", "--out", "c", code=2)
    assert "the same folder" in screen.stderr
    run("merge", "a", "--out", "again")
    assert "conflict" not in run("merge", "a", "again", "--out", "c").stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            "merge nowhere --out c",
            1,
            "Got nowhere, where there is no results.sqlite. Expected a folder written "
            "by gradlab sweep. Try gradlab sweep --out nowhere",
        ),
        (
            "merge a --out b",
            1,
            "Got b, which holds results already. Expected a folder that is new or "
            "empty; sources are left as they are. Try --out b-merged",
        ),
        (
            "merge a --out mine",
            1,
            "Got mine, which holds thesis.tex and no results.sqlite. Expected an empty "
            "folder or one that gradlab made. Try --out mine/gradlab",
        ),
    ],
)
def test_bad_folders(run, two, home, words, code, said):
    (home / "mine").mkdir()
    (home / "mine" / "thesis.tex").write_text("")
    result = run(*words.split(), code=code)
    assert result.stderr.removeprefix("Error: ").replace(".\n", ". ").strip() == said
    assert result.stdout == ""


SIZE = 868_352
PLACES = damage.places(size=SIZE, number=60, seed=9)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return damage.write(tmp_path_factory.mktemp("whole") / "r")


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(
            place,
            id=f"{place.kind}{place.start}+{place.length}",
            marks=[pytest.mark.slow] * (number % 4 != 0),
        )
        for number, place in enumerate(PLACES)
    ],
)
def test_every_command_works_or_names_the_file_and_the_way_out(run, home, whole, place):
    """A store truncated or with flipped bytes anywhere: a sentence, no traceback."""
    damage.hurt(whole, home / "r", place)
    for words in (
        ("status", "r"),
        ("status", "r", "--check"),
        ("export", "r", "--out", "r.csv"),
        ("merge", "r", "--out", "kept"),
    ):
        result = run(*words, code=None)
        assert result.exit_code in (0, 1), result.output
        said = result.stderr
        if said:
            assert said.startswith(f"Error: Got r/{schema.FILE_NAME}"), said
            # where the first page is gone nothing may be left to keep
            ways = ("gradlab merge r --out r-intact", "the same sweep with --out")
            assert any(way in said for way in ways), said
    if run("status", "r", "--check", code=None).exit_code == 0:
        assert "Error" not in run("status", "r", code=None).stderr
