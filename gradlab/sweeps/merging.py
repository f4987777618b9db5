"""Several folders as one: their points, their records, and one sweep that asks for all.

For shards of a sweep that ran on several machines, and for what is intact of a damaged
folder. Sources are read and left as they are.
"""

import hashlib
import shlex
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradlab.axes import NAMES
from gradlab.errors import ConfigError, ConflictError
from gradlab.store import codec
from gradlab.store.folder import SWEEP_FILE
from gradlab.store.laying import lay, prepare
from gradlab.store.salvage import Salvaged, salvage
from gradlab.store.uniting import Conflict, Source, unite
from gradlab.sweeps import toml


@dataclass(frozen=True)
class Merged:
    """What came of a merge.

    Attributes:
        folder: the new one.
        sources: folder -> what could be read there.
        points: how many stand in the new folder.
        done: how many of them are done.
        records: how many stand in the new folder.
        lost: points that are asked for and of which nothing is left.
        conflicts: measures that two folders tell differently.
    """

    folder: Path
    sources: Mapping[Path, Salvaged]
    points: int
    done: int
    records: int
    lost: int
    conflicts: Sequence[Conflict]


def merge(folders: Iterable[str | Path], out: str | Path) -> Merged:
    """Unite what several folders hold in a new one.

    A point that is done wins over one that failed, that over one that is missing; of a
    measure the newer version. Where two folders have other numbers for the same
    measure of the same point, the first one's stay and the conflict is told.

    Args:
        folders: where sweeps ran; one of them is enough, to keep what is intact of it.
        out: the new folder.

    Raises:
        ConfigError: no folder; the same one twice; sweeps of different settings.
        StoreError: a folder without results; ``out`` holds some; the disk.
    """
    where = [Path(folder) for folder in folders]
    _check(where)
    new = Path(out)
    prepare(new)
    read = {folder: salvage(folder) for folder in where}
    sources = [Source(folder, found.contents) for folder, found in read.items()]
    wanted = {key for source in sources for key in source.contents.asked()}
    latest = {s.folder: row for s in sources if (row := s.contents.latest())}
    contents, conflicts = unite(sources)
    text = _sweep_file(where)
    if latest:
        # reports cover the sweep used last, and another machine's clock may be ahead
        now = time.time()
        for identity, row in contents.sweeps.items():
            contents.sweeps[identity] = codec.seal(*row[:4], min(row[4], now - 1.0))
        row, text = _one_sweep(latest, contents.points, new, now)
        contents.sweeps[row[0]] = row
    lay(contents, new, text)
    return Merged(
        folder=new,
        sources=read,
        points=len(contents.points),
        done=sum(row[2] == "done" for row in contents.points.values()),
        records=len(contents.records),
        lost=len(wanted - contents.points.keys()),
        conflicts=conflicts,
    )


def disagreement(merged: Merged) -> ConflictError:
    """Return the error for conflicts, naming the first of them."""
    first, number = merged.conflicts[0], len(merged.conflicts)
    more = f" and {number - 1:,} more" if number > 1 else ""
    return ConflictError(
        got=f"{first.kept} and {first.other}, which differ in {first.record} of "
        f"point {first.key} by {first.apart:.1g}{more}",
        expected=f"the same numbers; {merged.folder} has those of {first.kept}",
        try_=f"gradlab merge {first.kept} --out {merged.folder}-one",
    )


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


def command(out: Path) -> str:
    """Return what computes in a merged folder all that is not there."""
    return shlex.join(["gradlab", "sweep", str(out / SWEEP_FILE), "--out", str(out)])


