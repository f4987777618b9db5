"""Sweep, forecast, merge, check and results: what the command line does, as calls.

>>> from tempfile import mkdtemp
>>> folder = Path(mkdtemp())
>>> config = {"cell": "rnn", "hidden": 4, "length": 8, "seeds": 1}
>>> config["measures"] = ["horizon"]
>>> results = sweep(config, out=folder / "a", jobs=1, verify=False)
>>> results.frame()["measure"].tolist()
['horizon']
>>> results.points[0].record("horizon").unit
'steps'
>>> forecast(config, out=folder / "a").left
0
>>> len(merge([folder / "a"], out=folder / "b").points)
1
>>> Results.open(folder / "b").measures
('horizon',)
"""

import atexit
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from gradlab import arguments, catalog, outputs
from gradlab.arguments import describe, flag, number, optional, paths, whole_number
from gradlab.check import Outcome, run_checks
from gradlab.check import check_leaf as _check_leaf
from gradlab.config.loading import load as load_sweep
from gradlab.config.sweep import Sweep
from gradlab.diagnosis import Diagnosed
from gradlab.diagnosis.compared import ComparedRemedies
from gradlab.errors import ConfigError, UnknownNameError
from gradlab.progress.events import Event
from gradlab.runs.forecast import Forecast
from gradlab.runs.forecast import forecast as forecast_sweep
from gradlab.runs.run import run
from gradlab.store import results as stored
from gradlab.store.table import export as export_table
from gradlab.store.table import table


if TYPE_CHECKING:
    import pandas
    from torch import Tensor, nn

    from gradlab.cells.base import Cell
    from gradlab.labelled import LabelledArray
    from gradlab.measures import MeasureContext


