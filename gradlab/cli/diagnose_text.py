"""A diagnosis on a terminal of 24 lines: what, where, why, and what to try."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gradlab.cli.screen import WIDTH, columns, counted, fold, shortened, table
from gradlab.diagnosis import Diagnosed, Finding, LayerResult, Reach, RemedyResult
from gradlab.report import numbers
from gradlab.report.inline import plain
from gradlab.statistics import VERDICTS


LINES = 22
"""Lines of an answer: with the command before and the prompt after it, a terminal's."""

LATE = 10
"""Steps at the end whose share of the recurrent weights' gradient is shown."""

_FITS = ((9, 5), (6, 4), (4, 3), (3, 3), (3, 2), (2, 2), (2, 1), (1, 1), (1, 0))
"""Layers and remedies that are shown, from many to few."""

_GLYPHS = {entry.word: entry.glyph for entry in VERDICTS}
_OF_VERDICT = ("vanishing", "exploding", "dead")
"""Kinds of findings that the table shows already."""


def answer(found: Diagnosed, files: Sequence[Path], advice: str) -> list[str]:
    """Return the lines of a diagnosis, at most 22.

    Args:
        found: the diagnosis.
        files: of its report.
        advice: which option tells more.
    """
    head, reason = _head(found), _reason(found)
    last = [f"report  {file}" for file in files[:1]]
    last += _few(f"next    {advice}", " " * 8, 1)
    for layers, tries in _FITS:
        parts = [head, _table(found.layers, layers), reason]
        parts += [_remedies(found, tries), last]
        lines = _joined(parts)
        if len(lines) <= LINES:
            return lines
    return lines


def _joined(parts: Iterable[list[str]]) -> list[str]:
    """Return blocks of lines with an empty line between them."""
    lines: list[str] = []
    for part in filter(None, parts):
        lines += ([""] if lines else []) + part
    return lines


def _head(found: Diagnosed) -> list[str]:
    """Return what was measured: model, batch, loss, and how well the replay agrees."""
    weights = f"checkpoint {found.checkpoint}" if found.checkpoint else "no checkpoint"
    mode = "training" if found.training else "evaluation"
    first = f"{found.model}, {weights}, in {mode} mode"
    longest = max(layer.longest for layer in found.layers)
    shortest = min(layer.shortest for layer in found.layers)
    second = f"batch   {found.batch}"
    if shortest != longest:
        second += f", {shortest} to {longest} steps"
    third = f"loss    {found.loss}: {found.loss_value:.4g}"
    return [
        *_few(first, "  ", 2),
        *_few(second, "        ", 2),
        *_few(third, "        ", 1),
        _parity(found.parity),
    ]


def _few(text: str, indent: str, most: int) -> list[str]:
    """Return a sentence on so many lines at most, without its middle where too long."""
    lines = fold(text, indent).splitlines()
    if len(lines) > most or max(map(columns, lines)) > WIDTH:
        room = most * WIDTH - (most - 1) * (len(indent) + 12)
        lines = fold(shortened(text, room), indent).splitlines()
    return [shortened(line, WIDTH) for line in lines[:most]]


def _parity(parity: Mapping[str, object]) -> str:
    worst = float(str(parity["worst"]))
    dtype, tolerance = parity["dtype"], float(str(parity["tolerance"]))
    if math.isnan(worst):
        return f"replay  not compared with torch's modules, {dtype}: not all is finite"
    return (
        f"replay  as torch's modules within {worst:.0e}, {dtype} "
        f"(refused from {tolerance:.0e} on)"
    )


def _table(layers: Sequence[LayerResult], most: int) -> list[str]:
    """Return a row for each layer, of many the worst."""
    head = ("layer", "kept/step", "horizon", "of steps", "at step 1", "verdict")
    shown = list(layers)
    if len(layers) > most + 1:  # a line says that there are more
        worst = sorted(layers, key=_badness)[:most]
        shown = [layer for layer in layers if any(layer is one for one in worst)]
    rows = [head, *map(_row, shown)]
    over = max(map(columns, table(rows, "lrrrrl"))) - WIDTH
    room = max(columns(row[0]) for row in rows) - max(0, over)
    lines = table([(shortened(row[0], room), *row[1:]) for row in rows], "lrrrrl")
    rest = [layer for layer in layers if not any(layer is one for one in shown)]
    if rest:
        words = sorted({layer.reach.verdict or "unknown" for layer in rest})
        more = f"... {counted(len(rest), 'more layer')}, {', '.join(words)}"
        lines.append(shortened(more, WIDTH))
    return lines