def _sweep_file(folders: Sequence[Path]) -> str | None:
    """Return the text of the first folder's ``sweep.toml``, if it can be read."""
    try:
        return (folders[0] / SWEEP_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _one_sweep(
    latest: Mapping[Path, tuple], points: Mapping[str, tuple], out: Path, now: float
) -> tuple[tuple, str]:
    """Return the row and the file of a sweep that asks for all that others asked."""
    rows = list(latest.values())
    configs = [codec.from_json(row[1]) for row in rows]
    config = _one_config(dict(zip(latest, configs, strict=True)))
    asked = _one_list([codec.from_json(row[2]) for row in rows], points)
    metas = [codec.from_json(row[3]) for row in rows]
    meta = _one_meta(metas) | {"command": command(out)}
    if "name" in config:
        meta["name"] = config["name"]
    identity = hashlib.sha256(codec.to_json(config).encode()).hexdigest()[:32]
    row = codec.seal(
        identity,
        codec.to_json(config),
        codec.to_json(asked),
        codec.to_json(meta),
        now,
    )
    return row, toml.dumps(config)


SETTINGS = ("sequences", "features", "burn_in", "initial_state", "device")
OWN = ("name", "question", "grid", "load")
"""Keys of a config in which merged sweeps may differ."""


def _one_config(configs: Mapping[Path, dict[str, Any]]) -> dict[str, Any]:
    """Return a config with the tables of all; tables that differ in seeds are joined.

    Raises:
        ConfigError: a setting of all points is not the same in all.
    """
    (first, base), *others = configs.items()
    for folder, config in others:
        for key in sorted({*base, *config} - set(OWN)):
            if base.get(key) != config.get(key):
                raise ConfigError(
                    got=f"{first} with {key} = {_said(base, key)} and {folder} with "
                    f"{key} = {_said(config, key)}",
                    expected="sweeps that differ in their grids and seeds only",
                    try_="a report of each folder",
                )
    out = dict(base)
    names = dict.fromkeys(c.get("name", "") for c in configs.values())
    if any(names):
        out["name"] = "+".join(filter(None, names))
    load = dict.fromkeys(file for c in configs.values() for file in c.get("load", ()))
    if load:
        out["load"] = list(load)
    tables: dict[str, dict[str, Any]] = {}
    for config in configs.values():
        for table in config.get("grid", ()):
            rest = codec.to_json({k: v for k, v in table.items() if k != "seeds"})
            known = tables.setdefault(rest, {**table, "seeds": []})
            known["seeds"] = sorted({*known["seeds"], *table.get("seeds", ())})
    if tables:
        out["grid"] = [_ordered(table) for table in tables.values()]
    return _ordered(out)


def _ordered(config: dict[str, Any]) -> dict[str, Any]:
    """Return it in the order of a sweep's own file; JSON has sorted its keys."""
    place = {name: i for i, name in enumerate(("name", "question", *SETTINGS, *NAMES))}
    return dict(sorted(config.items(), key=lambda pair: place.get(pair[0], len(place))))


def _said(config: Mapping[str, Any], key: str) -> str:
    return codec.to_json(config[key]) if key in config else "nothing said"


def _one_list(lists: Sequence[list], points: Mapping[str, tuple]) -> list[list]:
    """Return grid, keys and needs of all; of two needs of a measure the newer one."""
    keys: dict[str, dict[str, None]] = {}
    needs: dict[str, dict[str, str]] = {}
    for asked in lists:
        for name, its, wanted in asked:
            keys.setdefault(name, {}).update(
                dict.fromkeys(k for k in its if k in points)
            )
            known = needs.setdefault(name, {})
            for measure, need in wanted.items():
                if measure not in known or _rank(need) > _rank(known[measure]):
                    known[measure] = need
    return [[name, list(its), needs[name]] for name, its in keys.items()]


def _rank(need: str) -> tuple[int, bool]:
    return int(need.split()[0]), need.endswith(" all")


def _one_meta(metas: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return times, versions and checks of all; a check's error is the largest."""
    meta = dict(metas[0])
    for key, choose in (("started", min), ("finished", max)):
        told = [m[key] for m in metas if m.get(key)]
        if told:
            meta[key] = choose(told)
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
    meta["versions"] = {name: " and ".join(v) for name, v in versions.items()}
    meta["verification"] = list(checks.values())
    return meta
