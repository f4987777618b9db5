"""What to try, with effects measured in this sweep; what this report does not say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

from gradlab.report import numbers
from gradlab.report.blocks import (
    Block,
    Cell,
    Finding,
    Limits,
    Missing,
    Points,
    Table,
)
from gradlab.report.evidence.predictors import typical_gate
from gradlab.report.sections import _own as own
from gradlab.report.story import Row, labels, rank, said, slices
from gradlab.report.top import banner
from gradlab.report.words import say


if TYPE_CHECKING:
    from gradlab.report.story import Story

ILL = ("vanishing", "fading", "exploding", "growing", "dead", "not_finite")
AXES = ("forget_bias", "init", "activation", "gain")
HELD = ("stable", "fading")
EACH, MOST = 2, 8


@dataclass(frozen=True)
class Remedy:
    """A network that vanishes or explodes, and a like one that does not."""

    before: Row
    after: Row
    axes: tuple[str, ...]


class Remedies(own.OwnSection):
    """A table of changes with their measured effects, and five fixed lines."""

    name = "remedies"
    order = 11
    question = "What to try, and what does this report not say?"
    needs = ("spectral_norm",)

    def tell(self, results: Any, story: Story) -> Sequence[Block] | Missing:
        """Table of remedies where any was measured; the limits always."""
        w = self.words(story)
        found = remedies(story)
        blocks: list[Block] = [Finding(_finding(found, w, story))]
        if found:
            rows = [_row(r, w, story) for r in found]
            blocks.append(
                Table(
                    list(w.COLUMNS),
                    rows,
                    w.CAPTION,
                    name="remedies",
                    notes=(w.CLIPPING,),
                )
            )
        blocks.append(Points(_fixed(w, story), ordered=False))
        blocks.append(Limits(w.LIMITS_LINE))
        return blocks


def remedies(story: Story) -> list[Remedy]:
    """For each ill network at its reference: the best changes of one thing."""
    found: dict[tuple, list[Remedy]] = {}
    for rows in _families(story):
        for before in _ill(rows):
            for after in rows:
                axes = _changed(before, after)
                if axes and _better(before, after):
                    key = (before.cell, before.bias if axes != ("forget_bias",) else "")
                    found.setdefault(key, []).append(Remedy(before, after, axes))
    kept: list[Remedy] = []
    for group in found.values():
        group.sort(key=lambda r: (rank.merit(r.after)[0], -_seeds(r.after), *_reach(r)))
        seen: set[tuple] = set()
        for remedy in group:
            if remedy.axes in seen and len(remedy.axes) > 1:
                continue
            if sum(a == remedy.axes for a in seen) >= EACH:
                continue
            name = (remedy.axes, remedy.after.label)
            if name not in seen and len([k for k in kept if k in group]) < 3:
                seen.add(name)
                kept.append(remedy)
    kept.sort(key=lambda r: (rank.merit(r.after)[0], *_reach(r)))
    return kept[:MOST]


def _seeds(row: Row) -> int:
    return row.size().spread.seeds


def _reach(remedy: Remedy) -> tuple:
    """Furthest first, then most directions, then the LSTM, then nearest to 1."""
    after = remedy.after
    directions, distance = rank.directions(after), abs(after.size().ln)
    many = -round(directions) if not math.isnan(directions) else 0
    return -after.horizon(), many, after.family != "lstm", distance


def _families(story: Story) -> Iterable[list[Row]]:
    """Rows of each grid at the largest length, grouped by what is compared."""
    for name in story.grids:
        part = story.cut(name, own=("length",))
        rows = [r for r in part.rows if r.size().word]
        for cell in dict.fromkeys(r.cell for r in rows):
            yield [r for r in rows if r.cell == cell]


def _ill(rows: Sequence[Row]) -> list[Row]:
    """Networks in need at their reference values; where there are none, the worst."""
    known = [r for r in rows if _is_reference(r)]
    if known:
        return [r for r in known if r.size().word in ILL]
    found = [r for r in rows if r.size().word in ILL]
    return [rank.worst(found)] if found else []


def _is_reference(row: Row) -> bool:
    """At PyTorch's default bias, and at the customary value of what else varies."""
    if row.bias not in (None, "keep"):
        return False
    return all(
        row.params.get(a) == labels.CUSTOMARY.get(a, row.params.get(a))
        for a in row.extra
    )


def _changed(before: Row, after: Row) -> tuple[str, ...]:
    """Axes in which two rows differ, where these are axes one would change.

    A linear network is no remedy: it keeps a gradient and computes next to nothing. A
    network whose input gate is set apart from the forget gate is a control.
    """
    if before.biases[1] is not None or after.biases[1] is not None:
        return ()
    axes = tuple(
        a
        for a in ("forget_bias", *before.extra)
        if before.params.get(a) != after.params.get(a)
    )
    if not axes or not set(axes) <= set(AXES):
        return ()
    if after.params.get("activation") == "linear":
        return ()
    return axes if len(axes) == 1 or set(axes) == {"init", "activation"} else ()


