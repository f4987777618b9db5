"""Folders united: one sweep's numbers, contradictions named, damage mended."""

import random

import numpy as np
import pytest

from gradlab.config.loading import load
from gradlab.errors import ConfigError, StoreError
from gradlab.labelled import LabelledArray
from gradlab.requirement import Requirement
from gradlab.runs import run as runner
from gradlab.runs.merge import conflict_error, merge
from gradlab.store import Results, Store, codec, schema
from tests.runs.inline import InlinePool
from tests.store.damage import Place


SMALL = {
    "name": "small",
    "question": "Does it hold together?",
    "hidden": 8,
    "features": 5,
    "sequences": 2,
    "seeds": 4,
    "length": [4, 8],
    "measures": ["growth_rate", "spectral_norm", "verdict"],
    "grid": [
        {"name": "cells", "cell": ["rnn", "lstm"]},
        {"name": "gains", "cell": "rnn", "gain": [1, 2]},
    ],
}
PARAMS = {"cell": "rnn", "seed": 0}


@pytest.fixture(autouse=True)
def inline(monkeypatch):
    InlinePool.made = []
    monkeypatch.setattr(runner, "ProcessPool", InlinePool)


def run(folder, **change):
    return runner.run(load({**SMALL, **change}), folder, jobs=1, verify=False)


def numbers(folder):
    """Everything measured, to the bit; and what was asked."""
    results = Results.open(folder)
    grids = {name: {p.key for p in its} for name, its in results.grids.items()}
    return grids, {
        (point.key, name): codec.encode(point.key, record)
        for point in results.points
        for name in results.measures
        if (record := point.record(name)) is not None
    }


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """The sweep as a whole, and in two halves by its seeds."""
    home = tmp_path_factory.mktemp("parts")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "ProcessPool", InlinePool)
        run(home / "whole")
        run(home / "a", seeds=[0, 1])
        run(home / "b", seeds=[2, 3])
    return home


def test_halves_by_seed_are_the_whole(tmp_path, parts):
    merged = merge([parts / "a", parts / "b"], tmp_path / "c")
    assert numbers(tmp_path / "c") == numbers(parts / "whole")
    assert (merged.points, merged.done, merged.lost) == (24, 24, 0)
    assert not merged.conflicts
    assert load(tmp_path / "c" / "sweep.toml") == load(SMALL)
    meta = Results.open(tmp_path / "c").meta
    assert meta["counts"]["requested"] == meta["counts"]["done"] == 24
    assert meta["question"] == SMALL["question"]


def test_a_merged_folder_has_nothing_left_to_compute(tmp_path, parts):
    merge([parts / "a", parts / "b"], tmp_path / "c")
    before = len(InlinePool.made)
    config = load(tmp_path / "c" / "sweep.toml")
    runner.run(config, tmp_path / "c", jobs=1, verify=False)
    assert len(InlinePool.made) == before


def test_a_merged_folder_grows_as_any_other(tmp_path, parts):
    merge([parts / "a"], tmp_path / "c")
    run(tmp_path / "c")
    assert numbers(tmp_path / "c") == numbers(parts / "whole")
    measured = InlinePool.made[-1].measured()
    assert {point.seed for point in measured} == {2, 3}


def test_the_order_of_folders_and_folders_twice_over_do_not_matter(tmp_path, parts):
    merge([parts / "a", parts / "b"], tmp_path / "ab")
    merge([parts / "b", parts / "a"], tmp_path / "ba")
    merge([tmp_path / "ab", parts / "whole", parts / "a"], tmp_path / "again")
    assert numbers(tmp_path / "ab") == numbers(tmp_path / "ba")
    assert numbers(tmp_path / "again") == numbers(tmp_path / "ab")


def test_sources_are_left_to_the_byte(tmp_path, parts):
    def content():
        return {f: f.read_bytes() for f in sorted(parts.rglob("*")) if f.is_file()}

    before = content()
    merge([parts / "a", parts / "b"], tmp_path / "c")
    assert content() == before


