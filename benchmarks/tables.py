"""The ratio table as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.timing import FLOORS, OURS, USERS, Timed


RATIOS = (
    ("autograd, plain / gradlab", "autograd, plain", "gradlab"),
    ("autograd / gradlab", "autograd", "gradlab"),
    ("h alone / gradlab", "autograd, h alone", "gradlab"),
    ("jacrev, one call / gradlab", "jacrev, one call", "gradlab"),
    ("jacrev, plain / gradlab", "jacrev, plain", "gradlab"),
    ("jacrev / gradlab", "jacrev", "gradlab"),
    ("gradlab / floor", "gradlab", "floor"),
)


def milliseconds(found: Iterable[Timed]) -> str:
    """Return the medians, the run of the network in brackets."""
    routes = (OURS, *USERS, *FLOORS)
    rows = [
        [timed.case.name, *(_milliseconds(timed, route) for route in routes)]
        for timed in found
    ]
    return markdown(["case", *routes], rows)


def ratios(found: Iterable[Timed], *, forward: bool) -> str:
    """Return the ratios; ``forward`` counts the run of the network in."""
    rows = []
    for timed in found:
        parts = [timed.ratio(over, under, forward=forward) for _, over, under in RATIOS]
        rows.append([timed.case.name, *map(_times, parts)])
    return markdown(["case", *(name for name, *_ in RATIOS)], rows)


def errors(found: Iterable[Timed]) -> str:
    """Return the largest errors of gradlab's ln norms."""
    rows = [
        [timed.case.name, *(f"{error:.0e}" for error in timed.errors)]
        for timed in found
    ]
    return markdown(["case", "spectral", "Frobenius"], rows)


def sizes(found: Iterable[Timed]) -> str:
    """Return what each case is, and how many runs a median is of."""
    rows = []
    for timed in found:
        case, runs = timed.case, timed.runs.values()
        few = f"{min(runs)} to {max(runs)}" if min(runs) < max(runs) else f"{max(runs)}"
        lags = f"{case.sparse + 1}" if case.sparse else "all"
        facts = (
            *(case.name, case.cell, case.hidden, case.length, case.sequences),
            *(case.init, case.gain, case.forget_bias, lags, few),
        )
        rows.append([str(fact) for fact in facts])
    heads = "case cell H T B init gain bias lags runs".split()
    return markdown(heads, rows)


def _milliseconds(timed: Timed, route: str) -> str:
    if route not in timed.rest:
        return ""
    forward = timed.forward[route]
    run = f" ({forward:.3g})" if forward > 0.01 else ""
    return f"{_short(timed.rest[route])}{run}"


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:.3g}"


def markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return Markdown, in columns for the eye."""
    full = [[*row, *[""] * (len(heads) - len(row))] for row in rows]
    columns = list(zip(heads, *full, strict=True))
    widths = [max(2, *map(len, column)) for column in columns]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(line, widths) for line in (list(heads), rule, *full))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = (
        cell.rjust(width) if k else cell.ljust(width)
        for k, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"| {' | '.join([first, *rest])} |"
