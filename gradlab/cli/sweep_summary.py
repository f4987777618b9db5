"""Print what a finished sweep found, where its report is and what to type next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradlab.cli.screen import WIDTH, Screen, columns, padded, shortened, table
from gradlab.runs.merge import sweep_command
from gradlab.shell_text import quote


if TYPE_CHECKING:
    from gradlab.report.blocks import Table
    from gradlab.report.story import Story
    from gradlab.store.results import Results

FLOOR = -12.0
"""Powers of ten at and below which a bar is empty, as in the report's curves."""

FINER = {"forget_bias": "--forget-bias 0:6:1", "gain": "--gain 0.25:8:x2"}
"""Axes that are suggested for a finer sweep, with the option to type."""

FEW = 4
"""Values of an axis above which it counts as swept finely."""

COUNTED, TALL = 8, 40
"""Trained networks of which a second table has room, in a terminal of so many lines."""


def show(
    results: Results,
    written: list[Path],
    seconds: float,
    screen: Screen,
    language: str = "en",
) -> None:
    """Print counts, the report's main sentences and rows, paths and next commands.

    In English where the screen takes ASCII only.
    """
    from gradlab.report.story import Story
    from gradlab.report.words import speaking

    language = "en" if screen.plain else language
    with speaking(language):
        screen.line(counts_line(results, seconds))
        if any(point.measured for point in results.points):
            story = Story(results, language)
            show_sentences(story, screen)
            show_rows(story, screen)
        show_next(results, written, screen, language)


def show_unchanged(
    results: Results, written: list[Path], screen: Screen, language: str = "en"
) -> None:
    """Print that nothing had to be computed."""
    from gradlab.report.words import say, speaking, spoken

    with speaking("en" if screen.plain else language):
        w, count = spoken("screen"), results.meta["counts"]["requested"]
        screen.line(say(w.UNCHANGED, count=count, file=written[0]))
        opened = f"gradlab report {quote(results.folder)}{_option(language)} --open"
        _show_labelled(w.NEXT, [opened], screen)


def counts_line(results: Results, seconds: float) -> str:
    """Return a line such as ``672 of 672 points, 0 failed, 51 s``."""
    from gradlab.report.numbers import duration
    from gradlab.report.words import say, spoken

    w, counts = spoken("screen"), results.meta["counts"]
    values = {name: counts[name] for name in ("done", "requested", "failed")}
    parts = [say(w.COUNTS, **values)]
    if counts["not_finite"]:
        parts.append(say(w.NOT_FINITE, count=counts["not_finite"]))
    return ", ".join([*parts, duration(seconds)])


def _option(language: str) -> str:
    return "" if language == "en" else f" --language {language}"


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
    from gradlab.report.top.table import odd_seeds
    from gradlab.report.words import say

    w = story.words("screen")
    if story.training_alone:
        _show_learned(story, screen)
        return
    lines: list[tuple[str, ...]] = [w.HEAD]
    for row in story.terminal_rows():
        cells = (plain(cell) for cell in (row.label, row.kept, row.horizon, row.left))
        lines.append((*cells, screen.bars([bar_height(x) for x in row.spark])))
    if len(lines) > 1:
        screen.line()
        for line in fitted_table(lines):
            screen.line(line)
        if story.more_rows:
            screen.line(say(w.MORE_ROWS, count=story.more_rows))
        words = story.words("top"), story.words("names")
        for note in odd_seeds(story.shown_rows(), *words):
            screen.paragraph(plain(note), "  ")
    if screen.lines >= TALL:
        _show_counts(story, screen)


def _show_learned(story: Story, screen: Screen) -> None:
    """Print the report's first table: how many runs of each network succeeded."""
    from gradlab.report.inline import plain
    from gradlab.report.top.learning import table as learned

    found = learned(story)
    if found is None:
        return
    screen.line()
    for line in narrowed_table(_plain_rows(found)):
        screen.line(line)
    for note in found.notes:
        screen.paragraph(plain(note), "  ")


def _show_counts(story: Story, screen: Screen) -> None:
    """Print of the same table how many runs succeeded, below that of norms."""
    from gradlab.report.top.learning import BEFORE
    from gradlab.report.top.learning import table as learned

    found = learned(story)
    if found is None or len(found.rows) > COUNTED:
        return
    head, *rows = (row[:-BEFORE] for row in _plain_rows(found))
    screen.line()
    for line in narrowed_table([(story.words("screen").TRAINED, *head[1:]), *rows]):
        screen.line(line)


def _plain_rows(found: Table) -> list[tuple[str, ...]]:
    """Return a table's head and rows as a terminal shows them."""
    from gradlab.report.inline import plain

    head = tuple(plain(column.text) for column in found.column_list())
    return [head, *(tuple(plain(c.text) for c in row) for row in found.row_list())]


def narrowed_table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the table's lines; where too wide, drop columns from the second on."""
    layout = "l" + "r" * (len(rows[0]) - 1)
    while len(layout) > 2 and max(map(columns, table(rows, layout))) > WIDTH:
        rows, layout = [(row[0], *row[2:]) for row in rows], layout[:-1]
    over = max(map(columns, table(rows, layout))) - WIDTH
    room = max(columns(row[0]) for row in rows) - max(0, over)
    return table([(shortened(row[0], room), *row[1:]) for row in rows], layout)


