"""What to change: remedies with what each does on this model and batch."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence

from gradlab.diagnosis import Diagnosed, LayerResult, Reach, RemedyResult, least
from gradlab.report import inline, numbers
from gradlab.report.blocks import (
    Block,
    Cell,
    Chapter,
    Code,
    Column,
    Details,
    Figure,
    Finding,
    Limits,
    Points,
    Prose,
    References,
    Table,
)
from gradlab.report.diagnosis import shown
from gradlab.report.figures.dots import Dots, Marks
from gradlab.report.words import spoken


QUESTION = "What to change?"
NECESSARY = "A live gradient is necessary, not sufficient, for learning."
REPLACES = (
    "These weights were trained, and a remedy replaces what they learned: it is a way "
    "to initialise a model. Apply it, then train again."
)
SOURCES = ("gers2000", "jozefowicz2015", "tallec2018", "saxe2014", "pascanu2013")


def chapter(diagnosis: Diagnosed) -> Chapter:
    """Return remedies ranked, the code of the best, and what clipping cannot do."""
    tried = [one for one in diagnosis.remedies if one.after]
    idle = [one for one in diagnosis.remedies if not one.after]
    before = {one.name: one for one in diagnosis.layers if one.reach.verdict}
    if not tried or not before:
        return Chapter("remedies", QUESTION, _untried(diagnosis, idle))
    best = diagnosis.best
    finding = _finding(diagnosis, best)
    blocks: list[Block] = [
        Finding(finding),
        _table(tried, idle, before, _when(diagnosis)),
    ]
    if best is not None:
        lines = f"import gradlab\n\n{best.code}"
        title = inline.literal(best.title)
        note = f"To apply {title}, before training:"
        if diagnosis.trained:
            blocks.append(Prose(REPLACES))
            note = f"To apply {title}, then train again:"
        blocks.append(Code(lines, note))
    blocks.append(Prose(NECESSARY))
    blocks.append(_figure(tried, before, finding))
    blocks.append(
        Limits(
            f"Each is measured with these weights and on this batch, "
            f"{_when(diagnosis)}. It sets weights to other values, so that a model "
            "that was trained has to be trained again."
        )
    )
    details: list[Block] = [Points([_why(one) for one in (*_by_why(tried), *idle)])]
    if len(before) > 1:
        details.insert(0, _every_layer(tried, before))
    details.append(References(SOURCES))
    summary = "Why, and what each does in every layer" if len(before) > 1 else "Why"
    blocks.append(Details(summary, details))
    return Chapter("remedies", QUESTION, blocks)


def _untried(diagnosis: Diagnosed, idle: Sequence[RemedyResult]) -> list[Block]:
    finite = not any(f.kind == "nonfinite" for f in diagnosis.findings)
    why = (
        "No remedy was tried."
        if finite
        else "No remedy was tried: first, all numbers must be finite."
    )
    return [Prose(why), *([Points([_why(one) for one in idle])] if idle else [])]


def measured_best(diagnosis: Diagnosed) -> str:
    """Return which of the remedies measured changes most, and why, for other sections.

    Empty where none was measured, or the layer that reaches least is stable as it is.
    """
    layers = {one.name: one for one in diagnosis.layers}
    now = least({name: one.reach for name, one in layers.items()})
    is_stable = layers[now].reach.verdict == "stable"
    if is_stable or not any(one.after for one in diagnosis.remedies):
        return ""
    best = diagnosis.best
    if best is None:
        return "Of the remedies measured below none is an improvement."
    then = least(best.after)
    change = _arrow(
        shown.horizon(reach, layers[name].steps)
        for name, reach in ((now, layers[now].reach), (then, best.after[then]))
    )
    return (
        f"Of the remedies measured below {inline.literal(best.title)} is the best: "
        f"horizon {change}. {inline.literal(best.why)}"
    )


def _finding(diagnosis: Diagnosed, best: RemedyResult | None) -> str:
    layers = {one.name: one for one in diagnosis.layers if one.reach.verdict}
    before = {name: one.reach for name, one in layers.items()}
    name = least(before)
    if best is None and before[name].verdict == "stable":
        which = "layer that reaches least," if len(layers) > 1 else "layer measured,"
        return (
            f"The {which} {inline.literal(name)}, is stable as it is: no remedy is "
            "advised."
        )
    if best is None:
        return (
            "The remedies tried hardly change the layer that reaches least: none makes "
            "it stable, or adds a tenth to its horizon or to its singular values "
            "above 1/1000."
        )
    after = least(best.after)
    where = f" of {inline.literal(name)}" if len(layers) > 1 else ""
    b, a = before[name], best.after[name]
    worst = (
        f" The layer that then reaches least is {inline.literal(after)}."
        if after != name
        else ""
    )
    steps = layers[name].steps
    return (
        f"{inline.literal(best.title).capitalize()} takes the horizon{where} from "
        f"{shown.horizon(b, steps)} to {shown.horizon(a, steps)} steps, singular "
        f"values above 1/1000 from {shown.singular_values(b, layers[name])} to "
        f"{shown.singular_values(a, layers[name])}: {_word(b)} → {_word(a)}.{worst}"
    )


def _when(diagnosis: Diagnosed) -> str:
    return "before any retraining" if diagnosis.trained else "before any training"


def _word(reach: Reach) -> str:
    return str(spoken("names").VERDICTS[reach.verdict])


def _table(
    tried: Sequence[RemedyResult],
    idle: Sequence[RemedyResult],
    before: Mapping[str, LayerResult],
    when: str,
) -> Table:
    rows = []
    for number, remedy in enumerate(tried, start=1):
        name = least(remedy.after)
        cells = _change(before.get(name), remedy.after[name])
        title = inline.literal(remedy.title) + _function(remedy)
        rows.append(
            [Cell(f"{number}"), Cell(title), Cell(inline.literal(name)), *cells]
        )
    for remedy in idle:
        empty = [Cell(numbers.MISSING)] * 4
        title = f"{inline.literal(remedy.title)}: lengthens no horizon"
        rows.append([Cell(numbers.MISSING), Cell(title), *empty, Cell(numbers.MISSING)])
    columns = [
        Column("rank"),
        Column("remedy"),
        Column("layer", note="that then reaches least"),
        *_columns(),
    ]
    if len(before) == 1:
        columns, rows = _without(columns, 2), [_without(row, 2) for row in rows]
    return Table(
        columns=columns,
        rows=rows,
        caption=f"Before → after, each on this model and this batch, {when}, "
        "of the layer that then reaches least; ranked by the horizon, then "
        "by the singular values above 1/1000; what explodes comes last. Nothing was "
        "kept.",
        name="remedies",
        sortable=False,
    )


def _function(remedy: RemedyResult) -> str:
    """Return the name of the function, where the title does not say it."""
    found = re.match(r"gradlab\.remedy\.(\w+)\(", remedy.code)
    if found is None or found[1].rstrip("_").replace("_", " ") in remedy.title:
        return ""
    return f" (`{found[1]}`)"


def _without(items: Sequence, place: int) -> list:
    return [item for i, item in enumerate(items) if i != place]


def _columns() -> list[Column]:
    return [
        Column("[[horizon]]", "right"),
        Column("singular values", "right", "above 1/1000"),
        Column("left at the first step", "right"),
        Column("verdict"),
    ]


def _change(layer: LayerResult | None, after: Reach) -> list[Cell]:
    """Return cells of a layer's numbers before and after."""
    steps = layer.steps if layer else 0
    both = [layer.reach, after] if layer else [after]
    counts = _arrow(numbers.count(r.singular_values) for r in both)
    values = f"{counts} of {layer.state_size}" if layer else counts
    return [
        Cell(_arrow(shown.horizon(r, steps) for r in both), after.horizon),
        Cell(values, after.singular_values),
        Cell(_arrow(numbers.left(r.ln_left) for r in both), after.ln_left),
        Cell(_arrow(_word(r) for r in both), verdict=after.verdict),
    ]


