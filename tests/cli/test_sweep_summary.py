"""What a finished sweep prints."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab.cli.screen import WIDTH, Screen, shortened
from gradlab.cli.sweep_summary import fitted_table, show_rows, suggestions
from gradlab.report.story import Story
from tests.made_up import CONTRADICTIONS, product, store


HEAD = ("network", "kept/step", "horizon", "left at T", "how it looks, lag 0..T")


@given(st.lists(st.text("abc ", min_size=1, max_size=90), min_size=1, max_size=4))
def test_numbers_are_never_cut(names):
    rows = [HEAD, *((name, "100.3 %", ">256", "10^-83", "#" * 20) for name in names)]
    head, *lines = fitted_table(rows)
    assert max(map(len, (head, *lines))) <= WIDTH
    for line in lines:
        assert "100.3 %" in line and ">256" in line and "10^-83" in line


def test_the_bars_give_way_before_a_name():
    name = "LSTM (candidate=relu, gate=hardsigmoid)"
    lines = fitted_table([HEAD, (name, "76.6 %", ">16", "0.014", "#" * 20)])
    assert lines[1].split() == [*name.split(), "76.6", "%", ">16", "0.014"]


@given(st.text(max_size=60), st.integers(8, 60))
def test_a_shortened_name_fits_and_keeps_its_ends(name, room):
    short = shortened(name, room)
    assert len(short) <= room
    if len(name) > room:
        assert "..." in short and name.startswith(short.split("...")[0])


@pytest.mark.parametrize(
    ("axes", "status", "expected", "absent"),
    [
        ({"network": (("rnn", None),)}, None, "--cell rnn,lstm", "--forget-bias"),
        ({"network": (("lstm", 1.0),)}, None, "--cell lstm --forget-bias", "rnn,lstm"),
        (
            {"network": (("lstm:no_forget", None),)},
            None,
            "--cell lstm:no_forget --gain",
            "--forget-bias",
        ),
        (
            {"network": [("lstm", float(b)) for b in range(6)]},
            None,
            "--cell lstm --gain",
            "--forget-bias",
        ),
        (
            {"network": (("lstm", 1.0),), "input": ("text:a.txt",)},
            None,
            "--forget-bias",
            "--input",
        ),
        (
            {"network": (("lstm", 1.0),)},
            lambda params: ("failed", "boom"),
            "gradlab status",
            "--open",
        ),
    ],
)
def test_what_to_type_next_follows_what_was_swept(axes, status, expected, absent):
    made = store({"sweep": product(**axes)}, status=status)
    made.folder = Path("reports/x")
    lines = "\n".join(suggestions(made))
    assert expected in lines
    assert absent not in lines


def test_ctrl_c_while_the_report_is_written_says_what_is_kept(sweep, monkeypatch):
    from gradlab.report import build

    def stop(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "render", stop)
    told = " ".join(sweep("--out=here", code=130).stderr.split())
    assert "stopped. " in told
    assert "points kept in here. The report is not written: gradlab report here" in told


def test_counts_of_training_stand_below_the_norms_where_they_fit(capsys, monkeypatch):
    made = CONTRADICTIONS["trained_beside"]()
    show_rows(Story.of(made), Screen(plain=True))
    head, *rows = capsys.readouterr().out.split("\n\n")[-1].strip().splitlines()
    assert head.split() == ["trained:", "succeeded", "lag:20", "lag:50"]
    assert [row.split()[0] for row in rows] == ["RNN", "GRU", *4 * ["LSTM"]]
    assert rows[0].split()[1:4] == ["8", "/", "8"]
    monkeypatch.setattr(Screen, "lines", 24)
    show_rows(Story.of(made), Screen(plain=True))
    assert "trained" not in capsys.readouterr().out