class Results(stored.Results):
    """Results in a folder, with the tables, reports and figures made from them."""

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Read the results in a folder; works while a sweep writes there.

        Raises:
            StoreError: nothing there, damaged, another version.
        """
        return super().open(arguments.path("folder", folder, try_="reports/default"))

    def frame(self) -> "pandas.DataFrame":
        """Return one row per value, with the columns of ``gradlab export``."""
        return table(self)

    def export(self, file: str | Path, form: str | None = None) -> Path:
        """Write :meth:`frame` to a file: csv, parquet or netcdf, by name or suffix.

        Raises:
            UnknownNameError: another form.
            ConfigError: the form's packages are not installed.
            StoreError: the file cannot be written.
        """
        arguments.path("file", file, try_="table.csv")
        optional(arguments.text, "form", form, try_='"csv"')
        return export_table(self, file, form)

    def report(
        self,
        formats: Iterable[str] = ("html", "pdf"),
        *,
        out: str | Path | None = None,
        language: str = "en",
    ) -> list[Path]:
        """Write the report; return its files.

        Args:
            formats: html, pdf or both.
            out: folder to write into; that of the results by default.
            language: ``"en"`` or ``"ko"``, English or Korean.

        Raises:
            StoreError: the files cannot be written.
            UnknownNameError: another language.
        """
        from gradlab.report.build import render

        folder = optional(arguments.path, "out", out, try_="report") or self.folder
        chosen = arguments.names("formats", formats, try_='formats="html"')
        return list(render(self, folder, chosen, language))

    def figures(
        self,
        folder: str | Path,
        names: Iterable[str] | None = None,
        *,
        formats: Iterable[str] = ("svg",),
        width: str = "6.5in",
        style: str = "paper",
        language: str = "en",
    ) -> list[Path]:
        """Write figures to files, each with its numbers and a draft of its caption.

        Args:
            folder: folder to write into.
            names: names of figures; all of them by default.
            formats: among svg, pdf, png.
            width: width of the figures, such as ``"3.3in"``.
            style: ``"paper"``, ``"slide"`` or ``"grey"``.
            language: ``"en"`` or ``"ko"``, English or Korean.

        Raises:
            StoreError: a file cannot be written, or is there and not as gradlab wrote
                it.
        """
        from gradlab.report.files import export

        return list(
            export(
                self,
                Path(arguments.path("folder", folder, try_="figures")),
                names=optional(arguments.names, "names", names, try_='names="gain"')
                or (),
                formats=arguments.names("formats", formats, try_='formats="svg"'),
                width=arguments.text("width", width, try_='width="6.5in"'),
                style=arguments.text("style", style, try_='style="paper"'),
                language=language,
            )
        )


@dataclass(frozen=True)
class Diagnosis(Diagnosed):
    """What :func:`diagnose` found, with its report and every other measure.

    Attributes:
        contexts: what measures take, by layer name.
    """

    contexts: Mapping[str, "MeasureContext"] = field(
        default_factory=dict, repr=False, compare=False
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
        from gradlab.report.diagnosis.document import compose

        where = Path(arguments.path("path", path, try_="report.html"))
        document = compose(self)
        form = where.suffix.removeprefix(".")
        if form not in FORMATS:
            return write(document, where)
        return write(replace(document, stem=where.stem), where.parent, (form,))

    def _repr_html_(self) -> str:
        """Return the answer and a row for each layer, for notebooks."""
        from gradlab.report.diagnosis.notebook import table

        return table(self)

    def measure(self, layer: str, name: str) -> "dict[str, LabelledArray]":
        """Return any measure of a layer, over the sequences measured.

        Raises:
            UnknownNameError: another layer or measure.
        """
        from gradlab.diagnosis.layer import measured

        if layer not in self.contexts:
            raise UnknownNameError.among("layer", layer, self.contexts)
        return measured(self.contexts[layer], [name])


def diagnose(
    model: "nn.Module",
    batch: Any,
    loss: "Callable[[Any, Any], Tensor]",
    *,
    sequences: int = 4,
    remedies: bool = True,
    seed: int = 0,
    trained: bool = False,
) -> Diagnosis:
    """Measure what a model's gradients do at every step of its recurrent layers.

    The model is any module with ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` or their Cells
    inside, unmodified. It is run on the batch once, in the mode it is in, and once for
    each remedy; its weights, ``.grad``, buffers, mode and random state stay as they
    are. Numbers are those of a replay, compared with torch's own on every run.

    Args:
        model: the model.
        batch: what it is given: a tensor whole, a dict by the names that ``forward``
            has, of a tuple or list as many first elements as ``forward`` takes.
        loss: ``loss(output, batch)``, a scalar.
        sequences: of the batch of which Jacobian products are taken.
        remedies: whether to try remedies, each on this model and batch.
        seed: of what remedies draw.
        trained: whether the weights were learned, which remedies replace; the report
            then says so.

    Raises:
        ConfigError: nothing recurrent, or what cannot be read; a batch that does not
            fit; a loss that is no scalar or does not depend on the recurrent part.
        VerificationError: the replay differs from torch's modules.
        Exception: what model or loss raise, as it is.

    >>> import torch
    >>> _ = torch.manual_seed(0)
    >>> model = torch.nn.LSTM(2, 8, batch_first=True)
    >>> batch = torch.randn(4, 60, 2)
    >>> def loss(output, batch):
    ...     return output[0][:, -1].square().mean()
    >>> found = diagnose(model, batch, loss)
    >>> found.verdicts
    {'LSTM': 'vanishing'}
    >>> found.remedies[0].code
    'gradlab.remedy.forget_bias_(model, 3)'
    """
    from gradlab.diagnosis.diagnose import diagnose as run_diagnosis

    found, contexts = run_diagnosis(
        model,
        batch,
        loss,
        sequences=sequences,
        remedies=remedies,
        seed=seed,
        trained=trained,
    )
    return Diagnosis(**vars(found), contexts=contexts)


@dataclass(frozen=True)
class RemedyComparison(ComparedRemedies):
    """What :func:`compare_remedies` found, with its page."""

    def report(self, path: str | Path) -> Path:
        """Write an HTML page: curves before and after, and a table; return its path.

        Raises:
            ConfigError: a path that does not end in ``.html``.
            StoreError: the file cannot be written, or is there and not as gradlab wrote
                it.
        """
        from gradlab.report.comparing import write

        return write(self, Path(arguments.path("path", path, try_="remedies.html")))

    def export(self, path: str | Path) -> Path:
        """Write :meth:`frame` as CSV; return its path.

        Raises:
            OSError: the file cannot be written.
        """
        file = Path(arguments.path("path", path, try_="remedies.csv"))
        outputs.write(file, self.frame().to_csv(index=False).encode())
        return file


def compare_remedies(
    network: "Cell | nn.Module",
    inputs: Any,
    loss: "Callable[[Any, Any], Tensor] | None" = None,
    *,
    remedies: Iterable[str] | None = None,
    sequences: int = 4,
    seed: int = 0,
) -> RemedyComparison:
    """Measure one network as it is and with each remedy, before any training.

    Horizon, largest Lyapunov exponent, singular values above 1/1000 and the curve of
    what is left, on the same sequences; whether the exponent changed as the remedy
    claims. The network stays as it is. Clipping is measured on the gradient itself: how
    much the ratios of its steps' parts change.

    Args:
        network: a gradlab cell; or a model with ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` or
            their Cells inside, as for :func:`diagnose`.
        inputs: of a cell (B, T + 1, I), of which the first step is not measured (of a
            state of zeros little can be said); of a model its batch.
        loss: ``loss(output, batch)`` of a model; the mean square of the output at its
            last step when left out. A cell has none.
        remedies: names; ``"all"`` stands for every one. Left out: all but those that
            make updates.
        sequences: of a model's batch, of which Jacobian products are taken.
        seed: of what remedies draw.

    Raises:
        UnknownNameError: there is no such remedy.
        ConfigError: the one remedy that is named does not apply; else as
            :func:`diagnose`.
        VerificationError: as :func:`diagnose`.

    >>> import torch
    >>> from gradlab.cells import build
    >>> cell = build("rnn", 2, 8)
    >>> found = compare_remedies(cell, torch.randn(2, 40, 2), remedies=["gain"])
    >>> found.remedies[0].title, found.remedies[0].claims
    ('recurrent spectral radius 1', 'towards 0')
    """
    from gradlab.cells.base import Cell
    from gradlab.diagnosis.compare import compare_on_cell, compare_on_model

    names = optional(arguments.names, "remedies", remedies, try_='remedies="chrono"')
    seed = whole_number("seed", seed, 0, try_="0")
    if isinstance(network, Cell):
        if loss is not None:
            raise ConfigError(
                got=f"loss = {describe(loss)} of a cell",
                expected="no loss: a cell's Jacobians do not depend on it",
                try_="compare_remedies(cell, inputs)",
            )
        found = compare_on_cell(network, inputs, names, seed=seed)
    else:
        if loss is None:
            from gradlab.targets import default_loss

            loss = default_loss(network)
        found = compare_on_model(
            network, inputs, loss, names, sequences=sequences, seed=seed
        )
    return RemedyComparison(**vars(found))


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
    """Compute what is missing of a sweep; return all of its results.

    Args:
        config: a TOML file, the name of a built-in sweep, or a dict with the same
            keys, e.g. ``{"cell": ["lstm"], "forget_bias": "0:6:1"}``; the built-in
            ``default`` by default.
        out: folder of the results, ``reports/NAME`` by default. The same sweep in the
            same folder computes only what is not there yet.
        jobs: number of worker processes; one per core by default.
        scheduler: address or scheduler file of a Dask cluster, whose workers compute
            instead of this machine's.
        timeout_per_point: seconds after which a point is stopped and recorded as
            failed.
        memory: limit of all workers together, in bytes or as in ``"8GB"``; most of
            what is free by default.
        progress: called with each event of :mod:`gradlab.progress.events`;
            :class:`gradlab.progress.state.State` counts them.
        log: file to which each event is appended as a line of JSON, as described in
            :mod:`gradlab.progress.log`.
        verify: compare closed forms with autograd before any number is kept.
        retry_failed: compute failed points again.
        yes: run even a very large sweep.
        load: Python files whose cells, measures, ... become available.

    Raises:
        GradlabError: one of :mod:`gradlab.errors`.
    """
    loaded = _loaded(config, load)
    for name, value in (
        ("verify", verify),
        ("retry_failed", retry_failed),
        ("yes", yes),
    ):
        flag(name, value)
    if progress is not None and not callable(progress):
        raise ConfigError(
            got=f"progress = {describe(progress)}",
            expected="a function of one event",
            try_="progress=print",
        )
    optional(number, "timeout_per_point", timeout_per_point, above=0, try_="60")
    optional(arguments.path, "log", log, try_="events.jsonl")
    optional(arguments.path, "scheduler", scheduler, try_="scheduler.json")
    optional(whole_number, "jobs", jobs, 1, try_="2")
    stored_results = run(
        loaded,
        _folder(loaded, out),
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
    return Results(**vars(stored_results))


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

    Arguments are those of :func:`sweep`; nothing is written.

    Raises:
        GradlabError: one of :mod:`gradlab.errors`.
    """
    loaded = _loaded(config, load)
    flag("retry_failed", retry_failed)
    optional(whole_number, "jobs", jobs, 1, try_="2")
    return forecast_sweep(
        loaded,
        _folder(loaded, out),
        jobs=jobs,
        memory=memory,
        retry_failed=retry_failed,
    )


