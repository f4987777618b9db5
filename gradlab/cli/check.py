"""``gradlab check``: run the conformance suite on a user's own file."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gradlab.cli.options import json_option, screen_option
from gradlab.cli.screen import Screen, fold


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
    """Run the conformance suite on your own cells, activations, measures, ...

    FILE.py is what --load takes. Derivatives are compared with autograd, bits alone
    with bits in a group, metadata with what reports need. Exit code 1 when a check
    does not pass.
    """
    from gradlab.api import check_file

    failed = 0
    outcomes = []
    for file in files:
        for outcome in check_file(file):
            failed += not outcome.passed
            outcomes.append(asdict(outcome))
            if not as_json:
                show(outcome, screen)
    if as_json:
        screen.line(json.dumps(outcomes, indent=2))
    else:
        screen.line()
        screen.line(f"{len(outcomes)} checks, {failed} failed")
        if not failed:
            leaves = dict.fromkeys((o["kind"], o["leaf"]) for o in outcomes)
            screen.line(f"next   {sweep_of(files, leaves)}")
    ctx.exit(1 if failed else 0)


def sweep_of(files: Iterable[Path], leaves: Iterable[tuple[str, str]]) -> str:
    """Return the command that sweeps with these leaves, given as (kind, name).

    Sections and measures take part in every sweep; a costly measure when it is named.
    """
    from gradlab import catalog
    from gradlab.cli.registry_tables import OPTIONS, usage

    leaves = list(leaves)
    words = ["gradlab", "sweep"]
    if any(catalog.external_source(*leaf) is not None for leaf in leaves):
        words += [word for file in files for word in ("--load", shlex.quote(str(file)))]
    for kind, option in OPTIONS.items():
        chosen = [
            usage(kind, name).partition("[")[0]
            for of, name in leaves
            if of == kind
            and catalog.metadata(kind, name).get("costly", kind != "measures")
        ]
        if chosen:
            words += [option, ",".join(chosen)]
    return " ".join(words)


def show(outcome: Outcome, screen: Screen) -> None:
    """Print a line per check, and below a failed one what was got and expected."""
    word = "ok" if outcome.passed else "FAILED"
    screen.line(fold(f"{word:<7}{outcome.leaf}: {outcome.title}", " " * 7))
    if not outcome.passed:
        screen.line(fold(f"       got {outcome.got}", " " * 7))
        screen.line(fold(f"       expected {outcome.expected}", " " * 7))
