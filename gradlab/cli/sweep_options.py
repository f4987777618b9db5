"""Options of ``gradlab sweep``: its axes, settings of all points, and execution."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from pathlib import Path
from typing import Any

import click

from gradlab.arguments import some
from gradlab.axes import AXES
from gradlab.errors import ConfigError
from gradlab.shell_text import quote


class Section(click.Option):
    """Option that the help lists under a heading of its own."""

    heading: str


class Once(Section):
    """Option that says what is measured: given twice, one of the two would be lost."""

    def __init__(self, names: Sequence[str], **settings: Any) -> None:
        super().__init__(names, multiple=True, **settings)

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        """Return the value, None where there is none; refuse several.

        Raises:
            ConfigError: with the list that means all of them.
        """
        given = super().process_value(ctx, value)
        if len(given) > 1:
            option, values = self.opts[0], [str(one) for one in given]
            listed = ",".join(values) if ",..." in str(self.metavar) else values[-1]
            raise ConfigError(
                got=f"{option} {len(given)} times, with {some(values)}",
                expected=f"{option} once",
                try_=f"{option} {quote(listed)}",
            )
        return given[0] if given else None


class Axis(Once):
    """An axis: one value or several."""

    heading = "Axes"


class Setting(Once):
    """A setting that holds for all points of a sweep."""

    heading = "Settings of all points"


class Execution(Section):
    """How a sweep is executed; such an option changes no number."""

    heading = "Execution, which changes no number"


class SweepCommand(click.Command):
    """Command whose help lists its options by section."""

    def format_options(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """Write the options under their headings."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                heading = getattr(param, "heading", "Other options")
                sections.setdefault(heading, []).append(record)
        for heading, records in sections.items():
            with formatter.section(heading):
                formatter.write_dl(records, col_max=26)


def option_of_one(name: str, heading: str) -> click.Option:
    """Return an axis or setting of a sweep as an option of one network.

    Args:
        name: of the parameter, ``forget_bias``.
        heading: in the help.
    """
    (option,) = (p for p in SWEEP_OPTIONS if p.name == name and isinstance(p, Section))
    option = copy(option)
    option.heading = heading
    if isinstance(option.metavar, str):
        option.metavar = option.metavar.removesuffix(",...")
    return option


_POSITIVE = click.IntRange(min=1)
_NOT_NEGATIVE = click.IntRange(min=0)

SWEEP_OPTIONS: list[click.Parameter] = [
    *(
        Axis([axis.option, axis.name], metavar=axis.metavar, help=axis.help)
        for axis in AXES
    ),
    Setting(
        ["--seeds"], metavar="COUNT|LIST", help="A count, or a list such as 0,3,7."
    ),
    Setting(
        ["--first-seed"],
        type=_NOT_NEGATIVE,
        metavar="N",
        help="Count seeds from here: the same again with other random numbers.",
    ),
    Setting(
        ["--sequences"],
        type=_POSITIVE,
        metavar="N",
        help="Sequences per point; 4 by default.",
    ),
    Setting(
        ["--features"],
        type=_POSITIVE,
        metavar="N",
        help="Width of the input; 64 by default; a file has its own.",
    ),
    Setting(
        ["--burn-in"],
        type=_NOT_NEGATIVE,
        metavar="N",
        help="Steps run before the measured stretch.",
    ),
    Setting(
        ["--initial-state"],
        type=click.Choice(["zero", "gaussian"]),
        help="Where a trajectory starts, unless the cell has a start of its own.",
    ),
    Setting(
        ["--measure", "measures"],
        metavar="NAME,...",
        help="Measure only these; see: gradlab list measures.",
    ),
    Setting(
        ["--thresholds"],
        metavar="A,B,C,D",
        help="Where vanishing ends, stable starts and ends, exploding starts.",
    ),
    Setting(
        ["--optimizer"],
        metavar="NAME",
        help="adam, rmsprop or sgd, for a task; adam by default.",
    ),
    Setting(
        ["--batch"],
        type=_POSITIVE,
        metavar="N",
        help="Sequences of an update; the task's own number by default.",
    ),
    Setting(
        ["--clip"],
        metavar="NORM",
        help="Largest norm of each network's gradient; 1 by default; none.",
    ),
    Setting(
        ["--updates"],
        type=_POSITIVE,
        metavar="N",
        help="Updates of a training; 1,000 by default.",
    ),
    Setting(
        ["--success"],
        type=float,
        metavar="SCORE",
        help="Score from which a task is learned; the task's own by default.",
    ),
    Setting(
        ["--measure-at"],
        metavar="N,...",
        help="Measure after so many updates; geometric by default: 0, 1, 2, 4, ...",
    ),
    Setting(
        ["--weights"],
        metavar="FILE",
        help="The network's weights, a state_dict of torch.save, for one --cell.",
    ),
    Setting(["--device"], metavar="NAME", help="cpu or cuda, as torch names it."),
    Execution(
        ["--jobs"],
        type=_POSITIVE,
        metavar="N",
        help="Worker processes, one thread each; all cores by default.",
    ),
    Execution(
        ["--scheduler"],
        metavar="ADDRESS|FILE",
        help="Compute on a Dask cluster: tcp://HOST:8786, or its scheduler file.",
    ),
    Execution(
        ["--timeout-per-point"],
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        help="Stop a point that takes longer, and record it as failed.",
    ),
    Execution(
        ["--memory"],
        metavar="SIZE",
        help="Memory of all workers together, as in 8GB.",
    ),
    Execution(
        ["--log"],
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Append each event to FILE, one JSON object a line.",
    ),
    Execution(
        ["--verify/--no-verify"],
        default=True,
        show_default=True,
        help="Compare closed forms with autograd on one point of each kind.",
    ),
    Execution(["--retry-failed"], is_flag=True, help="Compute failed points again."),
    Execution(["--yes", "-y"], is_flag=True, help="Run even a very large sweep."),
]
