"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from gradlab.cli.screen import Screen, prints_to_stderr


F = TypeVar("F", bound=Callable[..., Any])


folder_argument = click.argument(
    "folder",
    metavar="[DIR]",
    type=click.Path(path_type=Path),
    default="reports/default",
)


def _load_files(
    ctx: click.Context, param: click.Parameter, files: tuple[Path, ...]
) -> None:
    from gradlab import catalog

    with prints_to_stderr():
        for file in files:
            catalog.load_file(file)


load_option = partial(
    click.option,
    "--load",
    multiple=True,
    metavar="FILE.py",
    type=click.Path(path_type=Path),
    help="Also use the cells, activations, measures, claims, ... of this file.",
)
"""Add ``--load``; a sweep gets the files, since its workers load them too."""

load_now_option = load_option(callback=_load_files, expose_value=False)
"""Add ``--load`` to a command without workers: the files are loaded at once."""

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as JSON."
)


def screen_option(command: F) -> F:
    """Add ``--plain`` and pass the command its ``screen``."""

    @click.option("--plain", is_flag=True, help="ASCII only, no colour, no animation.")
    @wraps(command)
    def with_screen(*args: Any, plain: bool, **options: Any) -> Any:
        with prints_to_stderr():
            return command(*args, screen=Screen.now(plain), **options)

    return with_screen  # type: ignore[return-value]


def language_option(text: str) -> Callable[[F], F]:
    """Add ``--language``, in which a report is written; English by default."""
    return click.option(
        "--language",
        type=click.Choice(["en", "ko"]),
        default="en",
        show_default=True,
        help=f"{text} en: English. ko: Korean, in files named .ko.",
    )


def formats_option(*known: str, text: str) -> Callable[[F], F]:
    """Add ``--format``, a comma list of known names, as ``formats``; all by default."""
    return click.option(
        "--format",
        "formats",
        metavar="NAME,...",
        default=",".join(known),
        callback=comma_list(*known),
        help=f"{text} {', '.join(known)}; all by default.",
    )


def comma_list(
    *known: str,
) -> Callable[[click.Context, click.Parameter, str | None], list[str]]:
    """Return a callback that splits a comma list; nothing where it is left out."""

    def split(
        ctx: click.Context, param: click.Parameter, value: str | None
    ) -> list[str]:
        if value is None:
            return []
        names = [name.strip() for name in value.split(",") if name.strip()]
        usual = param.default if isinstance(param.default, str) else known[0]
        if not names or not set(names) <= set(known):
            raise click.BadParameter(
                f"{value!r}. Expected some of {', '.join(known)}. "
                f"Try {param.opts[0]} {usual}.",
                ctx,
                param,
            )
        return list(dict.fromkeys(names))

    return split
