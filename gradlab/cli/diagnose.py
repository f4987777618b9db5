"""``gradlab diagnose``: what the gradient does in a user's own model, and why."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli.errors import FAILED
from gradlab.cli.options import comma_list, json_option, screen_option
from gradlab.cli.report import open_in_browser
from gradlab.cli.screen import Screen, fold
from gradlab.cli.users_code import users_code
from gradlab.cli.users_model import load_users_model, model_options, working
from gradlab.shell_text import quote


if TYPE_CHECKING:
    from gradlab.api import Diagnosis
    from gradlab.cli.diagnose_report import ReportFolder

FAILS = ("vanishing", "exploding", "dead", "nonfinite", "unknown")


@click.command("diagnose")
@click.argument("target")
@model_options
@click.option(
    "--sequences",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    metavar="N",
    help="Sequences of the batch whose Jacobian products are computed.",
)
@click.option(
    "--no-remedies", is_flag=True, help="Try no remedies, which takes half the time."
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Of all that is drawn: untrained weights, dropout, random inputs, remedies.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of the report; by default reports/NAME, named after TARGET and "
    "options.",
)
@click.option(
    "--format",
    "formats",
    metavar="NAME,...",
    default="html,pdf",
    show_default=True,
    callback=comma_list("html", "pdf", "none"),
    help="Files of the report: html, pdf; none writes nothing.",
)
@click.option("--open", "show", is_flag=True, help="Open it in a browser afterwards.")
@click.option(
    "--fail-on",
    metavar="NAME,...",
    callback=comma_list(*FAILS),
    help=f"Exit code 1 where one of these is found: {', '.join(FAILS)}.",
)
@json_option
@screen_option
@click.pass_context
def command(
    ctx: click.Context,
    target: str,
    out: Path | None,
    formats: list[str],
    show: bool,
    fail_on: list[str],
    as_json: bool,
    screen: Screen,
    **named: Any,
) -> None:
    """Diagnose your own PyTorch model on your own batch, unmodified.

    TARGET is WHERE:NAME, of a Module, or of a class or function that gives one when
    called without arguments; WHERE is a file or a module that Python can import:
    model.py:build, package.model:Net. An nn.RNN, nn.LSTM, nn.GRU or a Cell of them
    anywhere inside is measured at every step: how far back the gradient reaches beside
    the length of your sequences, why no further, and what each remedy changes. Nothing
    of the model is changed. A report says more than the screen.

    The model is given a batch as forward takes it: a tensor whole, of a tuple as many
    of the first elements as it has parameters, a dict by their names. The loss gets
    the whole batch.

    Exit codes: 0 done, 1 --fail-on met, 2 wrong usage, 3 what you named cannot be read,
    or your own code raised (with its traceback), 4 refused: nothing recurrent of
    torch.nn inside, or a replay unlike torch's own numbers; 130 stopped by Ctrl-C.

    \b
    Examples:
      gradlab diagnose model.py:Net --input 32x100x16
      gradlab diagnose model.py:build --batch data.py:batch --loss model.py:loss
      gradlab diagnose app.model:Net --checkpoint model.pt --batch batch.pt
    """
    from gradlab.cli.diagnose_report import ReportFolder, given_options, name
    from gradlab.cli.diagnose_text import answer

    screen = replace(screen, may_leave=True)
    given = given_options(ctx.command, named)
    report = None
    if "none" not in formats:
        folder = out or Path("reports") / name(target, given)
        report = ReportFolder(folder, target, given)
        report.refuse_others(formats)
    found = diagnosed(target, screen, **named)
    files = [] if report is None else written(found, report, formats, screen)
    met = failures(found, fail_on)
    if as_json:
        screen.json(json.loads(found.as_json()) | {"files": files})
    else:
        for line in answer(found, files, advice(target, named, fail_on)):
            screen.line(line)
    if met:
        screen.note(fold(f"exit code {FAILED}: {', '.join(met)}"))
    if show and files:
        open_in_browser(files[0], screen)
    ctx.exit(FAILED if met else 0)


def diagnosed(
    target: str,
    screen: Screen,
    *,
    sequences: int,
    no_remedies: bool,
    seed: int,
    **named: Any,
) -> Diagnosis:
    """Load what the command line names, and diagnose it.

    Raises:
        Failure: one of :mod:`gradlab.cli.users_code`.
        ConfigError: options that do not fit each other, and wrong values.
    """
    loaded = load_users_model(target, screen, seed=seed, **named)
    from gradlab import api

    words = loaded.words
    with users_code(screen, words["batch"]), working("measuring", screen):
        found = api.diagnose(
            loaded.model,
            loaded.batch,
            loaded.loss,
            sequences=sequences,
            remedies=not no_remedies,
            seed=seed,
            trained=loaded.trained,
        )
    return replace(
        found,
        model=words["model"],
        checkpoint=words["checkpoint"],
        batch=words["batch"],
        loss=words["loss"],
    )


def written(
    found: Diagnosis, report: ReportFolder, formats: list[str], screen: Screen
) -> list[Path]:
    """Write the report into its folder; return its files."""
    paths = [report.folder / f"report.{form}" for form in formats]
    with working("writing the report", screen):
        # both are drawn once
        files = found.report(report.folder if len(paths) > 1 else paths[0])
    report.add(files)
    return files


def failures(found: Diagnosis, fail_on: list[str]) -> list[str]:
    """Return what was found of ``--fail-on``, with the layers."""
    words = {"": "unknown", "undetermined": "unknown", "not_finite": "nonfinite"}
    places: dict[str, dict[str, None]] = {name: {} for name in fail_on}
    kinds = [(words.get(word, word), layer) for layer, word in found.verdicts.items()]
    kinds += [(finding.kind, finding.where) for finding in found.findings]
    for kind, where in kinds:
        if kind in places:
            places[kind][where] = None
    return [f"{name} in {', '.join(at)}" for name, at in places.items() if at]


def advice(target: str, named: dict[str, Any], fail_on: list[str]) -> str:
    """Return which option tells more than the command as it was typed.

    >>> advice("net.py:Net", {"shape": "32x100x16"}, [])
    '--batch net.py:batch in place of --input measures your own data'
    """
    where = target.rpartition(":")[0]
    if named["shape"]:
        batch = quote(f"{where}:batch")
        return f"--batch {batch} in place of --input measures your own data"
    if not named["loss"]:
        loss = quote(f"{where}:loss")
        return f"--loss {loss} measures the loss that you train with"
    if not named["checkpoint"]:
        return "--checkpoint model.pt measures the same once trained"
    if not fail_on:
        return "--fail-on vanishing,exploding gives exit code 1, for a script"
    return "--json gives the numbers"
