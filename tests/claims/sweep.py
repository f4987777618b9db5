"""A sweep as the exported table tells it, for the twins of claims: pandas alone.

Nothing is imported from gradlab's report: names of networks are written again here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas

from tests.claims.parts import OUTSIDE, Parts


CUSTOMARY = {
    "init": "default",
    "activation": "tanh",
    "gain": 1.0,
    "input": "gaussian",
    "loss": "last",
    "dtype": "float32",
    "learning_rate": 0.01,
    "epsilon": 1e-8,
}
NAMES = {
    "rnn": "RNN",
    "gru": "GRU",
    "lstm": "LSTM",
    "mgu": "MGU",
    "mingru": "minGRU",
    "minlstm": "minLSTM",
    "lru": "LRU",
    "janet": "JANET",
    "cornn": "coRNN",
}
KEEP = ("gru", "mgu", "mingru")
"""Cells whose forget bias is that of a keep gate."""
WORDS = {
    "hidden": "hidden size",
    "burn_in": "burn-in",
    "initial_state": "start",
    "learning_rate": "learning rate",
}
AXES = (
    "init",
    "activation",
    "gain",
    "hidden",
    "input",
    "loss",
    "dtype",
    "features",
    "sequences",
    "burn_in",
    "initial_state",
    "device",
    "learning_rate",
    "epsilon",
)


@dataclass(frozen=True)
class Network:
    """One network at its largest length: what is left and the reach, by seed."""

    params: dict[str, Any]
    length: int
    lefts: tuple[float, ...]
    reaches: tuple[float, ...]
    label: str
    unbiased: str
    course: dict[int, float]
    """T -> the mean ln of what is left; NaN where not finite in every seed."""

    @property
    def finite(self) -> bool:
        """Whether something finite is left in every seed."""
        return all(math.isfinite(v) for v in self.lefts)

    @property
    def left(self) -> float:
        """The mean ln of what is left."""
        return sum(self.lefts) / len(self.lefts)

    @property
    def steps(self) -> float:
        """The reach of the median seed in whole steps, rounded up."""
        ordered = sorted(self.reaches)
        middle = len(ordered) // 2
        if len(ordered) % 2 == 0:
            reach = (ordered[middle - 1] + ordered[middle]) / 2
        else:
            reach = ordered[middle]
        return math.ceil(reach - 1e-9) if math.isfinite(reach) else math.inf


class Sweep(Parts):
    """The networks of a table, and those over the length that most of them share.

    training: the rows of networks that were trained, which are none of them.
    whole: all other rows; table: those of seeds that are not dead, or of all seeds of
    a network where every one is.
    """

    def __init__(self, table: pandas.DataFrame) -> None:
        self.training = table[table["task"].notna()]
        table = table[table["task"].isna()]
        axes = [c for c in table.columns if c not in OUTSIDE]
        self.whole, self.axes = table, axes
        self.table = without_dead(table, axes)
        super().__init__(self.table)
        measure, joint = table["measure"], table["block"] == "joint"
        ends = (measure == "spectral_norm") & joint & (table["lag"] == table["length"])
        rates = (measure == "growth_rate") & joint
        reaches = self.table[self.table["measure"] == "horizon"]
        used = pandas.concat([table[ends.fillna(False) | rates], reaches])
        networks: dict[tuple, list[dict]] = {}
        for key, row in zip(keys_of(used, axes), records(used), strict=True):
            networks.setdefault(key, []).append(row)
        known = {k: v for k, v in networks.items() if any(r["block"] for r in v)}
        values = [{k[i] for k in known} - {None} for i in range(len(axes))]
        varied = [
            axis for axis, some in zip(axes, values, strict=True) if len(some) > 1
        ]
        found = [_network(rows, axes, varied) for rows in known.values()]
        self.every, self.varied = found, varied
        lengths = [n.length for n in found if n.finite] or [n.length for n in found]
        self.length = max(lengths, key=lambda n: (lengths.count(n), n), default=0)
        self.networks = [n for n in found if n.length == self.length]
        self.finite = [n for n in self.networks if n.finite]
        self.every_finite = [n for n in found if n.finite]
        self.every_reaching = [
            n
            for n in found
            if len(n.reaches) == len(n.lefts) and not any(map(math.isnan, n.reaches))
        ]
        self.reaching = [n for n in self.every_reaching if n in self.networks]

    def named(self, name: str) -> Network:
        """The network of this name; there must be one."""
        (found,) = [n for n in self.networks if n.label == name]
        return found

    def without(self, network: Network, *axes: str) -> str:
        """The name of a network as one of several that differ in these axes alone."""
        return label(network.params, [a for a in self.varied if a not in axes])

    def groups(self, *axes: str) -> list[list[Network]]:
        """Networks that differ in these axes alone, of the largest length of any."""
        found: dict[tuple, list[Network]] = {}
        for n in self.every:
            key = n.length, *(v for a, v in n.params.items() if a not in axes)
            found.setdefault(key, []).append(n)
        several = [group for group in found.values() if len(group) > 1]
        most = max((group[0].length for group in several), default=0)
        return [group for group in several if group[0].length == most]

    def combinations(self, name: str) -> list[Network]:
        """The network of this name with all its weights and activations."""
        (found,) = [
            group
            for group in self.groups("init", "activation")
            if self.without(group[0], "init", "activation") == name
        ]
        return found

    def differ(self, one: Network, other: Network) -> set[str]:
        """The parameters in which two networks differ."""
        there = other.params
        return {axis for axis, value in one.params.items() if value != there[axis]}


def without_dead(table: pandas.DataFrame, axes: list[str]) -> pandas.DataFrame:
    """The rows less those of dead seeds, where not all of a network's are."""
    joint, measure = table["block"] == "joint", table["measure"]
    ends = (measure == "spectral_norm") & (table["lag"] == table["length"])
    lefts: dict[tuple, dict[int, float]] = {}
    for some in (joint & (measure == "growth_rate"), joint & ends.fillna(False)):
        rows = table[some]
        keys = keys_of(rows, [*axes, "length"])
        for key, row in zip(keys, records(rows[["seed", "value"]]), strict=True):
            lefts.setdefault(key, {})[row["seed"]] = row["value"]
    dead = {
        key: {seed for seed, left in seeds.items() if left == -math.inf}
        for key, seeds in lefts.items()
    }
    if not any(dead.values()):
        return table
    keys, seeds = keys_of(table, [*axes, "length"]), table["seed"].tolist()
    every: dict[tuple, set[int]] = {}
    for key, seed in zip(keys, seeds, strict=True):
        every.setdefault(key, set()).add(seed)
    some_live = {key for key, own in dead.items() if own < every[key]}
    kept = [
        key not in some_live or seed not in dead[key]
        for key, seed in zip(keys, seeds, strict=True)
    ]
    return table[kept]


