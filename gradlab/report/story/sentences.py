"""The three sentences, by rules with guards.

1: the plain RNN, or else the worst row. 2: what the defaults do. 3: what changed
between the default and the best row of the same cell, with the cut path's number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradlab.report import numbers
from gradlab.report.story import headline, rank, said
from gradlab.report.story.rows import Row
from gradlab.report.words import capital, say


if TYPE_CHECKING:
    from types import ModuleType

    from gradlab.report.story.story import Story

WORDS_BELOW = -45.0
"""Powers of ten below which a size is also said in words: float32 ends there."""


def sentences(story: Story) -> tuple[str, ...]:
    """Three sentences; fewer only where nothing was measured."""
    w, names = story.words("top"), story.words("names")
    rows = tuple(r for r in story.main.rows if r.size().word)
    if not rows:
        if not story.failed:
            return ()
        first = say(
            w.S1_NONE,
            failed=f"{len(story.failed):,}",
            count=f"{len(story.results.points):,}",
        )
        return (first, w.S3_NONE)
    return (_first(rows, w, names), _second(rows, w, names), _third(rows, w, names))


def _first(rows: Sequence[Row], w: ModuleType, names: ModuleType) -> str:
    row = headline.plain_row(rows) or rank.worst(rows)
    text = say(w.S1_ROW, Name=said.name_capital(row, names), fate=said.fate(row, names))
    ln = row.size().ln
    if row.size().word == "vanishing" and ln < WORDS_BELOW * numbers.LN10:
        text += say(w.S1_WORDS_ONCE, power=numbers.power(ln), zeros=numbers.zeros(ln))
    return text


def gated(rows: Sequence[Row]) -> list[Row]:
    """Rows with a bias axis."""
    return [r for r in rows if r.bias is not None]


def _second(rows: Sequence[Row], w: ModuleType, names: ModuleType) -> str:
    if len(rows) == 1:
        return _seeds(rows[0], w)
    if any(rows[0].extra):
        return _counted(rows, w, names)
    keepers = gated(rows)
    if not keepers:
        return w.S2_NO_GATES if _all_plain(rows) else _counted(rows, w, names)
    defaults = [r for c in ("lstm", "gru") if (r := headline.default_row(rows, c))]
    if not defaults:
        least = min(keepers, key=lambda r: _openness(r.bias))
        fate = said.fate(least, names)
        return say(w.S2_NO_DEFAULT, name=said.name(least, names), fate=fate)
    plain = headline.plain_row(rows)
    if plain is None and defaults == [rank.worst(rows)]:
        return _counted(rows, w, names)
    return _defaults(plain, defaults, w, names)


def _all_plain(rows: Sequence[Row]) -> bool:
    return all(r.family == "rnn" for r in rows)


def _openness(bias: object) -> float:
    if isinstance(bias, int | float):
        return float(bias)
    return 0.0 if bias == "keep" else math.inf


def _seeds(row: Row, w: ModuleType) -> str:
    spread = row.size().spread
    if spread.seeds < 2:
        return w.S2_ONE_SEED
    return say(
        w.S2_SEEDS,
        seeds=spread.seeds,
        length=f"{row.length:,}",
        low=numbers.left(spread.lowest),
        high=numbers.left(spread.highest),
    )


def _counted(rows: Sequence[Row], w: ModuleType, names: ModuleType) -> str:
    length = max(r.length for r in rows)
    found = headline.counts(rows, w, names)
    return say(w.S2_COUNTS, count=len(rows), length=f"{length:,}", counts=found)


def _defaults(
    plain: Row | None, defaults: list[Row], w: ModuleType, names: ModuleType
) -> str:
    many = len(defaults) > 1
    subject = w.THE_GATED if many else f"the {headline.cell_title(defaults[0])}"
    shared = {
        "gated": subject,
        "s": "" if many else "s",
        "es": "" if many else "es",
        "Es": "" if many else "es",
    }
    vanish = [
        r.size().word == "vanishing" and r.horizon() <= r.length for r in defaults
    ]
    if not all(vanish):
        items = [_item_other(r, w, names) for r in defaults]
        return say(w.S2_PLAIN, list="; ".join(items))
    items = [_item(r, w, first=i == 0) for i, r in enumerate(defaults)]
    if plain is None or plain.size().word != "vanishing":
        return say(w.S2_PLAIN, list="; ".join(items))
    ratios = [r.horizon() / plain.horizon() for r in defaults]
    if max(ratios) <= 1:
        template = w.S2_NO_BETTER
    elif max(ratios) <= headline.ALMOST_TO:
        template = w.S2_HARDLY
    elif min(ratios) > headline.ALMOST_TO:
        template = w.S2_FURTHER
    else:
        template = w.S2_PLAIN
    return say(template, list="; ".join(items), **shared)


def _item(row: Row, w: ModuleType, first: bool) -> str:
    return say(
        w.ITEM_FIRST if first else w.ITEM_NEXT,
        cell=headline.cell_title(row),
        kept=numbers.kept(row.rate().mean),
        horizon=numbers.steps(row.horizon(), row.length),
    )


def _item_other(row: Row, w: ModuleType, names: ModuleType) -> str:
    size = row.size()
    cell, length = headline.cell_title(row), f"{row.length:,}"
    if size.word in ("dead", "not_finite", "undetermined"):
        word = names.VERDICTS[size.word]
        return say(w.ITEM_BARE, cell=cell, word=word, length=length)
    kept = numbers.kept(row.rate().mean)
    left = numbers.left(size.ln)
    if size.word in ("growing", "exploding"):
        times = numbers.times(size.ln)
        return say(w.ITEM_GROWN, cell=cell, kept=kept, times=times, length=length)
    return say(w.ITEM_OTHER, cell=cell, kept=kept, left=left, length=length)


def _third(rows: Sequence[Row], w: ModuleType, names: ModuleType) -> str:
    if len(rows) == 1:
        return w.S3_ALONE
    default = next(
        (r for c in ("lstm", "gru") if (r := headline.default_row(rows, c))), None
    )
    if default is None or rows[0].extra:
        return _best(rows, w, names)
    others = headline.same_cell(rows, default)
    gate = "keep" if default.family == "gru" else "forget"
    if not others:
        return say(w.S3_ONE_BIAS, gate=gate)
    top = rank.best(others)
    if not better(default, top):
        listed = _list_biases(others, names)
        already = default.size().word == "stable"
        return say(
            w.S3_HOLDS_ALREADY if already else w.S3_NO_GAIN,
            gate=gate,
            cell=headline.cell_title(default),
            list=listed,
            length=f"{default.length:,}",
        )
    return _opened(rows, default, top, gate, w)


def better(before: Row, after: Row) -> bool:
    """A better class of verdict, or among vanishing ones a fifth further."""
    a, b = rank.CLASSES[before.size().word], rank.CLASSES[after.size().word]
    if after.size().word == "undetermined":
        return False
    if a != b:
        return b < a
    if before.size().word == after.size().word == "vanishing":
        return after.horizon() >= 1.2 * before.horizon()
    return False


def _list_biases(others: Sequence[Row], names: ModuleType) -> str:
    parts = []
    for row in others:
        bias = row.bias_name
        size = row.size()
        word = names.VERDICTS[size.word]
        shown = numbers.left(size.ln) if math.isfinite(size.ln) else word
        parts.append(f"{bias}: {shown}")
    return ", ".join(parts)


def _best(rows: Sequence[Row], w: ModuleType, names: ModuleType) -> str:
    top = rank.best(rows)
    if top is (headline.plain_row(rows) or rank.worst(rows)):
        return w.S3_BEST_SAME
    near = rank.CLASSES[top.size().word] >= 2
    return say(
        w.S3_NEAREST if near else w.S3_BEST,
        best=said.name(top, names),
        fate=said.fate(top, names),
    )


def _opened(
    rows: Sequence[Row], default: Row, top: Row, gate: str, w: ModuleType
) -> str:
    cell = headline.cell_title(top)
    size, length = top.size(), f"{top.length:,}"
    shared = {
        "gate": gate,
        "bias": top.bias_name,
        "cell": cell,
        "length": length,
    }
    twin = _twin(rows, top)
    if size.word in ("growing", "exploding"):
        text = say(w.S3_GROWS, times=numbers.times(size.ln), also="", **shared)
    elif size.word == "vanishing":
        also = ""
        if twin and math.isfinite(twin.horizon()) and twin.size().word == "vanishing":
            steps = numbers.steps(twin.horizon(), twin.length)
            also = say(w.S3_ALSO_REACHES, steps=steps)
        text = say(
            w.S3_REACHES,
            steps=numbers.steps(top.horizon(), top.length),
            default_steps=numbers.steps(default.horizon(), default.length),
            also=also,
            **shared,
        )
    else:
        also = ""
        if twin and twin.size().word == size.word:
            also = say(w.S3_ALSO, left=numbers.left(twin.size().ln))
        text = say(w.S3_STILL, left=numbers.left(size.ln), also=also, **shared)
    return capital(text) + cut_clause(rows, default, w) + "."


def _twin(rows: Sequence[Row], top: Row) -> Row | None:
    """The GRU with the same bias as the best LSTM."""
    if top.family != "lstm":
        return None
    return next((r for r in rows if r.cell == "gru" and r.bias == top.bias), None)


def cut_rates(rows: Sequence[Row], block: str) -> list[tuple[Row, float]]:
    """LSTM rows with the rate of a cut product, in nats per step."""
    found = [(r, r.rate(block).mean) for r in rows if r.family == "lstm"]
    return [(r, rate) for r, rate in found if not math.isnan(rate)]


def cut_clause(rows: Sequence[Row], default: Row, w: ModuleType) -> str:
    """What is left per step with the path along the cell state cut, if measured."""
    if default.family != "lstm":
        return ""
    rates = [rate for r, rate in cut_rates(rows, "no_cell_path")]
    if not rates:
        return ""
    kept = numbers.kept(max(rates))
    plain = headline.plain_row(rows)
    rate = plain.rate().mean if plain else math.nan
    if math.isnan(rate):
        return say(w.S3_CUT_ALONE, kept=kept)
    return say(w.S3_CUT_LESS if max(rates) < rate else w.S3_CUT_MORE, kept=kept)