def filled(folder, *, status="done", value=1.0, version=1, blocks="all", points="k"):
    need = Requirement("horizon", version, blocks=blocks)
    with Store.open(folder, create=True) as store:
        record = LabelledArray("horizon", {"block": ("hh", "hc")}, [value, 2.0])
        done = status == "done"
        for key in points:
            store.save_point(
                key,
                PARAMS,
                status=status,
                message="" if done else status,
                records={"horizon": [record]} if done else {},
                computed={"horizon": need} if done else {},
            )
        store.save_record_metadata({"horizon": {"version": version}})
        needs = {"main": {"horizon": need}}
        store.save_sweep(
            "i",
            {"name": "x"},
            {"main": list(points)},
            {"name": "x"},
            requirements=needs,
        )
    return folder


def test_done_wins_over_failed_and_failed_over_missing(tmp_path):
    folders = [
        filled(tmp_path / status, status=status)
        for status in ("missing", "failed", "done")
    ]
    for number, wins in ((2, "failed"), (3, "done")):
        out = tmp_path / f"out{number}"
        merge(folders[:number], out)
        assert [point.status for point in Results.open(out).points] == [wins]


def test_other_numbers_for_the_same_measure_are_a_conflict(tmp_path):
    a, b = filled(tmp_path / "a", value=1.0), filled(tmp_path / "b", value=1.25)
    merged = merge([a, b], tmp_path / "c")
    (conflict,) = merged.conflicts
    assert (conflict.key, conflict.params, conflict.record) == ("k", PARAMS, "horizon")
    assert (conflict.kept, conflict.other, conflict.apart) == (a, b, 0.25)
    assert numbers(tmp_path / "c") == numbers(a)
    error = conflict_error(merged)
    assert error.got == f"{a} and {b}, which differ in horizon of point k by 0.2"
    assert error.expected == f"the same numbers; {tmp_path / 'c'} has those of {a}"


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_conflict_with_what_is_not_finite_is_infinitely_far(tmp_path, value):
    folders = [filled(tmp_path / "a"), filled(tmp_path / "b", value=value)]
    (conflict,) = merge(folders, tmp_path / "c").conflicts
    assert conflict.apart == np.inf


def test_equal_numbers_that_are_not_finite_are_no_conflict(tmp_path):
    folders = [filled(tmp_path / name, value=np.nan) for name in "ab"]
    assert not merge(folders, tmp_path / "c").conflicts


@pytest.mark.parametrize("change", [{"version": 2}, {"version": 3, "blocks": "joint"}])
@pytest.mark.parametrize("first", [0, 1])
def test_the_newer_version_of_a_measure_wins_without_a_conflict(
    tmp_path, change, first
):
    old, new = filled(tmp_path / "a"), filled(tmp_path / "b", value=7.0, **change)
    folders = [old, new] if first else [new, old]
    merged = merge(folders, tmp_path / "c")
    assert not merged.conflicts
    point = Results.open(tmp_path / "c").points[0]
    assert point.computed["horizon"].version == change["version"]
    assert point.record("horizon").values[0] == 7.0


def test_all_blocks_win_over_some(tmp_path):
    some, whole = filled(tmp_path / "a", blocks="joint"), filled(tmp_path / "b")
    merged = merge([some, whole], tmp_path / "c")
    assert not merged.conflicts
    point = Results.open(tmp_path / "c").points[0]
    assert point.computed["horizon"].blocks == "all"


def test_points_that_only_one_folder_has_are_all_there(tmp_path):
    folders = [filled(tmp_path / "a", points="jk"), filled(tmp_path / "b", points="kl")]
    merge(folders, tmp_path / "c")
    assert {p.key for p in Results.open(tmp_path / "c").points} == set("jkl")


