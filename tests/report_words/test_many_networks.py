"""More networks than a figure can draw: what is drawn, said, tabled and left out."""

from __future__ import annotations

import math
import re
from functools import cache

import pytest

from gradlab.report import inline
from gradlab.report.blocks import Command, Details, Table, finding_of
from gradlab.report.document import compose
from gradlab.report.figures.curves import Curves
from gradlab.report.figures.dots import Dots
from gradlab.report.figures.heatmap import Heatmap
from gradlab.report.figures.panels import Panels
from gradlab.report.figures.scatter import Scatter
from gradlab.report.formulas import formulas_of
from gradlab.report.inline import escape_typst
from gradlab.report.pdf.source import TOO_MANY_ROWS, Source
from gradlab.report.sections import _own as own
from gradlab.report.sections import how_far
from gradlab.report.story import Story
from gradlab.report.top import table
from tests import made_up


DRAWN = 24
CELLS = (
    "gru",
    "gru:reset_before",
    "lstm",
    "lstm:coupled",
    "lstm:no_output_activation",
    "lstm:peephole",
)
BIASES = ("keep", -1.0, 0.5, 1.0, 2.0, 3.0, 4.0, "chrono")
GAINS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
NETWORKS = len(CELLS) * len(BIASES) * len(GAINS)


def spread_out(params):
    """Rates from far below zero to a little above, conveyors that fall short."""
    open_gate = BIASES.index(params["forget_bias"]) / len(BIASES)
    more = CELLS.index(params["cell"]) / 300 + math.log(params["gain"]) / 40
    rate = -0.5 * (1 - open_gate) + more
    conveyor = rate - 0.3 * open_gate * (params["gain"] != 1)
    return made_up.Behaviour(
        rate,
        noise=0.001,
        rank=1 + 10 * open_gate,
        conveyor=conveyor,
        detours=rate,
        no_cell_path=-2 + more,
        no_detours=conveyor,
    )


@cache
def many():
    networks = [(cell, bias) for cell in CELLS for bias in BIASES]
    asked = made_up.product(network=networks, gain=GAINS, length=(16, 64))
    return made_up.store({"sweep": asked}, spread_out)


@cache
def report():
    return compose(many())


def marks(data):
    """How many networks a figure draws."""
    match data:
        case Heatmap() | Dots():
            return len(data.rows)
        case Curves():
            return len(data.series)
        case Scatter():
            return len(data.points)
        case Panels():
            return max(marks(panel.data) for panel in data.panels)
    return 0


def all_networks(found):
    """The table of section 2 and what opens it."""
    folded = [b for b in found.chapters[1].blocks if isinstance(b, Details)]
    (tabled,) = [b for b in folded if isinstance(b.blocks[0], Table)]
    return tabled.blocks[0], tabled.summary


def test_no_figure_draws_more_networks_than_one_can_tell_apart():
    for chapter, figure in report().figures():
        assert chapter.name == "what_is" or 0 < marks(figure.data) <= DRAWN, figure.name


@pytest.mark.parametrize(
    "name",
    ["how-far", "length", "gain", "cuts", "predictors", "conveyor"],
)
def test_a_caption_says_how_many_were_left_out_and_where_they_are(name):
    figures = {figure.name: figure for _, figure in report().figures()}
    caption = inline.plain(figures[name].caption)
    found = re.search(r"(\d+) of (\d+) networks are drawn: .*?; (.*?)\.( |$)", caption)
    assert found is not None, caption
    assert int(found[1]) < int(found[2])
    assert found[3] == "all stand in the table of section 2"


