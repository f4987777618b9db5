"""The page on little data and much."""

import math

import numpy as np

from experiments.little_data.measure import (
    BIASES,
    CELLS,
    LEARNING_RATES,
    Found,
    difference,
    interaction,
)
from experiments.pages import page
from gradlab.report.blocks import (
    Cell,
    Chapter,
    Column,
    Document,
    Figure,
    Finding,
    HowToRead,
    Limits,
    Table,
)
from gradlab.report.figures.curves import Curves, Series
from gradlab.report.figures.panels import Panel, Panels
from gradlab.report.numbers import MINUS, listed, percent, significant
from gradlab.statistics import interval


QUESTION = "Is a GRU better with little data, an LSTM with much?"
GAP = "LSTM less GRU"
KEYS = {"GRU": "gru_1", "LSTM": "lstm_1", GAP: "total"}


def tell(found: Found) -> Document:
    """Return the page."""
    seeds = len(found.right["LSTM"])
    return page(
        "little_data",
        [verdict(found), interaction_sentence(found)],
        [Chapter("little-data", QUESTION, _blocks(found))],
        measured=f"digits:rows, {listed([f'{n:,}' for n in found.counts])} images · "
        f"{seeds} seeds · {found.updates:,} updates",
        banner=f"GRU and LSTM, {_size(found, 'GRU')} and {_size(found, 'LSTM')}, read "
        "images of digits row by row. Learning rate and keep gate's bias are tuned for "
        "each, with each number of images, on other seeds.",
        sentences=[ends_sentence(found), scale_sentence(found)],
    )


def _size(found: Found, cell: str) -> str:
    return f"{found.hidden[cell]} units with {found.parameters[cell]:,} parameters"


def verdict(found: Found) -> str:
    """Say whether the claim shows, by the interaction and by both ends."""
    _, low, high = interaction(found.right, found.counts)
    ends = difference(found.right)
    little, much = ends[0], ends[-1]
    if math.isnan(low):
        return "Too few seeds to say whether data decide between GRU and LSTM."
    if low > 0:
        if little[2] < 0 < much[1]:
            return "It shows: the GRU is better with little data, the LSTM with much."
        return (
            "Half of it shows: more data help the LSTM more than the GRU, but not so "
            "that the GRU is better with the least and the LSTM with the most."
        )
    if high < 0:
        return "It is the other way round: more data help the GRU more than the LSTM."
    return (
        "It does not show: that more data help one of GRU and LSTM more than the other "
        "is within chance."
    )


def interaction_sentence(found: Found) -> str:
    """Say the interaction with its interval, in points of the share right."""
    mean, low, high = (100 * v for v in interaction(found.right, found.counts))
    said = (
        f"With ten times the images the LSTM gains {_points(mean)} percentage points "
        f"on the GRU"
    )
    if math.isnan(low):
        return f"{said}; from so few seeds there is no interval."
    return f"{said}, 95 % interval {_points(low)} to {_points(high)}."


def ends_sentence(found: Found) -> str:
    """Say who is better with the fewest and with the most images."""
    parts = []
    for place in (0, -1):
        mean, low, high = (100 * v for v in difference(found.right)[place])
        who = "the LSTM" if low > 0 else "the GRU" if high < 0 else "neither surely"
        parts.append(
            f"with {found.counts[place]:,} images {who} (LSTM less GRU {_points(mean)} "
            f"points, {_points(low)} to {_points(high)})"
        )
    return f"Better is {listed(parts)}."


def scale_sentence(found: Found) -> str:
    """Say whether log odds, which have no ceiling, say the same."""
    shares = _sign(interaction(found.right, found.counts))
    mean, low, high = interaction(found.log_odds, found.counts)
    same = _sign((mean, low, high)) == shares
    return (
        f"In log odds, which do not run out of room near 100 %, the same gain is "
        f"{_points(mean)}, {_points(low)} to {_points(high)}: "
        + ("the same verdict." if same else "another verdict, so the scale decides.")
    )


def _sign(of: tuple[float, float, float]) -> int:
    _, low, high = of
    return int(low > 0) - int(high < 0)


def _points(value: float) -> str:
    """A signed number: +0.42, −1.3; – where there is none."""
    sign = "+" if value > 0 else MINUS if value < 0 else ""
    return sign + significant(abs(value))