def _better(before: Row, after: Row) -> bool:
    """Nearer to a gradient that holds: a better class, or half as far again."""
    words = before.size().word, after.size().word
    if words[1] in HELD:
        return rank.CLASSES[words[1]] < rank.CLASSES[words[0]]
    if words == ("vanishing", "vanishing"):
        return after.horizon() >= 1.5 * before.horizon()
    return False


def _finding(found: Sequence[Remedy], w: ModuleType, story: Story) -> str:
    names = story.words("names")
    if found:
        best = found[0]
        return say(
            w.FINDING,
            change=_change(best, w),
            name=said.name(best.before, names),
            effect=_effect(best, w),
        )
    ill = any(r.size().word in ILL for rows in _families(story) for r in rows)
    if not ill:
        return w.FINDING_NONE_NEEDED
    options = _untried(w, story)
    more = say(w.NEXT, options=numbers.listed(options)) if options else ""
    return say(w.FINDING_NONE, next=more)


def _untried(w: ModuleType, story: Story) -> list[str]:
    """Options that this sweep did not vary."""
    gated = any(p.params.get("forget_bias") is not None for p in story.done)
    options = [] if gated else [w.NEXT_GATES]
    if gated and not story.varying("forget_bias"):
        options.append(w.NEXT_BIAS)
    if not story.varying("gain"):
        options.append(w.NEXT_GAIN)
    if not story.varying("init"):
        options.append(w.NEXT_INIT)
    return options[:2]


def _row(remedy: Remedy, w: ModuleType, story: Story) -> list[Cell]:
    names = story.words("names")
    word = remedy.before.size().word
    return [
        Cell(remedy.before.label),
        Cell(names.VERDICTS[word], verdict=word),
        Cell(_cause(remedy.before, w)),
        Cell(_change(remedy, w)),
        Cell(_effect(remedy, w), rank.merit(remedy.after)[0]),
        Cell(f"`{own.network_command(story, remedy.after)}`"),
    ]


def _change(remedy: Remedy, w: ModuleType) -> str:
    before, after = remedy.before.params, remedy.after.params
    if set(remedy.axes) == {"init", "activation"}:
        init = remedy.after.init_name
        return say(w.CHANGE_BOTH, init=init, activation=after["activation"])
    axis = remedy.axes[0]
    if axis == "forget_bias":
        return say(w.CHANGE_BIAS, bias=remedy.after.bias_name)
    if axis == "gain":
        return say(w.CHANGE_GAIN, gain=f"{after[axis]:g}")
    if axis == "init":
        return say(w.CHANGE_INIT, init=remedy.after.init_name)
    return say(w.CHANGE_ACTIVATION, activation=after[axis], before=before[axis])


def _effect(remedy: Remedy, w: ModuleType) -> str:
    before, after = remedy.before, remedy.after
    parts = []
    old, new = before.horizon(), after.horizon()
    if not (math.isnan(old) or math.isnan(new)) and old != new:
        parts.append(
            say(
                w.HORIZON,
                before=numbers.steps(old, before.length),
                after=numbers.steps(new, after.length),
            )
        )
    if not parts or new == math.inf:
        parts.append(
            say(
                w.LEFT,
                length=f"{after.length:,}",
                before=numbers.left(before.size().ln),
                after=numbers.left(after.size().ln),
            )
        )
    ranks = rank.directions(before), rank.directions(after)
    if not any(math.isnan(r) for r in ranks):
        shown = [numbers.directions(r) for r in ranks]
        parts.append(say(w.DIRECTIONS, before=shown[0], after=shown[1]))
    return ", ".join(parts)


def _cause(row: Row, w: ModuleType) -> str:
    size = row.size()
    if size.word in ("dead", "not_finite"):
        known = math.isfinite(size.step)
        dead = size.word == "dead"
        template = {
            (True, True): w.CAUSE_DEAD_STEP,
            (True, False): w.CAUSE_DEAD,
            (False, True): w.CAUSE_BROKEN_STEP,
            (False, False): w.CAUSE_BROKEN,
        }[dead, known]
        return say(template, step=f"{size.step:.0f}" if known else "")
    kept = numbers.kept(row.rate().mean)
    if size.word in ("growing", "exploding"):
        return say(w.CAUSE_GROWS, kept=kept)
    typical = typical_gate(row)
    if math.isfinite(typical):
        gate = "keep" if row.family == "gru" else "forget"
        value = numbers.significant(math.exp(typical))
        return say(w.CAUSE_GATE, gate=gate, value=value, kept=kept)
    return say(w.CAUSE_PLAIN, kept=kept)


def _fixed(w: ModuleType, story: Story) -> list[str]:
    """The five lines that hold for every sweep, fitted to what was true."""
    trained = bool(story.meta.get("trained"))
    inputs = [str(v) for v in slices.values(story.done, "input")]
    noise = all(v.partition(":")[0] == "gaussian" for v in inputs)
    top = story.words("top")
    fed = numbers.listed([banner.fed(v, top) for v in inputs], top.EITHER)
    return [
        w.FIXED_TRAINED if trained else w.FIXED_UNTRAINED,
        w.FIXED_NOISE if noise else say(w.FIXED_DATA, fed=fed),
        w.FIXED_NECESSARY,
        w.FIXED_HORIZON,
        w.FIXED_NAMES,
    ]
