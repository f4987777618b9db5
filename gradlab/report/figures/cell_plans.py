"""Where the parts of an LSTM, a GRU and an RNN stand in their drawings.

The wiring is that of ``gradlab.cells``, PyTorch's conventions: an LSTM's h_t comes
from c_t alone, a GRU resets after the product with its recurrent weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradlab.report.figures.cell_shapes import GAP, ROAD, VALVE, Pen


NARROWEST = {"lstm": 2.75, "gru": 2.35, "rnn": 2.2}
HEIGHT = {"lstm": 2.62, "gru": 1.78, "rnn": 0.78}
"""Units a drawing needs; an LSTM's may be higher."""

LEFT, RIGHT = 0.42, 0.27


def lstm(pen: Pen, wide: float, high: float, words: Mapping[str, str]) -> None:
    """Two roads: c straight above, h below, which c feeds through the output gate."""
    start, end = LEFT, wide - RIGHT
    span = end - start
    forget, told_in, join, told_out, out = (
        start + share * span for share in (0.17, 0.325, 0.5, 0.69, 0.815)
    )
    above, below = high - 0.5, 0.5
    candidate = below + 0.27 * (above - below) + 0.06
    valve_in = below + 0.66 * (above - below)
    tanh, valve_out = below + 0.69 * (above - below), below + 0.37 * (above - below)

    pen.road([(start, below), (join, below), (join, candidate - 0.12)], "h")
    pen.road([(join, candidate + 0.12), (join, above - 0.1)], "h")
    pen.road([(out, above - ROAD / 2), (out, below), (end, below)], "h")
    pen.road([(start, above), (end, above)], "c")
    _ends(pen, start, end, {"c": above, "h": below}, words)

    top, foot = below + ROAD / 2, valve_in
    pen.tell([(forget, top), (forget, above - VALVE - GAP)])
    pen.tell([(told_in, top), (told_in, foot), (join - VALVE - GAP, foot)])
    side = join + ROAD / 2
    pen.tell(
        [
            (side, below),
            (told_out, below),
            (told_out, valve_out),
            (out - VALVE - GAP, valve_out),
        ]
    )
    if pen.back:
        for y in (above, below):
            pen.token(end - 0.12, y, words["unit"])
    else:
        pen.enter([(start + 0.1, below - 0.34), (start + 0.1, below - ROAD / 2)])
        pen.write(start + 0.1, below - 0.42, words["x"], ha="center")

    pen.join(join, above)
    pen.valve((forget, above), "forget_gate", "we", words["forget_says"])
    pen.valve((join, valve_in), "input_gate", "sn", words["input_says"])
    pen.valve((out, valve_out), "output_gate", "sn", words["output_says"])
    pen.box(join, candidate, words["candidate"], words["candidate_says"])
    pen.box(out, tanh, words["tanh"], words["tanh_says"])

    pen.label(forget, above + 0.25, words["forget_gate"], "forget_gate", ha="center")
    right = VALVE + 0.06
    pen.label(join + right, valve_in, _lines(words["input_gate"]), "input_gate")
    pen.label(out + right, valve_out, _lines(words["output_gate"]), "output_gate")
    _name(pen, (join + end) / 2, above + 0.25, words["conveyor"], "conveyor")
    _name(pen, forget - 0.07, (above + below) / 2, words["detours"], "detours", "right")
    for x in ((forget + join) / 2, (join + out) / 2):
        pen.chevron(x, above)


def gru(pen: Pen, wide: float, high: float, words: Mapping[str, str]) -> None:
    """One road with a valve that lets through the old h or the candidate."""
    start, end = LEFT, wide - RIGHT
    span = end - start
    branch, told, reset, enters, turn = (
        start + share * span for share in (0.1, 0.26, 0.34, 0.54, 0.74)
    )
    above, below = high - 0.56, 0.36
    candidate = below + 0.47 * (above - below)

    pen.lane([(branch, above), (branch, below), (turn - 0.01, below)], "h")
    pen.road([(turn - 0.2, below), (turn, below), (turn, candidate - 0.12)], "h")
    pen.road([(turn, candidate + 0.12), (turn, above - VALVE * 1.15)], "h")
    pen.road([(start, above), (end, above)], "h")
    _ends(pen, start, end, {"h": above}, words)

    roof = above + 0.4
    pen.tell(
        [
            (told, above + ROAD / 2),
            (told, roof),
            (turn, roof),
            (turn, above + VALVE + GAP),
        ]
    )
    floor = 0.1
    pen.tell(
        [
            (branch, below - ROAD / 2),
            (branch, floor),
            (reset, floor),
            (reset, below - VALVE - GAP),
        ]
    )
    pen.enter([(enters, floor), (enters, below - ROAD / 2)])
    pen.write(enters + 0.06, floor, words["x"])

    pen.valve((turn, above), "update_gate", "wes", words["update_says"])
    pen.valve((reset, below), "reset_gate", "we", words["reset_says"])
    pen.box(turn, candidate, words["candidate"], words["candidate_says"])
    name, right, up = words["update_gate"], turn + 0.09, above + 0.24
    if 1.02 * pen.width(name) > wide - right:  # bold letters are wider
        name, right, up = _lines(name), turn + 1.15 * VALVE + 0.03, above + 0.31
    pen.label(right, up, name, "update_gate")
    pen.label(reset, below + 0.25, words["reset_gate"], "reset_gate", ha="center")
    pen.chevron((told + turn) / 2, above)


def rnn(pen: Pen, wide: float, high: float, words: Mapping[str, str]) -> None:
    """One road, all of it through the weights and tanh."""
    start, end = LEFT, wide - RIGHT
    middle, above = (start + end) / 2, high - 0.2
    pen.road([(start, above), (end, above)], "h")
    _ends(pen, start, end, {"h": above}, words)
    pen.enter([(middle, 0.14), (middle, above - 0.13)])
    pen.write(middle + 0.07, 0.14, words["x"])
    half = pen.box(middle, above, words["tanh_wh"], words["rnn_says"])
    pen.chevron((start + middle - half) / 2, above)
    pen.chevron((middle + half + end) / 2 - 0.06, above)


PLANS: dict[str, Callable[[Pen, float, float, Mapping[str, str]], None]] = {
    "lstm": lstm,
    "gru": gru,
    "rnn": rnn,
}


def _ends(
    pen: Pen,
    start: float,
    end: float,
    roads: Mapping[str, float],
    words: Mapping[str, str],
) -> None:
    for state, y in roads.items():
        pen.write(start - 0.05, y, words[f"{state}_before"], ha="right", fontweight=600)
        pen.write(end + 0.05, y, words[f"{state}_now"], fontweight=600)


def _name(pen: Pen, x: float, y: float, text: str, key: str, ha: str = "center"):
    colour = pen.style.ink if pen.style.grey else pen.style.look(key).colour
    pen.write(x, y, text, ha=ha, color=colour)


def _lines(text: str) -> str:
    return text.replace(" ", "\n", 1)
