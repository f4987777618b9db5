"""What our own sections share: words by language, commands, captions."""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from gradlab import axes
from gradlab.report import choice
from gradlab.report.blocks import (
    Block,
    Command,
    Details,
    Formula,
    HowToRead,
    Limits,
    Missing,
    References,
)
from gradlab.report.sections.base import Section
from gradlab.report.story import Row, Slice, labels
from gradlab.report.top.table import SHOWN, TABLED
from gradlab.report.words import say
from gradlab.shell_text import join, quote, split


if TYPE_CHECKING:
    from gradlab.report.story import Story

BASELINE = {
    **{
        name: at for name, at in axes.BASELINE.items() if name not in ("cell", "length")
    },
    "sequences": 4,
    "features": 64,
    "burn_in": 0,
    "initial_state": "zero",
    "device": "cpu",
}
"""What a command need not say; a cell and a length it always does."""
NAMED = (
    *axes.NAMES,
    "sequences",
    "features",
    "burn_in",
    "initial_state",
    "device",
    "weights",
)

TOML = "sweep.toml"
"""A results folder's own sweep, which ``gradlab sweep`` takes as well."""


class OwnSection(Section):
    """A section of ours: its words stand in ``report/words/LANGUAGE/NAME.py``.

    computed: whether it needs at least one computed point.
    """

    computed: ClassVar[bool] = True

    def build(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """Say that nothing was computed, or else what there is to tell."""
        if self.computed and not story.done:
            return Missing(story.words("common").NO_POINTS)
        return self.tell(results, story)

    @abstractmethod
    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """The section's blocks where some points were computed."""

    def words(self, story: Story) -> ModuleType:
        """This section's templates."""
        return story.words(self.name)

    def claims(self, story: Story) -> str:
        """The best one to three claims about this section's question."""
        return " ".join(said.text for said in choice.best(story, self.name))

    def title(self, story: Story) -> str:
        """The question in the report's language."""
        return self.words(story).QUESTION


def tail(
    w: ModuleType,
    story: Story,
    rows: Sequence[Row],
    keys: Sequence[str] = (),
    *,
    formula: tuple[str, str] | None = None,
    how: str = "",
) -> list[Block]:
    """What stands below a figure of these rows, in the order all sections share."""
    made = Command(command(story, rows), getattr(w, "COMMAND_NOTE", ""))
    folded: list[Block] = [Formula(*formula)] if formula else []
    folded.append(made)
    if keys:
        folded.append(References(tuple(keys)))
    summary = story.words("common").HOW_MADE
    return [
        HowToRead(how or w.HOW),
        Limits(w.LIMITS),
        Details(summary, folded, at_end=True),
    ]


def command(story: Story, rows: Sequence[Row]) -> str:
    """The command that makes a figure of these rows, in their grids."""
    return command_of(story, story.grids_of(rows))


def command_of(story: Story, grids: Sequence[str]) -> str:
    """The sweep's own command, for some of its grids.

    It names no folder: one that options name is for them alone. Nor does it name what
    has no meaning in any of these grids, which would be refused.
    """
    request = story.meta.get("request")
    if not request:  # made in Python, or merged
        request = f"gradlab sweep {quote(story.results.folder / TOML)}"
    words = split(request)
    if "--grid" in words:
        place = words.index("--grid")
        del words[place : place + 2]
    elif len(grids) == len(story.results.grids):
        return request
    trained = {name in story.training_grids for name in grids}
    if len(trained) == 1:
        _drop_options(words, axes.OF_UNTRAINED if trained.pop() else axes.OF_TRAINED)
    return join([*words, "--grid", ",".join(grids)])


def _drop_options(words: list[str], names: Sequence[str]) -> None:
    """Take options of these names, and their values, out of a command."""
    for name in names:
        option = f"--{name.replace('_', '-')}"
        while option in words:
            place = words.index(option)
            del words[place : place + 2]


def network_command(story: Story, row: Row) -> str:
    """The command that measures one network again, at its largest length."""
    words = ["gradlab", "sweep"]
    params = {
        **row.params,
        "length": row.length,
        "input_bias": axes.own_input_bias(row.params),
    }
    for name in NAMED:
        value = params.get(name)
        if value is not None and value != BASELINE.get(name):
            whole = isinstance(value, float) and value.is_integer()
            text = str(int(value) if whole else value).replace(",", "\\,")
            words += [f"--{name.replace('_', '-')}", text]
    seeds = sorted({p.params["seed"] for p in row.points()})
    count = seeds == list(range(len(seeds)))
    listed = ",".join(map(str, seeds)) + "," * (len(seeds) == 1)  # one is no count
    words += ["--seeds", str(len(seeds)) if count else listed]
    config = story.meta.get("config")
    for file in config.get("load", ()) if isinstance(config, Mapping) else ():
        words += ["--load", file]
    return join(words)


def points_of(rows: Sequence[Row], length: int | None = None) -> list[Any]:
    """All points of these rows, or those of one length (each row's largest: -1)."""
    found: list[Any] = []
    for row in rows:
        if length is None:
            found += [p for ps in row.by_length.values() for p in ps]
        else:
            found += row.points(None if length < 0 else length)
    return found


def held(story: Story, part: Slice, besides: str = "") -> str:
    """What a figure holds at other values than the table on top, for its caption."""
    leave = f"dtype sequences initial_state {besides}"
    above = story.main.fixed
    fixed = {
        k: v
        for k, v in part.fixed.items()
        if k not in ("initial_state", "sequences") and above.get(k) != v
    }
    return _with_named(story, part, story.reference_values(fixed, leave))


def all_held(story: Story, part: Slice) -> str:
    """What a figure holds, for a caption that stands alone in a paper."""
    return _with_named(story, part, story.reference_values(part.fixed))


def _with_named(story: Story, part: Slice, values: str) -> str:
    """``values``, and the customary ones that stand where no other is named."""
    besides_named = {
        axis: labels.CUSTOMARY[axis]
        for axis in part.extra
        if axis in labels.CUSTOMARY
        and any(r.params.get(axis) == labels.CUSTOMARY[axis] for r in part.rows)
    }
    texts = [values]
    if besides_named:
        w = story.words("common")
        named = story.reference_values(besides_named)
        texts.append(say(w.UNLESS_NAMED, values=named))
    return "; ".join(t for t in texts if t)


def band(story: Story, points: Sequence[Any], bands: bool = True) -> str:
    """What a band is; without bands the seeds, where the table on top has others.

    That values are geometric means over sequences and seeds is said there.
    """
    w = story.words("common")
    seeds = story.seeds_text(points)
    if not bands:
        top = points_of(story.main.rows, -1)
        return "" if seeds == story.seeds_text(top) else say(w.SEEDS, seeds=seeds)
    if len({p.params.get("seed") for p in points}) < 2:
        return w.BAND_ONE
    return say(w.BAND, seeds=seeds)


def caption(
    story: Story, part: Slice, points: Sequence[Any], *before: str, bands: bool = True
) -> str:
    """A caption: what is drawn, means and bands, what is held."""
    w = story.words("common")
    texts = [*before, band(story, points, bands)]
    values = held(story, part)
    if values:
        texts.append(say(w.HELD, values=values))
    return " ".join(t for t in texts if t)


def left_out(
    story: Story,
    part: Slice,
    shown: int,
    count: int,
    *,
    sampled: bool = True,
    tabled: bool = True,
) -> str:
    """How many of `count` networks a figure draws, and where the others are.

    sampled: the extremes and the median are drawn, not those of a section's own rule.
    tabled: the tables of all networks have what the figure draws.
    """
    if shown >= count:
        return ""
    w = story.words("common")
    rows = len(story.main.rows) if part.grid == story.main.grid else TABLED + 1
    where = w.IN_TOP if rows <= SHOWN else w.IN_TABLE
    return say(
        w.THINNED if sampled else w.CHOSEN,
        shown=shown,
        count=count,
        where=where if tabled and rows <= TABLED else w.IN_EXPORT,
    )


COLUMNS = 50
"""Values of an axis that one map or one row of dots has room for."""


def evenly(values: Sequence[Any], most: int = COLUMNS) -> list[Any]:
    """At most so many of these, both ends among them, at even places.

    >>> evenly([1, 2, 3, 4, 5, 6, 7], 3)
    [1, 4, 7]
    """
    if len(values) <= most:
        return list(values)
    places = [round(k * (len(values) - 1) / (most - 1)) for k in range(most)]
    return [values[place] for place in places]


def some_columns(story: Story, shown: int, count: int) -> str:
    """How many of an axis's values a figure has, where it has not all."""
    w = story.words("common")
    return say(w.COLUMNS, shown=shown, count=count) if shown < count else ""


def networks(story: Story) -> str:
    """What the networks are, for a caption that stands alone in a paper."""
    w = story.words("common")
    return str(w.NETWORKS_OF_FILE if story.weights else w.NETWORKS)


def draft(story: Story, what: str, part: Slice, points: Sequence[Any]) -> str:
    """A caption draft for a paper: length, norm, state, mean, seeds, what is held."""
    w = story.words("common")
    lengths = sorted({p.params["length"] for p in points})
    return say(
        w.DRAFT,
        what=what,
        of_networks=w.OF_NETWORKS_OF_FILE if story.weights else w.OF_NETWORKS,
        lengths=", ".join(f"{length:,}" for length in lengths),
        seeds=story.seeds_text(points),
        values=all_held(story, part),
    )


def log10(values: Any) -> list[float]:
    """Natural logarithms as powers of ten."""
    return [float(v) / math.log(10.0) for v in values]


def family_groups(rows: Sequence[Row]) -> tuple[int, ...]:
    """Indices of rows that start another family."""
    return tuple(i for i in range(1, len(rows)) if rows[i].family != rows[i - 1].family)


def verdict_words(names: Mapping[str, str], words: Sequence[str]) -> list[str]:
    """Verdict words as people read them."""
    return [names[word] for word in words]