def records(table: pandas.DataFrame) -> list[dict]:
    names = list(table.columns)
    columns = [_cells(table[name]) for name in names]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def keys_of(table: pandas.DataFrame, axes: Sequence[str]) -> list[tuple]:
    """Each row's network: its values of these axes."""
    return list(zip(*(_cells(table[axis]) for axis in axes), strict=True))


def _cells(column: pandas.Series) -> list[Any]:
    """The cells of a column, None where there is none; a value's NaN is a number."""
    if column.name == "value":
        return column.tolist()
    return column.astype(object).where(column.notna(), None).tolist()


def _network(rows: list[dict], axes: list[str], varied: list[str]) -> Network:
    length = max(row["length"] for row in rows if row["block"])
    course = {n: _lefts(rows, n) for n in {r["length"] for r in rows if r["block"]}}
    reaches = [
        float(row["value"])
        for row in rows
        if row["length"] == length and row["measure"] == "horizon"
    ]
    params = {axis: rows[0][axis] for axis in axes}
    return Network(
        params,
        length,
        course[length],
        tuple(reaches),
        label(params, varied),
        label({**params, "forget_bias": None, "input_bias": None}, varied),
        {n: _mean(lefts) for n, lefts in sorted(course.items())},
    )


def _lefts(rows: list[dict], length: int) -> tuple[float, ...]:
    by_seed: dict[int, dict[str, float]] = {}
    for row in rows:
        if row["length"] == length and row["block"]:
            by_seed.setdefault(row["seed"], {})[row["measure"]] = row["value"]
    return tuple(
        float(values["spectral_norm"])
        if "spectral_norm" in values
        else float(values["growth_rate"]) * length
        for values in by_seed.values()
    )


def _mean(lefts: tuple[float, ...]) -> float:
    return sum(lefts) / len(lefts) if all(map(math.isfinite, lefts)) else math.nan


def label(params: dict[str, Any], varied: Sequence[str]) -> str:
    """A network's name in English."""
    spec = str(params["cell"])
    name = f"{cell(spec)} {bias(params)}".strip()
    extras = [
        _value(axis, params[axis])
        for axis in AXES
        if axis in varied and params[axis] not in (None, CUSTOMARY.get(axis))
    ]
    return f"{name} ({', '.join(extras)})" if extras else name


def cell(spec: str) -> str:
    """A cell's name in English."""
    base, _, options = spec.partition(":")
    name = NAMES.get(base, base)
    return (
        f"{name} ({', '.join(map(_option, options.split('+')))})" if options else name
    )


def bias(params: dict[str, Any]) -> str:
    """The name of a network's biases in English; the table holds numbers as text."""
    forget, own = params["forget_bias"], params["input_bias"]
    if own == (forget if _chrono(forget) else "keep"):
        own = None
    if own is None and _chrono(forget):
        return _bias_value(forget)
    if own is None and forget == "keep":
        return "default bias"
    base = str(params["cell"]).partition(":")[0]
    word = "keep bias" if base in KEEP else "forget bias"
    return ", ".join(
        f"{gate} {_bias_value(value)}"
        for gate, value in ((word, forget), ("input bias", own))
        if value is not None
    )


def _chrono(value: Any) -> bool:
    return str(value).startswith("chrono")