def _folder(loaded: Sweep, out: str | Path | None) -> Path:
    """Return the folder of a sweep's results."""
    given = optional(arguments.path, "out", out, try_="reports/mine")
    return Path("reports") / loaded.name if given is None else Path(given)


def _loaded(config: Any, load: Any) -> Sweep:
    """Return the sweep of a config, and of files with leaves (one or several)."""
    if not isinstance(config, str | Path | Mapping | None):
        raise ConfigError(
            got=f"config = {describe(config)}",
            expected="a TOML file, the name of a built-in sweep, or a dict",
            try_='gradlab.sweep({"cell": ["lstm"]})',
        )
    return load_sweep(config, load=paths("load", load, try_="mycell.py"))


def merge(folders: Iterable[str | Path], out: str | Path) -> Results:
    """Merge the results of several folders into a new one; return all of its results.

    Sweeps must agree in all settings but grids and seeds. A computed point takes
    precedence over a failed one and that over a missing one, a newer version of a
    measure over an older. Damaged rows are left out: merging one folder keeps what is
    intact of it.

    Args:
        folders: folders of sweeps; they stay as they are.
        out: the new folder.

    Raises:
        ConflictError: two folders have different numbers for the same measure of the
            same point. ``out`` is written, with those of the first folder.
        ConfigError: no folder; the same one twice; sweeps of different settings.
        StoreError: a folder without results; ``out`` holds some; the disk.
    """
    from gradlab.runs import merge as merging

    merged = merging.merge(
        paths("folders", folders, try_="reports/default"),
        arguments.path("out", out, try_="reports/merged"),
    )
    if merged.conflicts:
        raise merging.conflict_error(merged)
    return Results.open(merged.folder)


def check_file(path: str | Path) -> list[Outcome]:
    """Run the conformance suite on every leaf that a file defines.

    Raises:
        InputError: the file cannot be read or run, or defines no leaf.
        ConfigError: a leaf takes a name that is already in use.
    """
    return [
        outcome
        for kind, name in catalog.load_file(path)
        for outcome in check_leaf(kind, name)
    ]


def check_leaf(kind: str, name: str) -> list[Outcome]:
    """Run the conformance suite on one leaf, built in or loaded.

    Raises:
        UnknownNameError: there is no such leaf.
    """
    if kind not in ("sections", "claims"):
        return _check_leaf(kind, name)
    from gradlab.report import claim_conformance, conformance

    suite = conformance if kind == "sections" else claim_conformance
    return run_checks(kind, catalog.get(kind, name), suite.checks_on(_sample_results()))


@cache
def _sample_results() -> Results:
    """Return the results of a small sweep that sections and claims are checked on."""
    from gradlab.report.conformance import SWEEP

    folder = tempfile.mkdtemp(prefix="gradlab-check-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return sweep(SWEEP, out=folder, jobs=1, verify=False)
