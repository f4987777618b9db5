"""Watch a training by the Trainer of Hugging Face's transformers."""

from typing import Any

from transformers import (
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from gradlab.watched import Watch, watch


class WatchCallback(TrainerCallback):
    """``Trainer(..., callbacks=[WatchCallback()])``: numbers go to ``log_history``.

    The main process watches its own part of the batch. With ``fp16`` sizes of gradients
    are unknown unless ``scaler=trainer.accelerator.scaler`` is given.

    Args:
        every: updates from one that is measured to the next; the trainer's
            ``logging_steps`` when left out.
        options: of :func:`gradlab.watch`.

    Attributes:
        watch: the :class:`gradlab.watched.Watch`; None before the training.
    """

    def __init__(self, every: int | None = None, **options: Any) -> None:
        self.every, self.options = every, options
        self.watch: Watch | None = None
        self._latest = _Latest()

    def on_train_begin(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: Any = None,
        **kwargs: Any,
    ) -> None:
        """Begin."""
        if state.is_world_process_zero:
            every = self.every or max(1, int(state.logging_steps or args.logging_steps))
            self.watch = watch(
                model, every, **({"writer": self._latest} | self.options)
            )

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """Add what was measured since the last log to the history."""
        if state.log_history:
            state.log_history[-1].update(self._latest.scalars)
        self._latest.scalars.clear()

    def on_train_end(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        **kwargs: Any,
    ) -> None:
        """End."""
        if self.watch is not None:
            self.watch.close()


class _Latest:
    def __init__(self) -> None:
        self.scalars: dict[str, float] = {}

    def add_scalar(self, name: str, value: float, step: int) -> None:
        self.scalars[name] = value
