"""``gradlab remedy``: what each remedy changes of one network, before and after."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli.options import json_option, load_now_option, screen_option
from gradlab.cli.screen import Screen
from gradlab.cli.users_code import users_code
from gradlab.cli.users_model import load_users_model, model_options, working
from gradlab.errors import ConfigError


if TYPE_CHECKING:
    from gradlab.api import RemedyComparison

OF_A_CELL = ("hidden", "features", "length", "init", "gain", "forget_bias")
OF_A_MODEL = (
    *("checkpoint", "unsafe_checkpoint", "batch", "shape", "loss", "device"),
    *("app_dir", "evaluation"),
)


@click.command("remedy")
@click.argument("network")
@click.option(
    "--remedy",
    "remedies",
    metavar="NAME,...",
    help="Remedies to try, as `gradlab list remedies` shows them, or all; by default "
    "those that make no updates.",
)
@click.option(
    "--hidden",
    type=click.IntRange(min=1),
    default=32,
    show_default=True,
    metavar="N",
    help="Units of a named cell.",
)
@click.option(
    "--features",
    type=click.IntRange(min=1),
    default=16,
    show_default=True,
    metavar="N",
    help="Width of its Gaussian inputs.",
)
@click.option(
    "--length",
    type=click.IntRange(min=2),
    default=128,
    show_default=True,
    metavar="N",
    help="Steps of its sequences.",
)
@click.option("--init", metavar="NAME", help="Draws its recurrent weights.")
@click.option("--gain", type=float, metavar="G", help="Multiplies them.")
@click.option(
    "--forget-bias", metavar="B", help="Of its keep gate: a number, or chrono."
)
@load_now_option
@model_options
@click.option(
    "--sequences",
    type=click.IntRange(min=1),
    default=4,
    show_default=True,
    metavar="N",
    help="Sequences whose Jacobian products are computed.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="Of all that is drawn: weights, inputs, remedies.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Also write a page, FILE.html, or the table, FILE.csv.",
)
@json_option
@screen_option
@click.pass_context
def command(
    ctx: click.Context,
    network: str,
    remedies: str | None,
    out: Path | None,
    as_json: bool,
    screen: Screen,
    **named: Any,
) -> None:
    """Measure what each remedy changes of one network, before any training.

    NETWORK is a cell as `gradlab list cells` shows it, drawn and fed with Gaussian
    noise; or a TARGET as in `gradlab diagnose`, WHERE:NAME of your own model, on your
    own batch. The same network is measured on the same sequences as it is and with each
    remedy: how far back a gradient reaches, its largest Lyapunov exponent lambda_1, how
    many singular values of the Jacobian product are above 1/1000. Each remedy claims
    something of lambda_1; where it did not come so, a line says it.

    Flossing and Pascanu's regulariser make updates of the weights, which take half a
    minute or more: they are tried where they are named, or by `--remedy all`.

    Exit codes: 0 done, 2 wrong usage, 3 what you named cannot be read, or your own code
    raised (with its traceback), 4 refused: nothing recurrent of torch.nn inside, or a
    replay unlike torch's own numbers; 130 stopped by Ctrl-C.

    \b
    Examples:
      gradlab remedy lstm --hidden 32 --length 128
      gradlab remedy rnn --gain 2 --remedy spectral_norm,gain
      gradlab remedy model.py:Net --batch data.py:batch --loss model.py:loss
    """
    from gradlab import catalog
    from gradlab.cli.remedy_text import answer

    screen = replace(screen, may_leave=True)
    _check_out(out)
    names = None
    if remedies is not None:
        names = [name.strip() for name in remedies.split(",") if name.strip()]
        for name in names:
            if name != "all":
                catalog.resolve("remedies", name)
        if not names:
            raise ConfigError(
                got=f"--remedy {remedies!r}",
                expected="names of remedies, or all",
                try_="--remedy chrono,orthogonal",
            )
    head, _, tail = network.partition(":")
    of_cell = head in catalog.names("cells") or not tail
    _refuse_misplaced(ctx, network, OF_A_MODEL if of_cell else OF_A_CELL, of_cell)
    measure = _of_cell if of_cell else _of_model
    found = measure(network, names, screen, named)
    written = [] if out is None else _written(found, out, screen)
    if as_json:
        screen.json(json.loads(found.as_json()) | {"files": written})
    else:
        for line in answer(found, written):
            screen.line(line)


def _check_out(out: Path | None) -> None:
    if out is not None and out.suffix not in (".html", ".csv"):
        raise ConfigError(
            got=f"--out {out}",
            expected="a file that ends in .html or .csv",
            try_=f"--out {out.with_suffix('.html')}",
        )


def _refuse_misplaced(
    ctx: click.Context, network: str, options: tuple[str, ...], of_cell: bool
) -> None:
    """Refuse options that say nothing of the kind of network that is named."""
    typed = click.core.ParameterSource.COMMANDLINE
    for param in ctx.command.params:
        if param.name in options and ctx.get_parameter_source(param.name) is typed:
            raise ConfigError(
                got=f"{param.opts[0]} with {network}",
                expected="a model of yours, WHERE:NAME"
                if of_cell
                else "a named cell, such as lstm",
                try_=f"without {param.opts[0]}",
            )


def _of_cell(
    network: str, names: list[str] | None, screen: Screen, named: dict[str, Any]
) -> RemedyComparison:
    """Build a cell, draw its weights and inputs, and compare."""
    from gradlab import cells, inputs
    from gradlab.arguments import whole_number
    from gradlab.config.validators import MAX_SEED

    seed = whole_number("--seed", named["seed"], 0, MAX_SEED, try_="0")
    length = named["length"]
    spec = cells.canonical(network)
    with working("measuring", screen):
        from gradlab import api
        from gradlab.initializers import initialize_
        from gradlab.numerics.threads import one_thread

        cell = cells.build(spec, named["features"], named["hidden"], seed=seed)
        given = {key: named[key] for key in ("init", "gain") if named[key] is not None}
        if named["forget_bias"] is not None:
            given["forget_bias"] = _bias(named["forget_bias"])
        initialize_(cell, seed=seed, length=length, **given)
        count, width = named["sequences"], named["features"]
        drawn = inputs.parse("gaussian").sequences(seed, count, length + 1, width)
        with one_thread():  # small matrices: several threads wait for each other
            found = api.compare_remedies(cell, drawn, remedies=names, seed=seed)
    words = [
        f"{key.replace('_', ' ')} {value if isinstance(value, str) else f'{value:g}'}"
        for key, value in given.items()
    ]
    network = ", ".join([f"{spec}, {cell.hidden_size} units", *words])
    return replace(
        found, network=network, inputs=found.inputs.replace(" ", " Gaussian ", 1)
    )


def _bias(text: str) -> str | float:
    """Return a bias as a number, where it is one."""
    try:
        return float(text)
    except ValueError:
        return text


def _of_model(
    network: str, names: list[str] | None, screen: Screen, named: dict[str, Any]
) -> RemedyComparison:
    """Load a user's model, and compare."""
    options = {key: named[key] for key in (*OF_A_MODEL, "seed")}
    loaded = load_users_model(network, screen, **options)
    from gradlab import api

    batch = loaded.words["batch"]
    with users_code(screen, batch), working("measuring", screen):
        found = api.compare_remedies(
            loaded.model,
            loaded.batch,
            loaded.loss,
            remedies=names,
            sequences=named["sequences"],
            seed=named["seed"],
        )
    words = [loaded.words["model"], loaded.words["checkpoint"]]
    return replace(found, network=", ".join(filter(None, words)), inputs=batch)


def _written(found: RemedyComparison, out: Path, screen: Screen) -> list[Path]:
    with working("writing", screen):
        return [found.report(out) if out.suffix == ".html" else found.export(out)]
