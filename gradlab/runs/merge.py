"""Merge folders of results: their points, their records, and one sweep that covers all.

For shards of a sweep that ran on several machines, and for what is intact of a damaged
folder. Sources are read and not changed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gradlab import canonical_json
from gradlab.axes import NAMES
from gradlab.config import toml
from gradlab.config.validators import is_name
from gradlab.errors import ConfigError, ConflictError
from gradlab.requirement import BLOCKS, Requirement
from gradlab.shell_text import join
from gradlab.store import codec, rows
from gradlab.store.computed import read_requirements, write_requirements
from gradlab.store.folder import SWEEP_FILE, prepare_new, sweep_text
from gradlab.store.merge import Conflict
from gradlab.store.merge import merge as merge_rows
from gradlab.store.recovery import Recovered, recover
from gradlab.store.schema import PointRow, SweepRow
from gradlab.sweeps.keys import digest


@dataclass(frozen=True)
class Merged:
    """The outcome of a merge.

    Attributes:
        folder: the new one.
        sources: folder -> what could be read there.
        points: number in the new folder.
        done: number of them that are done.
        records: number in the new folder.
        lost: points that were requested and of which nothing is left.
        conflicts: records that differ between two folders.
    """

    folder: Path
    sources: Mapping[Path, Recovered]
    points: int
    done: int
    records: int
    lost: int
    conflicts: Sequence[Conflict]


def merge(folders: Iterable[str | Path], out: str | Path) -> Merged:
    """Write the points and records of several folders into a new one.

    A point that is done wins over one that failed, that over one that is missing; of a
    measure the newer version wins, then the one with more blocks. Where two folders
    have other numbers for the same measure, computed in the same way, the first
    folder's stay and the conflict is reported; nothing else depends on the order.

    Args:
        folders: where sweeps ran; one of them is enough, to keep what is intact of it.
        out: the new folder.

    Raises:
        ConfigError: no folder; the same one twice; sweeps of different settings.
        StoreError: a folder without results; ``out`` has some; the disk.
    """
    where = [Path(folder) for folder in folders]
    _check(where)
    new = Path(out)
    prepare_new(new)
    sources = {folder: recover(folder) for folder in where}
    found = {folder: source.rows for folder, source in sources.items()}
    merged, conflicts = merge_rows(found)
    latest = {folder: row for folder, read in found.items() if (row := read.latest())}
    text = sweep_text(where[0])
    if latest:
        # reports cover the sweep that was saved last
        serial = 1 + max(row.serial for row in merged.sweeps.values())
        row, text = _one_sweep(latest, merged.points, new, serial)
        merged.sweeps[row.id] = row
    rows.write_new(merged, new, text)
    requested = {key for read in found.values() for key in read.requested()}
    return Merged(
        folder=new,
        sources=sources,
        points=len(merged.points),
        done=sum(row.status == "done" for row in merged.points.values()),
        records=len(merged.records),
        lost=len(requested - merged.points.keys()),
        conflicts=conflicts,
    )


def conflict_error(merged: Merged) -> ConflictError:
    """Return the error for conflicts, naming the first of them."""
    first, number = merged.conflicts[0], len(merged.conflicts)
    more = f" and {number - 1:,} more" if number > 1 else ""
    return ConflictError(
        got=f"{first.kept} and {first.other}, which differ in {first.record} of "
        f"point {first.key} by {first.apart:.1g}{more}",
        expected=f"the same numbers; {merged.folder} has those of {first.kept}",
        try_=join(["gradlab", "merge", first.kept, "--out", f"{merged.folder}-one"]),
    )


def sweep_command(out: Path) -> str:
    """Return the command that computes what a folder lacks."""
    return join(["gradlab", "sweep", out / SWEEP_FILE, "--out", out])


def _check(folders: Sequence[Path]) -> None:
    if not folders:
        raise ConfigError(
            got="no folder", expected="one or more in which a sweep ran", try_="A B"
        )
    seen: dict[Path, Path] = {}
    for folder in folders:
        if (first := seen.setdefault(folder.resolve(), folder)) is not folder:
            raise ConfigError(
                got=f"{first} and {folder}, the same folder",
                expected="each folder once",
                try_=f"{folder} once",
            )


def _one_sweep(
    latest: Mapping[Path, SweepRow],
    points: Mapping[str, PointRow],
    out: Path,
    serial: int,
) -> tuple[SweepRow, str]:
    """Return the row and the file of a sweep that requests what all requested."""
    sweeps = list(latest.values())
    configs = {f: canonical_json.loads(row.config) for f, row in latest.items()}
    config = _one_config(configs, out)
    meta = _one_meta([canonical_json.loads(row.meta) for row in sweeps])
    meta["command"] = sweep_command(out)
    meta.pop("request", None)
    if "name" in config:
        meta["name"] = config["name"]
    grids: dict[str, dict[str, None]] = {}
    for name, keys in (
        grid for row in sweeps for grid in canonical_json.loads(row.keys)
    ):
        grids.setdefault(name, {}).update(dict.fromkeys(k for k in keys if k in points))
    requirements = _one_requirement_each(row.requirements for row in sweeps)
    row = SweepRow(
        id=digest(config),
        config=canonical_json.dumps(config),
        keys=canonical_json.dumps([[name, list(keys)] for name, keys in grids.items()]),
        requirements=write_requirements(requirements),
        meta=canonical_json.dumps(meta),
        serial=serial,
    )
    return codec.add_crc(row), toml.dumps(config)


SETTINGS = (
    *("sequences", "features", "burn_in", "initial_state", "device", "weights"),
)
OWN = ("name", "question", "grid", "load")
"""Keys of a config in which merged sweeps may differ."""


def _one_config(configs: Mapping[Path, dict[str, Any]], out: Path) -> dict[str, Any]:
    """Return a config with the tables of all; tables that differ in seeds are joined.

    Sweeps of several names get that of the folder.

    Raises:
        ConfigError: a setting of all points is not the same in all.
    """
    (first, base), *others = configs.items()
    for folder, config in others:
        for key in sorted({*base, *config} - set(OWN)):
            if base.get(key) != config.get(key):
                raise ConfigError(
                    got=f"{first} with {key} = {_shown(base, key)} and {folder} with "
                    f"{key} = {_shown(config, key)}",
                    expected="sweeps that differ in their grids and seeds only",
                    try_="a report of each folder",
                )
    merged = dict(base)
    names = {config.get("name") for config in configs.values()}
    if len(names) > 1:
        merged["name"] = out.name if is_name(out.name) else "merged"
    load = dict.fromkeys(file for c in configs.values() for file in c.get("load", ()))
    if load:
        merged["load"] = list(load)
    tables: dict[str, dict[str, Any]] = {}
    for config in configs.values():
        for table in config.get("grid", ()):
            rest = canonical_json.dumps(
                {k: v for k, v in table.items() if k != "seeds"}
            )
            known = tables.setdefault(rest, {**table, "seeds": []})
            known["seeds"] = sorted({*known["seeds"], *table.get("seeds", ())})
    if tables:
        merged["grid"] = [_ordered(table) for table in tables.values()]
    return _ordered(merged)


def _ordered(config: dict[str, Any]) -> dict[str, Any]:
    """Return a config in the order of a sweep's file; JSON has sorted its keys."""
    place = {name: i for i, name in enumerate(("name", "question", *SETTINGS, *NAMES))}
    return dict(sorted(config.items(), key=lambda pair: place.get(pair[0], len(place))))