@pytest.mark.parametrize("seed", range(12))
def test_a_damaged_folder_is_mended_by_merging_and_sweeping_again(
    tmp_path, parts, seed
):
    """The way out that a damaged store's message names ends where it began."""
    torn = tmp_path / "torn"
    torn.mkdir()
    content = (parts / "whole" / schema.FILE_NAME).read_bytes()
    rng = random.Random(seed)
    kind = rng.choice(("flip", "flip", "cut"))
    # of the first half alone nothing may be left that says which sweep it was
    start = rng.randrange(len(content) // 2 * (kind == "cut"), len(content))
    place = Place(kind, start, rng.choice((1, 64, 5000, 20_000)))
    (torn / schema.FILE_NAME).write_bytes(place.damage(content))
    (torn / "sweep.toml").write_bytes((parts / "whole" / "sweep.toml").read_bytes())
    merge([torn], tmp_path / "intact")
    config = load(tmp_path / "intact" / "sweep.toml")
    runner.run(config, tmp_path / "intact", jobs=1, verify=False)
    assert numbers(tmp_path / "intact") == numbers(parts / "whole")


def test_what_one_folder_lost_is_taken_from_the_other(tmp_path, parts):
    torn = tmp_path / "torn"
    torn.mkdir()
    content = (parts / "whole" / schema.FILE_NAME).read_bytes()
    half = Place("cut", len(content) // 2, 0).damage(content)
    (torn / schema.FILE_NAME).write_bytes(half)
    merged = merge([torn, parts / "whole"], tmp_path / "c")
    assert numbers(tmp_path / "c") == numbers(parts / "whole")
    assert merged.lost == 0 and not merged.conflicts
    assert not merged.sources[torn].intact


def test_sweeps_of_other_settings_are_not_one_sweep(tmp_path, parts):
    run(tmp_path / "other", sequences=3)
    with pytest.raises(ConfigError) as caught:
        merge([parts / "a", tmp_path / "other"], tmp_path / "c")
    assert caught.value.got == (
        f"{parts / 'a'} with sequences = 2 and {tmp_path / 'other'} with sequences = 3"
    )
    assert not (tmp_path / "c" / schema.FILE_NAME).exists()


def test_sweeps_of_other_grids_are_one_with_the_grids_of_both(tmp_path, parts):
    more = [{"name": "grus", "cell": "gru"}]
    run(tmp_path / "other", grid=more, seeds=1)
    merged = merge([parts / "a", tmp_path / "other"], tmp_path / "c")
    assert set(Results.open(tmp_path / "c").grids) == {"cells", "gains", "grus"}
    assert merged.points == 12 + 2


def test_a_folder_twice_and_none_are_refused(tmp_path, parts):
    with pytest.raises(ConfigError, match="the same folder"):
        merge([parts / "a", parts / "b" / ".." / "a"], tmp_path / "c")
    with pytest.raises(ConfigError, match="no folder"):
        merge([], tmp_path / "c")


def test_a_folder_with_results_is_never_merged_into(tmp_path, parts):
    filled(tmp_path / "c")
    before = (tmp_path / "c" / schema.FILE_NAME).read_bytes()
    with pytest.raises(StoreError, match="which holds results already"):
        merge([parts / "a"], tmp_path / "c")
    assert (tmp_path / "c" / schema.FILE_NAME).read_bytes() == before


def test_a_disk_that_fills_leaves_no_half_store(tmp_path, parts, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("gradlab.store.rows.os.replace", full)
    with pytest.raises(StoreError, match="No space left on device"):
        merge([parts / "a"], tmp_path / "c")
    left = [f.name for f in (tmp_path / "c").iterdir()]
    assert schema.FILE_NAME not in left and not any("unfinished" in f for f in left)


def test_a_sweep_that_still_writes_may_be_merged(tmp_path, parts):
    target = tmp_path / "a"
    with Store.open(filled(target)) as store:
        store.save_point("late", PARAMS)
        merged = merge([target], tmp_path / "c")
    assert merged.points == 2
    assert numbers(tmp_path / "c")[0] == {"main": {"k"}}