def test_what_is_drawn_are_the_extremes_and_the_median():
    story = Story.of(many())
    rows = how_far.measured(story)
    drawn, _ = how_far.choose(rows, story.words("how_far"), story)
    sizes = sorted(row.size().ln for row in rows)
    shown = sorted(row.size().ln for row in drawn)
    assert (shown[0], shown[-1]) == (sizes[0], sizes[-1])
    middle = sizes[len(sizes) // 2]
    assert min(abs(size - middle) for size in shown) < 0.05 * abs(sizes[0] - sizes[-1])


def test_findings_speak_of_all_networks_not_of_those_drawn():
    story = Story.of(many())
    most = max(r.rate("no_cell_path").mean for r in story.main.rows)
    cuts = next(f for _, f in report().figures() if f.name == "cuts")
    kept = f"the most that is kept is {100 * math.exp(most):.0f} % a step"
    assert kept in cuts.takeaway
    predictors = next(c for c in report().chapters if c.name == "predictors")
    told = finding_of(predictors.blocks)
    hits, count = map(int, re.search(r"in (\d+) of (\d+) networks", told).groups())
    rates = [(r.rate().mean, r.rate("conveyor").mean) for r in story.main.rows]
    gaps = [abs(whole - conveyor) * 64 for whole, conveyor in rates]
    assert count == len(gaps) == NETWORKS
    assert 0 < hits == sum(gap < math.log(10) for gap in gaps) < NETWORKS


def test_the_table_of_all_networks_has_a_bound_and_says_so(monkeypatch):
    for module in (table, own, how_far):
        monkeypatch.setattr(module, "TABLED", 60)
    found = compose(many())
    tabled, summary = all_networks(found)
    assert len(tabled.rows) == 60
    assert summary == f"60 of {NETWORKS} networks"
    for notes in (tabled.notes, found.top.table.notes):
        assert any(n.endswith("`gradlab export` writes all.") for n in notes)
    ends = [row[-1].sort_value for row in tabled.row_list()]
    sizes = [row.size().ln for row in Story.of(many()).main.rows]
    assert (min(ends), max(ends)) == (min(sizes), max(sizes))
    for _, figure in found.figures():
        assert "section 2" not in figure.caption, figure.name


def test_up_to_the_bound_the_table_has_every_network():
    tabled, summary = all_networks(report())
    assert len(tabled.rows) == NETWORKS
    assert summary == f"All {NETWORKS} networks"


def test_print_leaves_a_very_long_table_to_the_page():
    found = report()
    source = Source(found, {}, formulas_of(found))
    tabled, _ = all_networks(found)
    assert len(tabled.rows) > TOO_MANY_ROWS
    rest = escape_typst(f"{NETWORKS} rows, in report.html.")
    assert rest in source.table(tabled)
    shorter = Table(tabled.columns, tabled.rows[:60], tabled.caption)
    rest = escape_typst("20 more rows in the HTML report.")
    assert rest in source.table(shorter)


def test_a_long_message_is_cut_in_the_page():
    long = "RuntimeError: " + "x" * 5_000
    points = made_up.lineup(made_up.RNN_ONLY, (16,))
    failed = made_up.store(points, status=lambda params: ("failed", long))
    found = compose(failed)
    tables = [b for b in found.top.blocks if isinstance(b, Table)]
    shown = tables[0].row_list()[0][1].text
    assert len(shown) < 400
    assert shown.endswith("…")


def test_an_axis_of_many_values_is_drawn_at_even_places_and_says_so():
    gains = [0.02 * k for k in range(1, 151)]
    networks = [(cell, "keep") for cell in CELLS[:3]]
    asked = made_up.product(network=networks, gain=gains, length=(16,))
    by_gain = lambda params: made_up.Behaviour(math.log(params["gain"]))  # noqa: E731
    document = compose(made_up.store({"sweep": asked}, by_gain))
    found = {figure.name: figure for _, figure in document.figures()}
    data = found["gain"].data
    assert len(data.columns) == own.COLUMNS
    assert (data.columns[0], data.columns[-1]) == ("0.02", "3")
    for values, (first, last) in zip(data.values, data.outlines, strict=True):
        room = [k for k, ln in enumerate(values) if abs(ln) <= math.log(1000)]
        assert room == list(range(first, last + 1))
    assert "Of 150 values along this axis 50 are drawn" in found["gain"].caption


def test_dots_of_many_values_are_thinned_too():
    gains = [0.02 * k for k in range(1, 151)]
    asked = made_up.product(network=(("rnn", None),), gain=gains)
    document = compose(made_up.store({"sweep": asked}))
    found = {figure.name: figure for _, figure in document.figures()}
    assert len(found["gain"].data.rows) == own.COLUMNS
    assert "150 values" in found["gain"].caption
    lengths = range(10, 210)
    asked = made_up.product(network=(("rnn", None),), length=lengths)
    document = compose(made_up.store({"sweep": asked}))
    found = {figure.name: figure for _, figure in document.figures()}
    assert len(found["length"].data.rows) == own.COLUMNS
    assert "200 values" in found["length"].caption


def test_print_leaves_a_command_that_no_line_can_hold_to_the_page():
    found = report()
    source = Source(found, {}, formulas_of(found))
    values = ",".join(f"{0.02 * k:g}" for k in range(1, 151))
    long = source.block(Command(f"gradlab sweep --gain {values}"))
    assert "0.04" not in long
    assert escape_typst("report.html") in long
    assert "--gain 1,2" in source.block(Command("gradlab sweep --gain 1,2"))