def fitted_table(rows: list[tuple[str, ...]]) -> list[str]:
    """Return the table's lines; where too wide, drop the bars, then shorten names."""
    lines = table(rows, "lrrrl")
    if max(map(columns, lines)) <= WIDTH:
        return lines
    rows = [row[:-1] for row in rows]
    over = max(map(columns, table(rows, "lrrr"))) - WIDTH
    room = max(columns(row[0]) for row in rows) - max(0, over)
    return table([(shortened(row[0], room), *row[1:]) for row in rows], "lrrr")


def bar_height(log10: float) -> float:
    """Return a bar's height: 0 at the floor or for NaN, 1 from nothing lost on."""
    if log10 != log10:
        return 0.0
    return min(1.0, max(0.0, 1 - log10 / FLOOR))


def show_next(
    results: Results, written: list[Path], screen: Screen, language: str = "en"
) -> None:
    """Print where the report is, why points failed, and commands to type next."""
    from gradlab.report.words import words

    w = words("en" if screen.plain else language, "screen")
    screen.line()
    _show_labelled(w.REPORT, [str(path) for path in written], screen)
    if results.meta["counts"]["failed"]:
        show_failed(results, screen)
    _show_labelled(w.NEXT, suggestions(results, language), screen)


def _show_labelled(label: str, lines: list[str], screen: Screen) -> None:
    """Print lines below each other, a label before the first."""
    for line in lines:
        screen.line(f"{padded(label, 7)}{line}")
        label = ""


def show_failed(results: Results, screen: Screen) -> None:
    """Print the most frequent reason for a failure, and the command that lists all."""
    messages = Counter(p.message for p in results.points if p.status == "failed")
    from gradlab.report.words import say, spoken

    message, number = messages.most_common(1)[0]
    w, reason = spoken("screen"), " ".join(message.split())
    text = say(w.FAILED, count=number, total=messages.total(), reason=reason)
    screen.paragraph(text, " " * 7)
    command = f"gradlab status {quote(results.folder)}"
    screen.line(" " * 7 + say(w.LISTS_ALL, command=command))


def suggestions(results: Results, language: str = "en") -> list[str]:
    """Return commands to type next, each with its purpose, from what was swept."""
    from gradlab.report.words import spoken

    if not any(point.measured for point in results.points):
        again = sweep_command(results.folder)
        status = f"gradlab status {quote(results.folder)}"
        return [status, f"{again} --retry-failed"]
    params = [point.params for point in results.points]
    opened = f"gradlab report {quote(results.folder)}{_option(language)} --open"
    lines = [(opened, "")]
    lines += _finer_sweep(params)
    if all(str(point.get("input")).startswith("gaussian") for point in params):
        lines.append(
            ("gradlab sweep --input text:yourfile.txt", spoken("screen").OWN_DATA)
        )
    width = max(len(command) for command, why in lines if why or len(lines) == 1)
    return [f"{command:<{width}}  {why}".rstrip() for command, why in lines]


def _finer_sweep(params: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Suggest another cell or, of an axis that a swept cell has, more values.

    Of training another epsilon, which decides what gradients are too small.
    """
    from gradlab.report.words import spoken

    w = spoken("screen")
    if all(point.get("task") is not None for point in params):
        task = max(params, key=lambda point: point["length"])["task"]
        listed = quote(",".join(dict.fromkeys(str(p["cell"]) for p in params)))
        command = f"gradlab sweep --task {quote(task)} --cell {listed}"
        epsilons = {point.get("epsilon") for point in params}
        if len(epsilons) == 1 and epsilons != {None}:
            return [(f"{command} --epsilon 1e-16", w.OTHER_EPSILON)]
        return [(f"{command} --learning-rate 0.003,0.03", w.OTHER_RATES)]
    cells = {point["cell"] for point in params}
    if cells == {"rnn"}:
        return [("gradlab sweep --cell rnn,lstm", w.SECOND_CELL)]
    cell = "lstm" if "lstm" in cells else min(cells)
    its = [point for point in params if point["cell"] == cell]
    # an axis that a cell lacks is None in its points
    own = [a for a in FINER if any(point.get(a) is not None for point in its)]
    if not own:
        return []
    axis = min(own, key=lambda a: len({point.get(a) for point in params}) > FEW)
    return [(f"gradlab sweep --cell {cell} {FINER[axis]}", w.FINER)]


def summary(
    results: Results, written: list[Path], seconds: float, language: str = "en"
) -> dict[str, Any]:
    """Return the same as data for JSON."""
    from gradlab.report.words import speaking

    with speaking(language):
        return _summary(results, written, seconds, language)


def _summary(
    results: Results, written: list[Path], seconds: float, language: str
) -> dict[str, Any]:
    from gradlab.report.inline import plain
    from gradlab.report.story import Story
    from gradlab.report.top import headline

    story = Story(results, language) if results.meta["counts"]["done"] else None
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
        "trained": _trained(story) if story else [],
    }


def _trained(story: Story) -> list[dict[str, Any]]:
    """Return counts of success by network and task."""
    from gradlab.report.evidence.learning import groups

    return [
        {
            "network": group.network.label,
            "task": group.task,
            "runs": group.total,
            "succeeded": group.count,
            "fell_back": group.fell_back,
        }
        for group in groups(story)
    ]