def _arrow(texts) -> str:
    return " → ".join(texts)


def _figure(
    tried: Sequence[RemedyResult], before: Mapping[str, LayerResult], finding: str
) -> Figure:
    """Return what is left at the first step by remedy, least and most of the layers."""
    rows = ["as it is", *(inline.literal(one.title) for one in tried)]
    every = [{n: one.reach for n, one in before.items()}, *(one.after for one in tried)]
    lows = [_clipped(min, reaches) for reaches in every]
    highs = [_clipped(max, reaches) for reaches in every]
    marks = [Marks("layer with least left", "all_paths", lows)]
    if lows != highs:
        marks.append(Marks("layer with most left", "no_detours", highs))
    data = Dots(
        rows,
        marks,
        "what is left of the gradient at the first step",
        scale="left",
        lines=[(math.log(1e-3), "1/1000"), (0.0, "1")],
        row_name="remedy",
    )
    return Figure(
        name="remedies",
        data=data,
        alt=f"{inline.plain(finding)} What is left at the first step as the model is "
        "and with each remedy.",
        caption="What is left at the first step, as the model is and with each remedy: "
        "the layers with least and most of it.",
    )


def _clipped(pick, reaches: Mapping[str, Reach]) -> float:
    known = [one.ln_left for one in reaches.values() if math.isfinite(one.ln_left)]
    return float(pick(known)) if known else math.nan


def _by_why(tried: Sequence[RemedyResult]) -> list[RemedyResult]:
    """Return one remedy of each explanation."""
    return list({one.why: one for one in reversed(tried)}.values())[::-1]


def _why(remedy: RemedyResult) -> str:
    return f"**{inline.literal(remedy.title)}**: {inline.literal(remedy.why)}"


def _every_layer(
    tried: Sequence[RemedyResult], before: Mapping[str, LayerResult]
) -> Table:
    rows: list[list[Cell]] = []
    groups: list[int] = []
    for remedy in tried:
        groups.append(len(rows))
        for name, after in remedy.after.items():
            title = Cell(inline.literal(remedy.title))
            cells = _change(before.get(name), after)
            rows.append([title, Cell(inline.literal(name)), *cells])
    return Table(
        columns=[Column("remedy"), Column("layer"), *_columns()],
        rows=rows,
        caption="Before → after in every layer.",
        name="remedies-by-layer",
        groups=tuple(groups[1:]),
    )
