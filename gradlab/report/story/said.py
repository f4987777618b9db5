"""A row inside a sentence: what it is called and what becomes of its gradient."""

from __future__ import annotations

import math
from types import ModuleType

from gradlab.report import numbers
from gradlab.report.story import labels
from gradlab.report.story.rows import Row
from gradlab.report.words import capital, say


def name(row: Row, w: ModuleType) -> str:
    """``the plain RNN``, ``the LSTM with forget bias 3``, extras in brackets."""
    cell = labels.cell_name(row.cell, row.names)
    bias = row.bias_name
    if row.cell == "rnn":
        base = w.PLAIN
    elif not bias:
        base = say(w.BARE, cell=cell)
    elif row.biases[1] is not None:
        base = say(w.BIASED, cell=cell, bias=bias)
    elif row.bias == "keep":
        base = say(w.DEFAULT, cell=cell)
    elif str(row.bias).startswith("chrono"):
        base = say(w.CHRONO, cell=cell, bias=bias)
    else:
        base = say(w.BIASED, cell=cell, bias=bias)
    extras = row.extras
    return say(w.WITH, name=base, extras=extras) if extras else base


def name_capital(row: Row, w: ModuleType) -> str:
    """The name at the start of a sentence."""
    return capital(name(row, w))


def fate(row: Row, w: ModuleType, length: int | None = None) -> str:
    """What becomes of the row's gradient, as a clause after its name."""
    length = row.length if length is None else length
    size = row.size(length)
    if not size.word:
        return w.NOT_MEASURED
    if size.word in ("dead", "not_finite"):
        return _ended(size, w, length)
    if size.word == "undetermined":
        return _undetermined(row, w, length)
    return _moved(row, w, length)


def _ended(size, w: ModuleType, length: int) -> str:
    known = math.isfinite(size.step)
    if size.word == "dead":
        template = w.DEAD_STEP if known else w.DEAD
    else:
        template = w.NOT_FINITE_STEP if known else w.NOT_FINITE
    step = f"{size.step:.0f}" if known else ""
    return say(template, step=step, length=f"{length:,}")


def _undetermined(row: Row, w: ModuleType, length: int) -> str:
    size = row.size(length)
    shared = {"left": numbers.left(size.ln), "length": f"{length:,}"}
    seeds = size.dead + size.broken + size.spread.seeds
    if size.dead:
        return say(w.MIXED_DEAD, count=size.dead, seeds=seeds, **shared)
    if size.broken:
        return say(w.MIXED_BROKEN, count=size.broken, seeds=seeds, **shared)
    low, high = numbers.left(size.spread.low), numbers.left(size.spread.high)
    return say(w.UNDETERMINED, low=low, high=high, **shared)


def _moved(row: Row, w: ModuleType, length: int) -> str:
    size, horizon = row.size(length), row.horizon(length)
    rate = row.rate(length=length).mean
    if math.isnan(rate):
        rate = size.ln / length
    shared = {
        "kept": numbers.kept(rate),
        "left": numbers.left(size.ln),
        "length": f"{length:,}",
    }
    if size.word in ("growing", "exploding"):
        return say(w.GROWING, times=numbers.times(size.ln), **shared)
    if size.word != "vanishing":
        return say(w.HOLDING, **shared)
    if horizon <= length:
        steps = numbers.steps(horizon, length)
        return say(w.VANISHING, horizon=steps, **shared)
    return say(w.VANISHING_AT_END, **shared)
