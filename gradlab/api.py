"""Everything the command line does, as calls; what ``import gradlab`` offers."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from gradlab.progress.events import Event
from gradlab.store import results as stored
from gradlab.store.exports import export as export_table
from gradlab.sweeps.forecast import Forecast
from gradlab.sweeps.forecast import forecast as look_ahead
from gradlab.sweeps.loading import load as load_sweep
from gradlab.sweeps.runner import run


class Results(stored.Results):
    """What a folder holds, with the table and the report that can be made of it."""

    def export(self, file: str | Path, form: str | None = None) -> Path:
        """Write :meth:`frame` to a file: csv, parquet or netcdf, by name or suffix.

        Raises:
            UnknownNameError: another form.
            ConfigError: the form's packages are not installed.
            StoreError: the file cannot be written.
        """
        return export_table(self, file, form)

    def report(
        self,
        formats: Iterable[str] = ("html", "pdf"),
        *,
        out: str | Path | None = None,
    ) -> list[Path]:
        """Write the report; return the files.

        Args:
            formats: html, pdf or both.
            out: folder to write into; beside the results when left out.

        Raises:
            StoreError: the files cannot be written.
        """
        from gradlab.report.build import render

        return list(render(self, out or self.folder, formats=tuple(formats)))

    def figures(
        self,
        folder: str | Path,
        names: Iterable[str] = (),
        *,
        formats: Iterable[str] = ("svg",),
        width: str = "6.5in",
        style: str = "paper",
    ) -> list[Path]:
        """Write figures as files, each with its numbers and a caption draft.

        Args:
            folder: where to.
            names: of the figures; all of them when left out.
            formats: among svg, pdf, png.
            width: of the figure, e.g. ``"3.3in"``.
            style: ``"paper"``, ``"slide"`` or ``"grey"``.
        """
        from gradlab.report.files import export

        return list(
            export(
                self,
                Path(folder),
                names=tuple(names),
                formats=tuple(formats),
                width=width,
                style=style,
            )
        )


def sweep(
    config: str | Path | Mapping[str, Any] | None = None,
    *,
    out: str | Path | None = None,
    jobs: int | None = None,
    scheduler: str | Path | None = None,
    timeout_per_point: float | None = None,
    memory: int | str | None = None,
    progress: Callable[[Event], None] | None = None,
    log: str | Path | None = None,
    verify: bool = True,
    retry_failed: bool = False,
    yes: bool = False,
    load: Iterable[str | Path] = (),
) -> Results:
    """Measure what is missing of a sweep; return all of its results.

    Args:
        config: a TOML file, the name of a built-in sweep, or a dict with the same
            keys, e.g. ``{"cell": ["lstm"], "forget_bias": "0:6:1"}``. Left out: the
            default sweep.
        out: folder of the results, ``reports/NAME`` when left out. The same sweep in
            the same folder computes only what is not there yet.
        jobs: worker processes; all cores unless told.
        scheduler: address or scheduler file of a Dask cluster, whose workers measure
            instead of this machine's.
        timeout_per_point: seconds after which a point is given up and set aside.
        memory: that all workers may fill together, in bytes or as in ``"8GB"``; most
            of what is free unless told.
        progress: called with each event of ``gradlab.progress.events``.
        log: file to which each event is added as a line of JSON, as
            ``gradlab.progress.log`` describes.
        verify: hold closed forms against autograd first.
        retry_failed: compute failed points again.
        yes: run even a very large sweep.
        load: Python files whose cells, measures, ... take part.

    Raises:
        GradlabError: in one sentence each; see :mod:`gradlab.errors`.
    """
    asked = load_sweep(config, load=load)
    folder = Path(out) if out is not None else Path("reports") / asked.name
    found = run(
        asked,
        folder,
        jobs=jobs,
        scheduler=scheduler,
        timeout_per_point=timeout_per_point,
        memory=memory,
        progress=progress,
        log=log,
        verify=verify,
        retry_failed=retry_failed,
        yes=yes,
    )
    return Results(**vars(found))


def forecast(
    config: str | Path | Mapping[str, Any] | None = None,
    *,
    out: str | Path | None = None,
    jobs: int | None = None,
    memory: int | str | None = None,
    retry_failed: bool = False,
    load: Iterable[str | Path] = (),
) -> Forecast:
    """Return how many points :func:`sweep` would compute, how long, how much memory.

    Takes what :func:`sweep` takes; computes and writes nothing.

    Raises:
        GradlabError: in one sentence each; see :mod:`gradlab.errors`.
    """
    asked = load_sweep(config, load=load)
    folder = Path(out) if out is not None else Path("reports") / asked.name
    return look_ahead(
        asked, folder, jobs=jobs, memory=memory, retry_failed=retry_failed
    )


def merge(folders: Iterable[str | Path], out: str | Path) -> Results:
    """Unite what several folders hold in a new one; return all of its results.

    Sweeps must agree in all settings but grids and seeds. A point that is done wins
    over one that failed, that over one that is missing; of a measure the newer version.
    What is damaged is left out, so that merging one folder keeps what is intact of it.

    Args:
        folders: where sweeps ran; they are left as they are.
        out: the new folder.

    Raises:
        ConflictError: two folders have other numbers for the same measure of the same
            point. ``out`` is written, with those of the first folder.
        ConfigError: no folder; the same one twice; sweeps of different settings.
        StoreError: a folder without results; ``out`` holds some; the disk.
    """
    from gradlab.sweeps import merging

    merged = merging.merge(folders, out)
    if merged.conflicts:
        raise merging.disagreement(merged)
    return Results.open(merged.folder)