def _badness(layer: LayerResult) -> tuple[bool, float]:
    """Return a key by which layers far from stable come first."""
    left = layer.reach.ln_left
    return (math.isfinite(left), -abs(left))


def _row(layer: LayerResult) -> tuple[str, ...]:
    reach = layer.reach
    if not reach.verdict:
        return (layer.name, "", "", f"{layer.steps}", "", "a single step")
    return (
        layer.name,
        plain(numbers.kept_tenths(reach.ln_left / layer.steps)),
        plain(numbers.steps(reach.horizon, layer.steps)),
        f"{layer.steps:,}",
        plain(numbers.left(reach.ln_left)),
        _verdict(reach.verdict),
    )


def _verdict(word: str) -> str:
    return f"{_GLYPHS[word]} {word.replace('_', ' ')}"


def _reason(found: Diagnosed) -> list[str]:
    """Return the first finding, why, and how many more there are."""
    if not found.findings:
        return ["nothing found: neither vanishing nor exploding, cut, saturated or NaN"]
    first, *others = found.findings
    lines = []
    if first.kind not in _OF_VERDICT:
        lines += _few(f"found   {first.text}", " " * 8, 3)
    if first.cause:
        lines += _few(f"cause   {first.where}: {first.cause}", " " * 8, 3)
    lines += _share(found, first)
    if kinds := _kinds(others):
        lines += _few(f"also    {kinds}", " " * 8, 1)
    return lines


def _kinds(findings: Iterable[Finding]) -> str:
    """Return findings that the table does not show, by kind."""
    found: dict[str, dict[str, None]] = {}
    for one in findings:
        if one.kind not in _OF_VERDICT:
            found.setdefault(one.kind, {})[one.where] = None
    return "; ".join(
        f"{kind} in {next(iter(places))}"
        + (f" and {len(places) - 1} more" if len(places) > 1 else "")
        for kind, places in found.items()
    )


def _share(found: Diagnosed, finding: Finding) -> list[str]:
    """Return how much of a layer's recurrent weight gradient is of the last steps."""
    for layer in found.layers:
        record = layer.records.get("weight_share")
        if layer.name == finding.where and record is not None and layer.steps > LATE:
            share = float(record.values[-LATE:].sum())
            said = plain(numbers.percent(share))
            return [f"        the last {LATE} steps give {said} of dL/dweight_hh"]
    return []


def _remedies(found: Diagnosed, most: int) -> list[str]:
    """Return what remedies change of the layer that reaches least, the best first."""
    if not found.findings or not found.remedies or not most:
        return []
    tried = [one for one in found.remedies if one.after]
    before = _least(layer.reach for layer in found.layers)
    if before is None or not tried:
        return []
    steps = max(layer.steps for layer in found.layers)
    units = max(layer.hidden for layer in found.layers)
    head = ("what to try before training", "horizon", "directions", "then")
    rows: list[tuple[str, ...]] = [head]
    for number, one in enumerate(tried[:most], 1):
        rows.append((f"{number} {one.title}", *_change(before, one, steps, units)))
    over = max(map(columns, table(rows, "lrrl"))) - WIDTH
    room = max(columns(row[0]) for row in rows) - max(0, over)
    lines = table([(shortened(row[0], room), *row[1:]) for row in rows], "lrrl")
    idle = [one for one in found.remedies if not one.after]
    if idle and len(tried) <= most:
        lines += [shortened(f"- {one.title}: cannot help here", WIDTH) for one in idle]
    after = _least(tried[0].after.values())
    if after is None or after.rank <= before.rank:
        return [*lines, "none of them reaches further"]
    code = tried[0].code.splitlines()
    lines += [f"code 1  {code[0]}"]
    if len(code) > 1:
        lines += [f"        ... {counted(len(code) - 1, 'more line')}, in the report"]
    return lines


def _change(
    before: Reach, one: RemedyResult, steps: int, units: int
) -> tuple[str, str, str]:
    after = _least(one.after.values())
    if after is None:
        return "", "", ""
    horizons = [plain(numbers.steps(r.horizon, steps)) for r in (before, after)]
    counts = [
        plain(numbers.directions(r.directions)).replace("–", "?")
        for r in (before, after)
    ]
    return (
        " → ".join(horizons),
        f"{' → '.join(counts)} of {units}",
        _verdict(after.verdict),
    )


def _least(reaches: Iterable[Reach]) -> Reach | None:
    """Return the reach that remedies are ranked by: of the layer that ranks lowest."""
    finite = [one for one in reaches if not math.isnan(one.ln_left)]
    return min(finite, key=lambda one: one.rank, default=None)
