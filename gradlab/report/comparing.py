"""The page of remedies compared on one network: curves before and after, a table.

In English alone, as the pages of a watched training.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from gradlab.diagnosis.compared import ComparedRemedies, Measured, RemedyEffect
from gradlab.errors import ConfigError
from gradlab.report import build, inline, numbers
from gradlab.report.blocks import (
    Block,
    Cell,
    Chapter,
    Code,
    Column,
    Document,
    Figure,
    Finding,
    HowToRead,
    Limits,
    Points,
    Table,
    Top,
)
from gradlab.report.figures.curves import Crossing, Curves, Series
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.figures.scale import LN10
from gradlab.report.words import speaking, spoken


CLAIMS = {
    "towards 0": "λ_{1} comes nearer to 0",
    "up": "λ_{1} rises",
    "not above 0": "λ_{1} is not above 0 then",
    "unchanged": "λ_{1} stays",
}


def write(found: ComparedRemedies, path: Path) -> Path:
    """Write a comparison as an HTML page; return its path.

    Raises:
        ConfigError: a path that does not end in ``.html``.
        StoreError: the file cannot be written, or is not gradlab's.
    """
    if path.suffix != ".html":
        raise ConfigError(
            got=f"path = {path}",
            expected="a file that ends in .html",
            try_=f"{path.with_suffix('.html')}",
        )
    with speaking("en"):
        return build.write_page(compose(found), path)


def compose(found: ComparedRemedies) -> Document:
    """Return the page of a comparison."""
    tried = [one for one in found.remedies if one.after]
    chapters = [_curves(found, tried), _claims(found, tried), _code(tried)]
    return Document(
        title="Remedies, before and after",
        top=_top(found, tried),
        chapters=[chapter for chapter in chapters if chapter.blocks],
        footer="Written by gradlab remedy.",
        translated=False,
    )


def _top(found: ComparedRemedies, tried: Sequence[RemedyEffect]) -> Top:
    before = found.before[found.layer]
    headline = [
        f"As it is, a gradient reaches {_horizon(before)} of {before.steps:,} steps "
        f"back, and λ_{{1}} is {_rate(before)} nats per step."
    ]
    moved = [one for one in tried if one.claims != "unchanged"]
    if moved:
        best = max(moved, key=lambda one: one.after[found.layer].reach.rank)
        after = best.after[found.layer]
        headline.append(
            f"Furthest it reaches with {_name(best)}: {_horizon(after)} steps, λ_{{1}} "
            f"{_rate(after)}."
        )
    return Top(
        provenance=inline.literal(f"{found.network} · {found.inputs}"),
        banner="Measured before any training: that a gradient arrives is needed to "
        "learn from far back, and not enough.",
        headline=headline,
        sentences=_sentences(found),
        table=_table(found, tried),
    )


def _sentences(found: ComparedRemedies) -> list[str]:
    """Return what did not come as claimed, and what does not apply."""
    before = found.before[found.layer]
    missed = [
        f"{_name(one)} did not do what it claims ({CLAIMS[one.claims]}): "
        f"{_rate(before)} became {_rate(one.after[found.layer])}."
        for one in found.missed
    ]
    if not missed:
        missed = ["After each of them λ_{1} is as the remedy claims."]
    idle = [
        f"{_name(one)}: {inline.literal(one.note)}."
        for one in found.remedies
        if one.note
    ]
    if found.untried:
        names = ", ".join(f"`{name}`" for name in found.untried)
        idle.append(f"Not tried, since they make updates: {names}.")
    return [*missed, *idle]


def _table(found: ComparedRemedies, tried: Sequence[RemedyEffect]) -> Table:
    before = found.before[found.layer]
    rows: list[list[Cell]] = [[Cell("as it is"), *_cells(before), Cell("")]]
    for one in tried:
        held = "yes" if one.held[found.layer] else "no"
        claim = f"{CLAIMS[one.claims]}: {held}"
        rows.append([Cell(_name(one)), *_cells(one.after[found.layer]), Cell(claim)])
    layer = f" Layer {inline.literal(found.layer)}." if len(found.before) > 1 else ""
    return Table(
        [
            Column("remedy"),
            Column("[[horizon]]", "right", "steps"),
            Column("λ_{1}", "right", "nats per step"),
            Column("left at the first step", "right"),
            Column("singular values", "right", f"of {found.state_size} above 1/1000"),
            Column("verdict"),
            Column("claimed"),
        ],
        rows,
        caption="One network on the same sequences, as it is and with each remedy; "
        f"λ_{{1}} is the largest Lyapunov exponent, by QR.{layer}",
        name="remedies",
        groups=(1,),
    )


def _cells(one: Measured) -> list[Cell]:
    reach = one.reach
    ln = -1e300 if reach.ln_left == -math.inf else reach.ln_left
    verdict = str(spoken("names").VERDICTS[reach.verdict]) if reach.verdict else ""
    return [
        Cell(_horizon(one), reach.horizon),
        Cell(_rate(one), one.exponent),
        Cell(numbers.left(reach.ln_left), ln),
        Cell(numbers.count(reach.singular_values), reach.singular_values),
        Cell(verdict, verdict=reach.verdict or None),
    ]


def _curves(found: ComparedRemedies, tried: Sequence[RemedyEffect]) -> Chapter:
    before = found.before[found.layer]
    drawn = [one for one in tried if one.claims != "unchanged"]
    if not drawn:
        return Chapter("curves", "What is left of a gradient?")
    panels = [
        Panel(
            _name(one),
            Curves(
                [
                    _series("before", "total", before),
                    _series("after", "conveyor", one.after[found.layer]),
                ],
                "lag: steps back from the end",
                "what is left of the gradient",
                shade=spoken("how_far").SHADE,
                x_end=float(before.steps),
            ),
        )
        for one in drawn
    ]
    ends = " ".join(
        f"{inline.plain(_name(one))}: "
        f"{inline.plain(numbers.left(one.after[found.layer].reach.ln_left))}."
        for one in drawn
    )
    blocks: list[Block] = [
        Figure(
            "curves",
            Panels(panels, columns=2),
            alt=f"What is left of a gradient by lag, before and after each remedy. At "
            f"lag {before.steps} before: "
            f"{inline.plain(numbers.left(before.reach.ln_left))}. After {ends}",
            caption="Spectral norm of the whole state's Jacobian product over as many "
            "steps as the lag, mean over sequences. The network as it is is in every "
            "panel.",
        ),
        HowToRead(
            "Further right is further back. A dot marks the [[horizon]], where less "
            "than 1/1000 is left; an open dot with > means: not reached."
        ),
        Limits("Whether the network learns: that takes more than a gradient."),
    ]
    return Chapter("curves", "What is left of a gradient?", blocks)


def _series(label: str, key: str, one: Measured) -> Series:
    reach, open_end = one.reach, math.isinf(one.reach.horizon)
    dot = None
    if math.isfinite(reach.horizon):
        dot = Crossing(reach.horizon, -3.0, _horizon(one))
    return Series(
        label,
        key,
        one.lags,
        [ln / LN10 for ln in one.ln_left],
        crossing=dot,
        end=_horizon(one) if open_end else "",
        open_end=open_end,
    )


def _claims(found: ComparedRemedies, tried: Sequence[RemedyEffect]) -> Chapter:
    kept = [one.held[found.layer] for one in tried]
    blocks: list[Block] = []
    if tried:
        blocks = [
            Finding(
                f"After {sum(kept)} of {len(kept)} remedies λ_{{1}} is as claimed."
            ),
            Points([_explained(one) for one in tried]),
        ]
    return Chapter("claims", "What does each of them do?", blocks)


def _explained(one: RemedyEffect) -> str:
    made = ""
    if one.updates:
        took = numbers.duration(one.seconds)
        made = f" It made {one.updates} updates of the weights in {took}."
    source = inline.literal(one.reference)
    return f"{_name(one)}: {inline.literal(one.why)}{made} ({source})"


def _code(tried: Sequence[RemedyEffect]) -> Chapter:
    lines = [one.code for one in tried if one.code]
    blocks: list[Block] = []
    if lines:
        note = "Each by itself makes the change that was measured."
        blocks.append(Code("\n".join(["import gradlab", "", *lines]), note))
    return Chapter("code", "How is it applied?", blocks)


def _name(one: RemedyEffect) -> str:
    return inline.literal(one.title)


def _horizon(one: Measured) -> str:
    return numbers.steps(one.reach.horizon, one.steps)


def _rate(one: Measured) -> str:
    if not math.isfinite(one.exponent):
        return numbers.nats(one.exponent)
    return f"{one.exponent:+.3f}".replace("-", "−")
