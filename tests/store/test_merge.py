"""Merging rows: the order of folders and the way they are grouped do not matter."""

import itertools
import random
from pathlib import Path

import pytest

from gradlab import canonical_json
from gradlab.labelled import LabelledArray
from gradlab.requirement import BLOCKS, Requirement
from gradlab.store import codec
from gradlab.store.computed import Measured, write_computed, write_requirements
from gradlab.store.merge import merge
from gradlab.store.rows import Rows
from gradlab.store.schema import MeasureRow, PointRow, SweepRow


STATES = ("missing", "failed", "done")


def numbers(requirement, key, name):
    """The same requirement has the same numbers everywhere, as computing them does."""
    seed = random.Random(f"{requirement} {key} {name}").random()
    return LabelledArray(name, {"lag": (0, 1)}, [seed, 1.0])


def some_rows(rng):
    """Return what one folder may hold: points in every state, records of all kinds."""
    rows = Rows()
    for key in rng.sample("abcd", rng.randint(1, 4)):
        computed, held = {}, {}
        for measure in rng.sample(("m", "n", "o"), rng.randint(0, 3)):
            requirement = Requirement(
                measure,
                version=rng.choice((1, 1, 2)),
                settings=rng.choice(("{}", '{"a":1}')),
                source_sha=rng.choice(("", "f00", "ba4")),
                blocks=rng.choice(BLOCKS),
            )
            names = (measure, f"{measure}_low")
            computed[measure] = Measured(requirement, names)
            for name in names:
                row = codec.encode(key, numbers(requirement, key, name))
                held[name] = row[-1]
                if rng.random() < 0.9:  # else it was lost
                    rows.records[key, name] = row
        rows.points[key] = codec.add_crc(
            PointRow(
                key=key,
                params=canonical_json.dumps({"seed": key}),
                status=rng.choice(STATES),
                message=rng.choice(("", "no memory")),
                computed=write_computed(computed),
                checksums=canonical_json.dumps(held),
                seconds=1.0,
                finished=float(rng.randint(0, 3)),
                serial=rng.randint(0, 3),
            )
        )
    grids = canonical_json.dumps([["main", sorted("abcd")]])
    serial = rng.randint(0, 3)
    sweep = SweepRow("s", "{}", grids, write_requirements({}), "{}", serial)
    rows.sweeps["s"] = codec.add_crc(sweep)
    about = {"version": rng.randint(1, 2), "unit": rng.choice("xy")}
    rows.measures["m"] = codec.add_crc(MeasureRow("m", canonical_json.dumps(about)))
    return rows


def merged(*sources):
    """Merge, and check that nothing in it is a conflict."""
    rows, conflicts = merge({Path(str(i)): each for i, each in enumerate(sources)})
    assert not conflicts
    return rows


def values(rows):
    """Return all numbers and what they were computed with; states may differ."""
    return rows.records, {k: row[4:6] for k, row in rows.points.items()}, rows.measures


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_folders_does_not_matter(seed):
    rng = random.Random(seed)
    sources = [some_rows(rng) for _ in range(3)]
    whole = merged(*sources)
    for order in itertools.permutations(sources):
        assert merged(*order) == whole


@pytest.mark.parametrize("seed", range(60))
def test_merging_one_after_the_other_gives_the_same_numbers(seed):
    rng = random.Random(1000 + seed)
    a, b, c = (some_rows(rng) for _ in range(3))
    whole = merged(a, b, c)
    for steps in (merged(merged(a, b), c), merged(a, merged(b, c))):
        assert values(steps) == values(whole)


@pytest.mark.parametrize("seed", range(20))
def test_merging_with_itself_changes_nothing_but_what_is_lost(seed):
    once = merged(some_rows(random.Random(2000 + seed)))
    assert merged(once, once) == merged(once) == once


def test_where_no_folder_has_a_whole_measure_the_point_is_missing():
    requirement = Requirement("m")
    row = codec.encode("a", numbers(requirement, "a", "m"))
    computed = write_computed({"m": Measured(requirement, ("m",))})
    held = canonical_json.dumps({"m": row[-1]})
    point = codec.add_crc(PointRow("a", "{}", "done", "", computed, held, 1.0, 1.0))
    lost = merged(Rows({"a": point}), Rows({"a": point}))
    assert lost.points["a"][2:6] == ("missing", "", "{}", "{}")
    found = merged(Rows({"a": point}), Rows({"a": point}, {("a", "m"): row}))
    assert found.points["a"][2] == "done" and found.records == {("a", "m"): row}
