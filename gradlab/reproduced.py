"""Known results reproduced, as a call: ``gradlab.reproduce``."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from gradlab import arguments
from gradlab.arguments import flag, optional, whole_number
from gradlab.progress.events import Event
from gradlab.reproductions.choice import everything, expand
from gradlab.reproductions.row import Reproduced, load_row
from gradlab.reproductions.row import reproduce as reproduce_row


if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Reproduction:
    """What :func:`reproduce` measured.

    Attributes:
        rows: one a known result, in the order asked for.
    """

    rows: tuple[Reproduced, ...]

    @property
    def held(self) -> bool:
        """Whether every row is within tolerance."""
        return all(row.held for row in self.rows)

    def frame(self) -> "pandas.DataFrame":
        """Return one row per comparison: measured, expected, allowed, held, ..."""
        import pandas

        return pandas.DataFrame(
            [{"row": r.name, **asdict(one)} for r in self.rows for one in r.comparisons]
        )

    def report(self, path: str | Path) -> list[Path]:
        """Write the report; return its files.

        Args:
            path: a file that ends in ``.html`` or ``.pdf``, which is written alone; or
                a folder, into which ``report.html`` and ``report.pdf`` are.

        Raises:
            StoreError: a file cannot be written, or is there and not as gradlab wrote
                it.
        """
        from gradlab.report.build import FORMATS, write
        from gradlab.report.reproductions.document import compose

        where = Path(arguments.path("path", path, try_="known.html"))
        document = compose(self.rows, command="gradlab.reproduce")
        form = where.suffix.removeprefix(".")
        if form not in FORMATS:
            return write(document, where)
        return write(replace(document, stem=where.stem), where.parent, (form,))


def reproduce(
    names: str | Sequence[str] | None = None,
    *,
    out: str | Path = "reports/known",
    jobs: int | None = None,
    training: bool = False,
    progress: Callable[[Event], None] | None = None,
) -> Reproduction:
    """Measure known results and compare them with what they should be.

    Args:
        names: of rows or kinds (``gradlab reproduce --list``), or the path of a sweep
            with a ``.expected.toml`` beside it; all rows by default.
        out: folder of the results, one in it for each row. The same call again
            computes only what is not there yet.
        jobs: number of worker processes; one per core by default.
        training: whether all rows are to include those that train networks.
        progress: called with each event of :mod:`gradlab.progress.events`.

    Raises:
        UnknownNameError: neither a row nor a kind, with the nearest.
        GradlabError: one of :mod:`gradlab.errors`.
    """
    flag("training", training)
    optional(whole_number, "jobs", jobs, 1, try_="2")
    folder = Path(arguments.path("out", out, try_="reports/known"))
    if names is None:
        chosen: Iterable[str] = everything(training)
    else:
        chosen = expand(arguments.names("names", names, try_='"newman"'))
    rows = [load_row(name) for name in chosen]
    return Reproduction(
        tuple(
            reproduce_row(row, folder / row.name, jobs=jobs, progress=progress)
            for row in rows
        )
    )