def _shown(config: Mapping[str, Any], key: str) -> str:
    return canonical_json.dumps(config[key]) if key in config else "no value"


def _one_requirement_each(texts: Iterable[str]) -> dict[str, dict[str, Requirement]]:
    """Return grid -> measure -> requirement: one fingerprint a measure, the highest."""
    grids: dict[str, dict[str, Requirement]] = {}
    best: dict[str, Requirement] = {}
    for text in texts:
        for grid, measures in read_requirements(text).items():
            known = grids.setdefault(grid, {})
            for name, new in measures.items():
                known[name] = max(known.get(name, new), new, key=_blocks)
                best[name] = max(best.get(name, new), new, key=_fingerprint)
    return {
        grid: {
            name: replace(best[name], blocks=one.blocks)
            for name, one in measures.items()
        }
        for grid, measures in grids.items()
    }


def _blocks(requirement: Requirement) -> int:
    return BLOCKS.index(requirement.blocks)


def _fingerprint(requirement: Requirement) -> tuple:
    return requirement.fingerprint


def _one_meta(metas: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return times, versions and checks of all; a check's error is the largest."""
    meta = dict(metas[0])
    for key, choose in (("started", min), ("finished", max)):
        if times := [m[key] for m in metas if m.get(key)]:
            meta[key] = choose(times)
    meta["seconds"] = sum(m.get("seconds") or 0.0 for m in metas)
    versions: dict[str, dict[str, None]] = {}
    checks: dict[str, dict[str, Any]] = {}
    for each in metas:
        for package, version in (each.get("versions") or {}).items():
            versions.setdefault(package, {})[version] = None
        for check in each.get("verification") or ():
            known = checks.setdefault(check["kind"], dict(check))
            for key in ("error", "conveyor"):
                if (check.get(key) or 0.0) > (known.get(key) or 0.0):
                    known[key] = check[key]
    meta["sources"] = {
        leaf: sha for each in metas for leaf, sha in each.get("sources", {}).items()
    }
    meta["versions"] = {name: " and ".join(v) for name, v in versions.items()}
    meta["verification"] = list(checks.values())
    return meta
