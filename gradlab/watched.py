"""Watch a model while it is trained, and write what was seen as a report."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from torch import nn
from torch.optim import Optimizer

from gradlab.watching.settings import OnFinding, Settings
from gradlab.watching.watcher import Watcher


_OPEN: dict[int, "Watch"] = {}
"""By the model's id: a watch owns its model until it is closed."""


class Watch(Watcher):
    """A watch on a model; made by :func:`gradlab.watch`."""

    def report(self, path: str | Path) -> Path:
        """Write what was measured as an HTML page; return its path.

        Raises:
            ConfigError: nothing was measured.
            StoreError: the file cannot be written.
        """
        from gradlab.report.watching import write

        return write(self.model_name, self.history, self.findings, path)

    def close(self) -> None:
        """Take everything off; what was measured stays."""
        super().close()
        if _OPEN.get(id(self.model)) is self:
            del _OPEN[id(self.model)]


def watch(
    model: nn.Module,
    every: int = 50,
    *,
    optimizer: Optimizer | None = None,
    layers: str | Iterable[str] | None = None,
    sequences: int = 8,
    scaler: Any = None,
    on_finding: OnFinding = "warn",
    writer: Any = None,
    exact: bool = False,
) -> Watch:
    """Watch the gradients of a model's recurrent modules while it is trained.

    The training loop stays as it is. Losses, weights, random stream, checkpoints,
    copies and pickles are those of an unwatched run: hooks are torch's global ones, on
    for the backward pass before the first and before each ``every``-th update alone.
    A model that is watched already gives the same watch.

    The steps of the first optimizer of ``torch.optim`` that holds a parameter of a
    watched module are the updates. Where there is none, call ``w.step()`` after each.
    What is measured is the last backward pass before the update: where gradients are
    accumulated, the last part of the batch; passes through the same graph add up.

    Args:
        model: with an ``nn.RNN``, ``nn.LSTM``, ``nn.GRU`` or a cell of them somewhere.
        every: how many updates from one that is measured to the next.
        optimizer: whose steps are the updates.
        layers: names of the recurrent modules to watch; all by default.
        sequences: of a batch, how many are measured, the first ones. They do not depend
            on each other. Packed batches are measured whole.
        scaler: the ``GradScaler``, if there is one. Under autocast to float16 without
            it, sizes of gradients are unknown.
        on_finding: ``"warn"``; ``"raise"``, at the optimizer's step; or a function of a
            :class:`gradlab.watching.finding.Finding`.
        writer: with an ``add_scalar(name, value, step)``, as TensorBoard's
            ``SummaryWriter``.
        exact: compute the horizon from whole Jacobians as well. At H = 128 a measured
            step then takes several times as long.

    Raises:
        ConfigError: nothing recurrent in it, or what cannot be read.
        UnknownNameError: a layer that is not there.
        FindingError: at an optimizer's step, with ``on_finding="raise"``.

    With ``DistributedDataParallel`` each process watches its own part of the batch.

    >>> import torch
    >>> _ = torch.manual_seed(0)
    >>> model = torch.nn.GRU(2, 8)
    >>> optimizer = torch.optim.SGD(model.parameters(), 0.1)
    >>> found = []
    >>> with watch(model, every=2, on_finding=found.append) as w:
    ...     for _ in range(5):
    ...         loss = model(torch.randn(20, 4, 2))[0][-1].square().mean()
    ...         optimizer.zero_grad()
    ...         loss.backward()
    ...         optimizer.step()
    >>> [row.update for row in w.history.updates]
    [1, 2, 4]
    >>> found == w.findings, found[0].kind, found[0].where, found[0].gate
    (True, 'vanishing', 'GRU', 'update_gate')
    """
    known = _OPEN.get(id(model))
    if known is None:
        settings = Settings(
            every, optimizer, layers, sequences, scaler, on_finding, writer, exact
        )
        known = _OPEN[id(model)] = Watch(model, settings)
    return known