def _blocks(found: Found) -> list:
    seeds = len(found.right["LSTM"])
    return [
        Finding(f"{verdict(found)} {interaction_sentence(found)}"),
        Figure(
            name="little-data",
            data=_curves(found),
            alt=f"{verdict(found)} Curves of images right by the number trained on.",
            caption=f"Left, how many of {found.judged} images that were never trained "
            f"on are right after {found.updates:,} updates; right, the difference of "
            f"the two networks of a seed. Bands: 95 % t intervals over {seeds} seeds.",
        ),
        HowToRead(
            "If the claim held, the difference would rise from below 0 to above it. "
            "The interaction is its slope by log10 n: for each seed one slope by least "
            "squares, of these the mean and its t interval. A seed's two networks read "
            "the same batches."
        ),
        table(found),
        Limits(_limits(found)),
    ]


def _curves(found: Found) -> Panels:
    """Shares right on the left, their difference on the right, both in percent."""
    shares = {cell: [interval(v) for v in 100 * found.right[cell].T] for cell in CELLS}
    gap = [tuple(100 * v for v in of) for of in difference(found.right)]
    left = [_series(found, cell, values) for cell, values in shares.items()]
    return Panels(
        [
            _panel("images right", left, "percent right"),
            _panel("difference", [_series(found, GAP, gap)], f"{GAP}, points"),
        ],
        columns=2,
        share_y=False,
    )


def _panel(title: str, series: list[Series], y_label: str) -> Panel:
    data = Curves(
        series,
        "images to train on",
        y_label,
        scale="linear",
        x_log2=True,
        x_name="images",
    )
    return Panel(title, data)


def _series(found: Found, name: str, values: list[tuple[float, ...]]) -> Series:
    mean, low, high = np.array(values).T.tolist()
    band = {} if np.isnan(low).any() else {"low": low, "high": high}
    return Series(name, KEYS[name], [float(n) for n in found.counts], mean, **band)


def table(found: Found) -> Table:
    """Return shares, differences and what was chosen, one row a number of images."""
    rows = []
    for place, count in enumerate(found.counts):
        mean, low, high = (100 * v for v in difference(found.right)[place])
        row: list[Cell | str] = [Cell(f"{count:,}", count)]
        for cell in CELLS:
            row.append(_share(interval(found.right[cell][:, place])))
        row.append(Cell(f"{_points(mean)} [{_points(low)}, {_points(high)}]", mean))
        for cell in CELLS:
            one = found.chosen[cell, count]
            row.append(f"{one.learning_rate:g}, {one.bias}")
        rows.append(row)
    return Table(
        [
            Column("images", "right"),
            *(Column(cell, "right", "share right") for cell in CELLS),
            Column("LSTM less GRU", "right", "points, 95 % interval"),
            *(Column(cell, "left", "learning rate, bias") for cell in CELLS),
        ],
        rows,
        "Means over seeds with 95 % t intervals, and what each cell was tuned to.",
        "little-data",
        notes=[
            f"Tried: learning rates {listed([f'{v:g}' for v in LEARNING_RATES])}; keep "
            f"gate's bias {listed([str(v) for v in BIASES])} (keep: as PyTorch draws "
            f"it), with {found.tuning_seeds} "
            f"seed{'s' * (found.tuning_seeds > 1)} not among the others.",
            edge_note(found),
        ],
    )


def _share(of: tuple[float, float, float]) -> Cell:
    mean, low, high = of
    if math.isnan(low):
        return Cell(percent(mean), mean)
    return Cell(f"{percent(mean)} [{percent(low)}, {percent(min(high, 1.0))}]", mean)


def edge_note(found: Found) -> str:
    """Say how often the best setting was the last one tried."""
    ends = (LEARNING_RATES[0], LEARNING_RATES[-1])
    edges = sum(one.learning_rate in ends for one in found.chosen.values())
    return (
        f"In {edges} of {len(found.chosen)} cases the best learning rate is the lowest "
        "or highest one tried."
        if edges
        else "No best learning rate is the lowest or highest one tried."
    )


def _limits(found: Found) -> str:
    return (
        "One small set of images and 8 steps, where little has to be remembered; the "
        "same images for every seed, so intervals are over weights and batches alone. "
        "Settings are chosen by the images that judge, with other seeds, which favours "
        "both cells alike. Every network has as many updates, however many images."
    )