def _bias_value(value: Any) -> str:
    if not _chrono(value):
        return "default" if value == "keep" else str(value)
    fixed = str(value).partition(":")[2]
    return f"chrono (Tmax {fixed})" if fixed else "chrono"


def _option(option: str) -> str:
    key, _, value = option.partition("=")
    return f"{value} layers" if key == "layers" else option.replace("_", " ")


def initializer(value: Any) -> str:
    """The name of a way to draw the weights."""
    return "PyTorch default" if value == "default" else str(value)


def _value(axis: str, value: Any) -> str:
    if axis == "init":
        return initializer(value)
    if axis in ("input", "activation", "dtype"):
        return str(value)
    if axis == "loss":
        return "loss at every step" if value == "every" else "loss at the last step"
    text = value if isinstance(value, str) else f"{value:g}"
    return f"{WORDS.get(axis, axis)} {text}"


# Printed values, read back.

NAMED = r"(?P<first>.+?)(?: and (?P<more>[\d,]+) more)?"
PERCENT = r"(?:more than )?[−\d.,]+ %"
SIZE = r"10\^\{-?[\d.,]+\}|[\d.,]+"
SIZES = rf"(?:{SIZE})(?:, (?:{SIZE}))*"

KEPT = rf"[\d.,]+ %|(?:× )?(?:{SIZE})"

OFF = r"\d × 10\^\{-?\d+\}|0"


def number(text: str) -> float:
    """A printed count."""
    return float(text.replace(",", ""))


def mean(values: Sequence[float]) -> float:
    """The mean; NaN of nothing."""
    return sum(values) / len(values) if values else math.nan


def percent(printed: str, share: float) -> bool:
    """Whether a printed percentage is this share, to the digits shown."""
    value = 100 * share
    if printed == "more than 99 %":
        return 99.5 <= value < 100
    if printed == "more than 100 %":
        return 100 < value < 100.5
    number_of = float(printed.removesuffix(" %").replace(",", "").replace("−", "-"))
    if abs(value) < 1e-3:
        return number_of == 0
    unit = 10.0 ** (math.floor(math.log10(abs(value)) + 1e-9) - 1)
    unit = max(unit, 1.0) if abs(value) >= 99.5 else unit
    return abs(number_of - value) <= unit / 2 * 1.01


def close(printed: str, ln: float) -> bool:
    """Whether a printed size or factor is exp(ln), to the digits shown."""
    exponent = ln / math.log(10)
    power = re.fullmatch(r"10\^\{(-?[\d.,]+)\}", printed)
    if power:
        unit = 0.1 if abs(exponent) < 9.95 else 1.0
        return abs(number(power[1]) - exponent) <= unit / 2 + 1e-6
    if not abs(exponent) < 20:
        return False
    unit = 10.0 ** (math.floor(exponent + 1e-9) - 1)
    return abs(number(printed) - math.exp(ln)) <= unit / 2 * 1.01


def close_kept(printed: str, rate: float) -> bool:
    """Whether a printed share a step (``47 %``, ``× 1.6``) is exp(rate)."""
    if printed == "0 %":
        return rate == -math.inf
    if printed.startswith("× "):
        share = math.exp(min(rate, 700.0))
        if 1.0 < share < 1.1:
            return abs(number(printed[2:]) - share) <= 0.0051
        return close(printed[2:], rate)
    if not printed.endswith(" %"):
        return close(printed, rate)
    percent = 100 * math.exp(rate)
    if percent >= 94.9 and "." in printed:
        return abs(number(printed[:-2]) - percent) <= 0.051
    return close(printed[:-2], rate + math.log(100))


def close_off(printed: str, error: float) -> bool:
    """Whether a printed error (``3 × 10^{-15}``) is this one, to its one digit."""
    if printed == "0":
        return error == 0
    digit, exponent = re.findall(r"-?\d+", printed.replace("10^", ""))
    unit = 10.0 ** int(exponent)
    return abs(int(digit) * unit - error) <= 0.51 * unit


def among(match: re.Match, networks: list[Network]) -> None:
    """Hold the names of a sentence against the networks of which it is true."""
    among_names(match, [n.label for n in networks])


def among_names(match: re.Match, names: list[str]) -> None:
    """The same, of networks by name."""
    if len(names) == 2:
        assert match["more"] is None
        one, other = names
        assert match["first"] in (f"{one} and {other}", f"{other} and {one}")
        return
    assert match["first"] in names
    assert number(match["more"] or "0") == len(names) - 1


def courses(match: re.Match, sweep: Sweep) -> list[Network]:
    """The networks of a sentence's name that have this left at its lengths."""
    lefts, lengths = match["lefts"].split(", "), match["lengths"].split(", ")
    assert len(lefts) == len(lengths)
    steps = [number(length) for length in lengths]
    assert steps == sorted(steps)
    return [
        n
        for n in sweep.every
        if n.label == match["name"]
        and all(
            step in n.course and close(left, n.course[step])
            for step, left in zip(steps, lefts, strict=True)
        )
    ]
