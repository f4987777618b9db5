"""The last screen of a sweep: what came out, where it stands, what to type next."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab.cli.screen import WIDTH, Screen, fold, shortened, table


if TYPE_CHECKING:
    from gradlab.report.story import Story
    from gradlab.store.results import Results

FLOOR = -12.0
"""Powers of ten below which a bar is empty; the report's curves end there too."""


def show(results: Results, written: list[Path], seconds: float, screen: Screen) -> None:
    """Print counts, the story's sentences, its rows, paths and next commands."""
    from gradlab.report.story import Story

    screen.line(counts_line(results, seconds))
    if any(point.measured for point in results.points):
        story = Story(results)
        show_sentences(story, screen)
        show_rows(story, screen)
    show_next(results, written, screen)


def show_unchanged(results: Results, written: list[Path], screen: Screen) -> None:
    """Say that there was nothing to do."""
    asked = results.meta["counts"]["asked"]
    screen.line(f"{asked:,} points, all there. Report unchanged ({written[0]}).")
    screen.line(f"next   gradlab report {results.folder} --open")


def counts_line(results: Results, seconds: float) -> str:
    """``672 of 672 points, 0 failed, 51 s``."""
    from gradlab.report.numbers import duration

    counts = results.meta["counts"]
    parts = [f"{counts['done']:,} of {counts['asked']:,} points"]
    parts.append(f"{counts['failed']:,} failed")
    if counts["not_finite"]:
        parts.append(f"{counts['not_finite']:,} not finite (a finding)")
    return ", ".join([*parts, duration(seconds)])


def show_sentences(story: Story, screen: Screen) -> None:
    """What was measured, and the report's three sentences."""
    from gradlab.report.inline import plain

    screen.line()
    screen.line(fold(plain(story.banner)))
    for number, sentence in enumerate(story.sentences, 1):
        screen.line(fold(f"{number}. {plain(sentence)}", "   "))


def show_rows(story: Story, screen: Screen) -> None:
    """The line-up as a table with a strip of bars from lag 0 to T."""
    from gradlab.report.inline import plain

    rows = story.terminal_rows()
    if not rows:
        return
    head = ("network", "kept/step", "horizon", "left at T", "how it looks, lag 0..T")
    lines: list[tuple[str, ...]] = [head]
    for row in rows:
        cells = (plain(cell) for cell in (row.label, row.kept, row.horizon, row.left))
        lines.append((*cells, screen.bars([level(x) for x in row.spark])))
    screen.line()
    for line in fitted(lines):
        screen.line(line)
    if story.more_rows:
        screen.line(f"{story.more_rows} more rows in the report")


def fitted(rows: list[tuple[str, ...]]) -> list[str]:
    """The rows within the screen: the bars give way first, then long names."""
    lines = table(rows, "lrrrl")
    if max(map(len, lines)) <= WIDTH:
        return lines
    rows = [row[:-1] for row in rows]
    over = max(map(len, table(rows, "lrrr"))) - WIDTH
    room = max(len(row[0]) for row in rows) - max(0, over)
    return table([(shortened(row[0], room), *row[1:]) for row in rows], "lrrr")


def level(log10: float) -> float:
    """Height of a bar: 1 at nothing lost, 0 at the floor, full where it explodes."""
    if log10 != log10:
        return 0.0
    return min(1.0, max(0.0, 1 - log10 / FLOOR))


def show_next(results: Results, written: list[Path], screen: Screen) -> None:
    """Where the report is, and three commands worth typing now."""
    screen.line()
    for index, path in enumerate(written):
        screen.line(f"{'report' if index == 0 else '':<7}{path}")
    counts = results.meta["counts"]
    if counts["failed"]:
        show_failed(results, screen)
    for index, command in enumerate(suggestions(results)):
        screen.line(f"{'next' if index == 0 else '':<7}{command}")


def show_failed(results: Results, screen: Screen) -> None:
    """The most frequent reason, and where the others are told."""
    messages = Counter(p.message for p in results.points if p.status == "failed")
    message, number = messages.most_common(1)[0]
    reason = " ".join(message.split())
    screen.line(fold(f"failed {number} of {messages.total()}: {reason}", " " * 7))
    screen.line(f"       gradlab status {results.folder} tells all")


def suggestions(results: Results) -> list[str]:
    """What to type next, from what was swept."""
    if not any(point.measured for point in results.points):
        command = results.meta.get("command") or "gradlab sweep"
        return [f"gradlab status {results.folder}", f"{command} --retry-failed"]
    swept: dict[str, set[Any]] = {axis: set() for axis in ("cell", "input", *FINER)}
    for point in results.points:
        for axis, values in swept.items():
            values.add(point.params.get(axis))
    lines = [(f"gradlab report {results.folder} --open", "")]
    if swept["cell"] == {"rnn"}:
        lines.append(("gradlab sweep --cell rnn,lstm", "another cell beside it"))
    else:
        cell = "lstm" if "lstm" in swept["cell"] else sorted(swept["cell"])[0]
        own = _axes(results, cell)
        if own:
            wanted = min(own, key=lambda axis: len(swept[axis]) > FEW)
            asked = f"gradlab sweep --cell {cell} {FINER[wanted]}"
            lines.append((asked, "one axis, finer"))
    if all(str(name).startswith("gaussian") for name in swept["input"]):
        lines.append(("gradlab sweep --input text:yourfile.txt", "your own data"))
    return [f"{command:<50}{why}".rstrip() for command, why in lines]


def _axes(results: Results, cell: str) -> list[str]:
    """Axes worth a finer look that a cell has; one it lacks is None in its points."""
    points = [point.params for point in results.points if point.params["cell"] == cell]
    return [axis for axis in FINER if any(p.get(axis) is not None for p in points)]


FINER = {"forget_bias": "--forget-bias 0:6:1", "gain": "--gain 0.25:8:x2"}
FEW = 4
"""Values of an axis from which on it counts as swept finely."""


def summary(results: Results, written: list[Path], seconds: float) -> dict[str, Any]:
    """The same for a script."""
    from gradlab.report.inline import plain
    from gradlab.report.story import Story

    done = results.meta["counts"]["done"]
    story = Story(results) if done else None
    return {
        "folder": str(results.folder),
        "report": [str(path) for path in written],
        "seconds": round(seconds, 1),
        "counts": results.meta["counts"],
        "headline": [plain(line) for line in story.headline] if story else [],
        "sentences": [plain(line) for line in story.sentences] if story else [],
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
