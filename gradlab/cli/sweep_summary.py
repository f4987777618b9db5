"""Print what a finished sweep found, where its report is and what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab.cli.screen import WIDTH, Screen, shortened, table


if TYPE_CHECKING:
    from gradlab.report.story import Story
    from gradlab.store.results import Results

FLOOR = -12.0
"""Powers of ten at and below which a bar is empty, as in the report's curves."""

FINER = {"forget_bias": "--forget-bias 0:6:1", "gain": "--gain 0.25:8:x2"}
"""Axes that are suggested for a finer sweep, with the option to type."""

FEW = 4
"""Values of an axis above which it counts as swept finely."""


def show(results: Results, written: list[Path], seconds: float, screen: Screen) -> None:
    """Print counts, the report's main sentences and rows, paths and next commands."""
    from gradlab.report.story import Story

    screen.line(counts_line(results, seconds))
    if any(point.measured for point in results.points):
        story = Story(results)
        show_sentences(story, screen)
        show_rows(story, screen)
    show_next(results, written, screen)


def show_unchanged(results: Results, written: list[Path], screen: Screen) -> None:
    """Print that nothing had to be computed."""
    requested = results.meta["counts"]["requested"]
    screen.line(f"{requested:,} points, all there. Report unchanged ({written[0]}).")
    screen.line(f"next   gradlab report {results.folder} --open")


def counts_line(results: Results, seconds: float) -> str:
    """Return a line such as ``672 of 672 points, 0 failed, 51 s``."""
    from gradlab.report.numbers import duration

    counts = results.meta["counts"]
    parts = [f"{counts['done']:,} of {counts['requested']:,} points"]
    parts.append(f"{counts['failed']:,} failed")
    if counts["not_finite"]:
        parts.append(f"{counts['not_finite']:,} not finite (a finding)")
    return ", ".join([*parts, duration(seconds)])


def show_sentences(story: Story, screen: Screen) -> None:
    """Print what was measured and the report's main sentences."""
    from gradlab.report.inline import plain
    from gradlab.report.top import banner, headline

    screen.line()
    screen.paragraph(plain(banner.banner(story)))
    for line in headline.headline(story):
        screen.paragraph(plain(line))
    for number, sentence in enumerate(headline.sentences(story), 1):
        screen.paragraph(f"{number}. {plain(sentence)}", "   ")


def show_rows(story: Story, screen: Screen) -> None:
    """Print a table with a row per network; bars show the norm from lag 0 to T."""
    from gradlab.report.inline import plain

    head = ("network", "kept/step", "horizon", "left at T", "how it looks, lag 0..T")
    lines: list[tuple[str, ...]] = [head]
    for row in story.terminal_rows():
        cells = (plain(cell) for cell in (row.label, row.kept, row.horizon, row.left))
        lines.append((*cells, screen.bars([bar_height(x) for x in row.spark])))
    if len(lines) == 1:
        return
    screen.line()
    for line in fitted_table(lines):
        screen.line(line)
    if story.more_rows:
        screen.line(f"{story.more_rows} more rows in the report")


def fitted_table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the table's lines; where too wide, drop the bars, then shorten names."""
    lines = table(rows, "lrrrl")
    if max(map(len, lines)) <= WIDTH:
        return lines
    rows = [row[:-1] for row in rows]
    over = max(map(len, table(rows, "lrrr"))) - WIDTH
    room = max(len(row[0]) for row in rows) - max(0, over)
    return table([(shortened(row[0], room), *row[1:]) for row in rows], "lrrr")


def bar_height(log10: float) -> float:
    """Return a bar's height: 0 at the floor or for NaN, 1 from nothing lost on."""
    if log10 != log10:
        return 0.0
    return min(1.0, max(0.0, 1 - log10 / FLOOR))


def show_next(results: Results, written: list[Path], screen: Screen) -> None:
    """Print where the report is, why points failed, and commands to type next."""
    screen.line()
    _show_labelled("report", [str(path) for path in written], screen)
    if results.meta["counts"]["failed"]:
        show_failed(results, screen)
    _show_labelled("next", suggestions(results), screen)


def _show_labelled(label: str, lines: list[str], screen: Screen) -> None:
    """Print lines below each other, a label before the first."""
    for line in lines:
        screen.line(f"{label:<7}{line}")
        label = ""


def show_failed(results: Results, screen: Screen) -> None:
    """Print the most frequent reason for a failure, and the command that lists all."""
    messages = Counter(p.message for p in results.points if p.status == "failed")
    message, number = messages.most_common(1)[0]
    reason = " ".join(message.split())
    screen.paragraph(f"failed {number} of {messages.total()}: {reason}", " " * 7)
    screen.line(f"       gradlab status {results.folder} lists all")


def suggestions(results: Results) -> list[str]:
    """Return commands to type next, each with its purpose, from what was swept."""
    if not any(point.measured for point in results.points):
        command = results.meta.get("command") or "gradlab sweep"
        return [f"gradlab status {results.folder}", f"{command} --retry-failed"]
    params = [point.params for point in results.points]
    lines = [(f"gradlab report {results.folder} --open", "")]
    lines += _finer_sweep(params)
    if all(str(point.get("input")).startswith("gaussian") for point in params):
        lines.append(("gradlab sweep --input text:yourfile.txt", "your own data"))
    width = max(len(command) for command, why in lines if why or len(lines) == 1)
    return [f"{command:<{width}}  {why}".rstrip() for command, why in lines]


def _finer_sweep(params: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Suggest another cell or, of an axis that a swept cell has, more values."""
    cells = {point["cell"] for point in params}
    if cells == {"rnn"}:
        return [("gradlab sweep --cell rnn,lstm", "a second cell")]
    cell = "lstm" if "lstm" in cells else min(cells)
    its = [point for point in params if point["cell"] == cell]
    # an axis that a cell lacks is None in its points
    own = [a for a in FINER if any(point.get(a) is not None for point in its)]
    if not own:
        return []
    axis = min(own, key=lambda a: len({point.get(a) for point in params}) > FEW)
    return [(f"gradlab sweep --cell {cell} {FINER[axis]}", "one axis, finer")]


def summary(results: Results, written: list[Path], seconds: float) -> dict[str, Any]:
    """Return the same as data for JSON."""
    from gradlab.report.inline import plain
    from gradlab.report.story import Story
    from gradlab.report.top import headline

    story = Story(results) if results.meta["counts"]["done"] else None
    first = headline.headline(story) if story else ()
    sentences = headline.sentences(story) if story else ()
    return {
        "folder": results.folder,
        "report": written,
        "seconds": round(seconds, 1),
        "counts": results.meta["counts"],
        "headline": [plain(line) for line in first],
        "sentences": [plain(sentence) for sentence in sentences],
        "rows": [
            {
                "network": plain(row.label),
                "kept": plain(row.kept),
                "horizon": plain(row.horizon),
                "left": plain(row.left),
                "verdict": row.verdict,
            }
            for row in (story.terminal_rows() if story else [])
        ],
    }
