"""The page on how long a step takes."""

from experiments.cell_times.measure import (
    FUSED,
    OWN,
    PASSES,
    PLAIN,
    WAYS,
    Case,
    Found,
    sizes,
)
from experiments.cell_times.operations import Size
from experiments.pages import page
from gradlab.report.blocks import (
    Cell,
    Chapter,
    Column,
    Document,
    Finding,
    HowToRead,
    Limits,
    Table,
)
from gradlab.report.numbers import listed, significant


QUESTION = "Is an LSTM slower than an RNN and a GRU?"
SHORT = {FUSED: "fused", PLAIN: "no oneDNN", OWN: "cell"}
QUIET = 1.0
"""Processes that may wait for a core besides, where times can be trusted."""


def tell(found: Found) -> Document:
    """Return the page."""
    return page(
        "cell_times",
        [against(found, "GRU"), against(found, "RNN")],
        [Chapter("times", QUESTION, _times(found))],
        measured=f"{found.machine}, {found.cores} cores · torch {found.torch} · "
        f"float32 · {found.steps} steps of {found.sequences} sequences",
        banner="RNN, GRU and LSTM at equal width and at equal parameter count, timed "
        "beside each other: torch.nn's fused modules, with oneDNN and without, and "
        "gradlab's cells, which take one step after the other.",
        sentences=[operations_sentence()],
    )


def against(found: Found, rival: str) -> str:
    """Say in how many settings the LSTM takes longer than another cell, or not."""
    longer, shorter, count = counted(found, rival)
    if longer == count:
        return f"The LSTM takes longer than the {rival} in all {count} settings."
    if shorter == count:
        return f"The LSTM takes less time than the {rival} in all {count} settings."
    said = _counts(longer, shorter, f"{count} settings", count, rival)
    return f"The LSTM takes {said}."


def by_way(found: Found, rival: str) -> str:
    """Say the same for each way of computing it."""
    parts = []
    for way in WAYS:
        longer, shorter, count = counted(found, rival, way)
        said = _counts(longer, shorter, str(count), count, rival)
        parts.append(f"{said} with {way}")
    return f"The LSTM takes {'; '.join(parts)}."


def counted(found: Found, rival: str, way: str = "") -> tuple[int, int, int]:
    """Return in how many settings the LSTM takes longer, shorter, and of how many.

    A ratio whose interval holds 1 is neither.
    """
    ratios = [
        found.ratio(*cases)
        for cases in settings(found, rival)
        if way in ("", cases[0].way)
    ]
    longer = sum(low > 1 for _, low, _ in ratios)
    return longer, sum(high < 1 for *_, high in ratios), len(ratios)


def _counts(longer: int, shorter: int, of: str, count: int, rival: str) -> str:
    words = [
        (f"longer than the {rival}", longer),
        ("less time" if longer else f"less time than the {rival}", shorter),
    ]
    parts = [f"{word} in {number}" for word, number in words if number]
    if not parts:
        return f"neither more nor less time than the {rival} for sure, in {of}"
    unsure = count - longer - shorter
    return f"{listed(parts)} of {of}" + (f" ({unsure} undecided)" if unsure else "")


def settings(found: Found, rival: str) -> list[tuple[Case, Case]]:
    """Return the LSTM's case and the other cell's, of each setting."""
    pairs = []
    for of_group in sizes().values():
        by_cell = {size.cell: size for size in of_group}
        for case in found.seconds:
            if case.size == by_cell["LSTM"]:
                pairs.append(
                    (case, Case(by_cell[rival], case.way, case.threads, case.part))
                )
    return pairs


def operations_sentence() -> str:
    """Say what a step costs by its formula."""
    parts = []
    for group, of_group in sizes().items():
        own = {size.cell: size.forward + size.backward for size in of_group}
        ratios = [own["LSTM"] / own[cell] for cell in ("RNN", "GRU")]
        parts.append(
            f"at {group} {significant(ratios[0])} times an RNN's and "
            f"{significant(ratios[1])} times a GRU's"
        )
    return (
        f"Counted in operations, a step of an LSTM forward and back is {listed(parts)}."
    )


def _times(found: Found) -> list:
    rounds = len(next(iter(found.seconds.values())))
    return [
        Finding(f"{by_way(found, 'GRU')} {by_way(found, 'RNN')}"),
        table(found),
        HowToRead(
            f"Each round runs every case once, in another order; a time is the median "
            f"of {rounds} rounds, in brackets the order statistics between which the "
            "true median lies in 95 of 100 such measurements. Sentences compare two "
            'cases within each round: "undecided" is a ratio whose interval holds 1.'
        ),
        Limits(
            f"{_load(found)}One machine and one size: with others other kernels win. "
            "gradlab's cells are made to be measured, and fill rows up to multiples of "
            "16, which is not counted here."
        ),
    ]


def _load(found: Found) -> str:
    worst = max(found.load)
    if not worst > found.cores + QUIET:
        return ""
    return (
        f"**The machine was not idle**: {significant(worst)} processes shared its "
        f"{found.cores} cores, so times with all threads say little. "
    )


def table(found: Found) -> Table:
    """Return times and operations, one row a size and way."""
    threads = list(dict.fromkeys(case.threads for case in found.seconds))
    columns = [(count, part) for count in threads for part in PASSES]
    every = list(dict.fromkeys(size for part in sizes().values() for size in part))
    rows = [
        [
            f"{size.cell} {size.hidden}",
            SHORT[way],
            *_counted(size),
            *(_time(found, Case(size, way, *of)) for of in columns),
        ]
        for way in WAYS
        for size in every
    ]
    heads = [
        Column(part, "right", f"µs a step, {count} thread{'s' * (count > 1)}")
        for count, part in columns
    ]
    equal = " and ".join(
        f"{listed([f'{size.cell} {size.hidden}' for size in of_group])} have {group}"
        for group, of_group in sizes().items()
    )
    return Table(
        [
            "cell, units",
            "way",
            Column("parameters", "right"),
            Column("operations", "right", "forward + back"),
            Column("functions", "right", "tanh, sigmoid"),
            *heads,
        ],
        rows,
        f"{found.machine}, {found.cores} cores; {listed([str(t) for t in threads])} "
        f"threads; torch {found.torch}.",
        "times",
        groups=range(0, len(rows), len(every)),
        notes=[
            f"{equal}. Ways: {listed([f'{SHORT[way]} is {way}' for way in WAYS])}.",
            "Operations and functions of one step of one sequence. Operations are "
            "those of the products with the weights, a multiplication and an addition "
            f"each; times are of one step of {found.sequences} sequences.",
        ],
    )


def _counted(size: Size) -> list[Cell]:
    both = f"{size.forward:,} + {size.backward:,}"
    return [
        Cell(f"{size.parameters:,}", size.parameters),
        Cell(both, size.forward + size.backward),
        Cell(f"{size.functions:,}", size.functions),
    ]


def _time(found: Found, case: Case) -> Cell:
    middle, low, high = (significant(v) for v in found.per_step(case))
    return Cell(f"{middle} [{low}, {high}]", found.per_step(case)[0])
