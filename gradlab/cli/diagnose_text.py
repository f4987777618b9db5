"""A diagnosis on a terminal of 24 lines: what, where, why, and what to try."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gradlab.cli.screen import WIDTH, columns, counted, fold, shortened, table
from gradlab.diagnosis import (
    LAST_STEPS,
    Diagnosed,
    Finding,
    LayerResult,
    RemedyResult,
    least,
)
from gradlab.report import numbers
from gradlab.report.inline import plain
from gradlab.statistics import VERDICTS


LINES = 22
"""Lines of an answer: with the command before and the prompt after it, a terminal's."""

_LEFT = "left at step 1"

_FITS = (
    *((9, 5, 4), (6, 4, 4), (4, 4, 2), (4, 3, 2), (3, 3, 2), (3, 2, 2), (3, 2, 1)),
    *((2, 2, 1), (2, 1, 1), (1, 1, 1), (1, 0, 1)),
)
"""Layers, remedies, lines of other findings that are shown, from many to few."""

_GLYPHS = {entry.word: entry.glyph for entry in VERDICTS}
_IN_SHORT = {"hidden": "hidden by a loss at every step", "unreached": "an unused call"}
"""What a finding is called where its sentence does not fit."""
_OF_VERDICT = ("vanishing", "exploding", "dead")
"""Kinds of findings that the table shows already."""


def answer(found: Diagnosed, files: Sequence[Path], advice: str) -> list[str]:
    """Return the lines of a diagnosis, at most 22.

    Args:
        found: the diagnosis.
        files: of its report.
        advice: which option tells more.
    """
    head = _head(found)
    last = [f"report  {file}" for file in files[:1]]
    last += _few(f"next    {advice}", " " * 8, 1)
    for layers, tries, others in _FITS:
        parts = [head, _table(found.layers, layers), _reason(found, others)]
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
    if not parity:
        return "replay  not compared with torch's modules: not all numbers are finite"
    worst = float(str(parity["worst"]))
    dtype, tolerance = parity["dtype"], float(str(parity["tolerance"]))
    return (
        f"replay  as torch's modules within {worst:.0e}, {dtype} "
        f"(refused from {tolerance:.0e} on)"
    )


def _table(layers: Sequence[LayerResult], most: int) -> list[str]:
    """Return a row for each layer, of many the worst."""
    head = ("gradient in", "kept/step", "horizon", "of steps", _LEFT, "verdict")
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
        plain(numbers.kept_or_grows(reach.ln_left / layer.steps)),
        plain(numbers.steps(reach.horizon, layer.steps)),
        f"{layer.steps:,}",
        plain(numbers.left(reach.ln_left)),
        _verdict(reach.verdict),
    )


def _verdict(word: str) -> str:
    return f"{_GLYPHS[word]} {word.replace('_', ' ')}"


def _reason(found: Diagnosed, most: int) -> list[str]:
    """Return the first finding, why, and others on so many lines at most."""
    if not found.findings:
        lines = [
            "nothing found: neither vanishing nor exploding, cut, saturated or NaN"
        ]
        for word in ("growing", "fading"):
            names = [n for n, verdict in found.verdicts.items() if verdict == word]
            if names:
                lines += _few(f"        {word}: {', '.join(names)}", " " * 8, 1)
        return lines
    first, *others = found.findings
    lines = []
    if first.kind not in _OF_VERDICT:
        lines += _few(f"found   {first.text}", " " * 8, 3)
    if first.cause:
        lines += _few(f"cause   {first.where}: {first.cause}", " " * 8, 3)
    lines += _share(found, first)
    return [*lines, *_others(others, most)]


def _others(findings: Iterable[Finding], most: int) -> list[str]:
    """Return findings that the table does not show, the first of each kind."""
    by_kind: dict[str, list[Finding]] = {}
    for one in findings:
        if one.kind not in _OF_VERDICT:
            by_kind.setdefault(one.kind, []).append(one)
    lines: list[str] = []
    for same in by_kind.values():
        more = f"; {len(same) - 1} more such" if len(same) > 1 else ""
        lines += _few(f"also    {same[0].text}{more}", " " * 8, 2)
    if len(lines) <= most:
        return lines
    first = next(iter(by_kind.values()))[0]
    text = first.text
    if columns(text) > WIDTH - 24:
        text = f"{_IN_SHORT.get(first.kind, first.kind)} in {first.where}"
    rest = sum(map(len, by_kind.values())) - 1
    return _few(f"also    {text}{f'; {rest} more' if rest else ''}", " " * 8, 1)


def _share(found: Diagnosed, finding: Finding) -> list[str]:
    """Return how much of a layer's recurrent weight gradient is of the last steps."""
    for layer in found.layers:
        # NaN where dL/dweight_hh is 0, or there are no other steps
        if layer.name == finding.where and math.isfinite(layer.last_share):
            part = plain(numbers.percent(layer.last_share))
            signs = " (signed)" if layer.last_share > 1 + 1e-11 else ""
            text = f"the last {LAST_STEPS} steps give {part} of dL/dweight_hh"
            return [f"        {text}{signs}"]
    return []


def _remedies(found: Diagnosed, most: int) -> list[str]:
    """Return what remedies change of the layer that reaches least, the best first."""
    if not found.findings or not found.remedies or not most:
        return []
    tried = [one for one in found.remedies if one.after]
    if not tried:
        return []
    some = f"{most} of {len(tried)}" if most < len(tried) else "what"
    when = ", then train again" if found.trained else " before training"
    rows: list[tuple[str, ...]] = [
        (
            f"{some} to try{when}",
            "horizon",
            "singular values >1/1000",
            "then",
        ),
        *(
            (f"{number} {one.title}", *_change(found, one))
            for number, one in enumerate(tried[:most], 1)
        ),
    ]
    over = max(map(columns, table(rows, "lrrl"))) - WIDTH
    room = max(columns(row[0]) for row in rows) - max(0, over)
    lines = table([(shortened(row[0], room), *row[1:]) for row in rows], "lrrl")
    idle = [one for one in found.remedies if not one.after]
    if idle and len(tried) <= most:
        lines += [shortened(f"- {one.title}: cannot help here", WIDTH) for one in idle]
    if found.best is None:
        return [*lines, "none of them improves the layer that reaches least by a tenth"]
    code = found.best.code.splitlines()
    lines += [f"code 1  {code[0]}"]
    if len(code) > 1:
        lines += [f"        ... {counted(len(code) - 1, 'more line')}, in the report"]
    if found.trained:
        lines += ["        It replaces learned weights: apply it, then train again."]
    return lines


def _change(found: Diagnosed, one: RemedyResult) -> tuple[str, str, str]:
    """Return the layer that reaches least, before and with a remedy."""
    layers = {layer.name: layer for layer in found.layers}
    before = least({name: layer.reach for name, layer in layers.items()})
    after = least(one.after)
    reaches = [(layers[before], layers[before].reach)]
    reaches += [(layers[after], one.after[after])]
    steps = [plain(numbers.steps(reach.horizon, at.steps)) for at, reach in reaches]
    counts = [plain(numbers.count(reach.singular_values)) for _, reach in reaches]
    sizes = [at.state_size for at, _ in reaches]
    values = f"{' → '.join(counts)} of {sizes[1]}".replace("–", "?")
    if sizes[0] != sizes[1]:
        values = " → ".join(
            f"{c} of {size}" for c, size in zip(counts, sizes, strict=True)
        )
    return " → ".join(steps), values, _verdict(one.after[after].verdict)
