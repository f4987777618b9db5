"""``gradlab check``: run the conformance suite on a user's own file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli.errors import FAILED
from gradlab.cli.options import json_option, screen_option
from gradlab.cli.screen import Screen
from gradlab.shell_text import quote


if TYPE_CHECKING:
    from gradlab.check import Outcome


@click.command("check")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE.py...",
    type=click.Path(path_type=Path),
)
@json_option
@screen_option
@click.pass_context
def command(
    ctx: click.Context, files: tuple[Path, ...], as_json: bool, screen: Screen
) -> None:
    """Run the conformance suite on what your own files define.

    FILE.py is what --load takes: cells, activations, measures, ... Derivatives are
    compared with autograd, bits alone with bits in a group, metadata with what
    reports need. An error in the first check ends those of its leaf: the others would
    meet it too. Exit code 1 when a check does not pass.
    """
    from gradlab.api import check_file

    outcomes = []
    for file in files:
        for outcome in check_file(file):
            outcomes.append(outcome)
            if not as_json:
                show(outcome, screen)
    failed = sum(not outcome.passed for outcome in outcomes)
    if as_json:
        screen.json([asdict(outcome) for outcome in outcomes])
    else:
        screen.line()
        plural = "" if len(outcomes) == 1 else "s"
        screen.line(f"{len(outcomes)} check{plural}, {failed} failed")
        if not failed:
            leaves = dict.fromkeys((one.kind, one.leaf) for one in outcomes)
            screen.line(f"next   {sweep_of(files, leaves)}")
    ctx.exit(FAILED if failed else 0)


def sweep_of(files: Iterable[Path], leaves: Iterable[tuple[str, str]]) -> str:
    """Return the command that sweeps with these leaves, given as (kind, name).

    Sections and measures take part in every sweep; a costly measure when it is named.
    """
    from gradlab import catalog
    from gradlab.cli.registry_tables import OPTIONS, usage

    leaves = list(leaves)
    words = ["gradlab", "sweep"]
    if any(catalog.external_source(*leaf) is not None for leaf in leaves):
        words += [word for file in files for word in ("--load", quote(file))]
    for kind, option in OPTIONS.items():
        chosen = [
            usage(kind, name).partition("[")[0]
            for of, name in leaves
            if of == kind
            and catalog.metadata(kind, name).get("costly", kind != "measures")
        ]
        if chosen:
            words += [option, quote(",".join(chosen))]
    return " ".join(words)


def show(outcome: Outcome, screen: Screen) -> None:
    """Print a line per check, and below a failed one what was got and expected."""
    word = "ok" if outcome.passed else "FAILED"
    screen.paragraph(f"{word:<7}{outcome.leaf}: {outcome.title}", " " * 7)
    if not outcome.passed:
        screen.paragraph(f"       got {outcome.got}", " " * 7)
        screen.paragraph(f"       expected {outcome.expected}", " " * 7)
