"""Watch a training by Lightning's Trainer."""

from typing import Any

from lightning.pytorch import Callback, LightningModule, Trainer

from gradlab.watched import Watch, watch


class WatchCallback(Callback):
    """``Trainer(callbacks=[WatchCallback()])``: numbers go to the trainer's loggers.

    The process of rank 0 watches its own part of the batch. What was measured is in the
    checkpoints, as lists and numbers, and training resumed from one goes on with it.

    Args:
        every: updates from one that is measured to the next; the trainer's
            ``log_every_n_steps`` when left out.
        options: of :func:`gradlab.watch`.

    Attributes:
        watch: the :class:`gradlab.watched.Watch`; None before the fit.
    """

    def __init__(self, every: int | None = None, **options: Any) -> None:
        self.every, self.options = every, options
        self.watch: Watch | None = None
        self._state: dict[str, Any] = {}

    def on_fit_start(self, trainer: Any, pl_module: LightningModule) -> None:
        """Begin."""
        if not trainer.is_global_zero:
            return
        given: dict[str, Any] = {
            "scaler": getattr(trainer.precision_plugin, "scaler", None),
            "writer": _Loggers(trainer),
        }
        every = self.every or max(1, int(trainer.log_every_n_steps))
        self.watch = watch(pl_module, every, **(given | self.options))
        if self._state:
            self.watch.load_state_dict(self._state)

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """End."""
        self._close()

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """End."""
        self._close()

    def state_dict(self) -> dict[str, Any]:
        """Return what was measured, for the checkpoint."""
        return self.watch.state_dict() if self.watch else self._state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Keep what a checkpoint has until the fit begins."""
        self._state = state_dict

    def _close(self) -> None:
        if self.watch is not None:
            self.watch.close()


class _Loggers:
    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer

    def add_scalar(self, name: str, value: float, step: int) -> None:
        for logger in self.trainer.loggers:
            logger.log_metrics({name: value}, step)
