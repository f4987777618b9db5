"""In the hands of Lightning's own trainer."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from tests.watching.training import Classifier, quiet


pytest.importorskip("lightning.pytorch", reason="the extra lightning is not installed")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import lightning.pytorch as pl
    from lightning.pytorch.loggers.logger import Logger

    from gradlab.callbacks.lightning import WatchCallback

pytestmark = pytest.mark.filterwarnings("ignore")  # Lightning's own


class Module(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.model = Classifier(dropout=0.0)
        self.losses = []

    def training_step(self, batch):
        x, y = batch
        loss = nn.functional.cross_entropy(self.model(x), y)
        self.losses.append(loss.item())
        return loss

    def validation_step(self, batch):
        self.model(batch[0])

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), 1e-2)


class Kept(Logger):
    """A logger that keeps what it is given."""

    def __init__(self):
        super().__init__()
        self.logged = {}

    name, version = "kept", "0"

    def log_metrics(self, metrics, step=None):
        for name, value in metrics.items():
            self.logged.setdefault(name, {})[step] = value

    def log_hyperparams(self, *args, **kwargs):
        pass


def fit(tmp_path, callbacks, module=None, **options):
    torch.manual_seed(0)
    module = module or Module()
    data = TensorDataset(torch.randn(32, 12, 3), torch.randint(2, (32,)))
    logger = Kept()
    trainer = pl.Trainer(
        default_root_dir=tmp_path,
        accelerator="cpu",
        callbacks=callbacks,
        logger=logger,
        enable_progress_bar=False,
        enable_model_summary=False,
        enable_checkpointing=False,
        gradient_clip_val=0.05,
        **{"max_epochs": 2, "log_every_n_steps": 3, **options},
    )
    loader = DataLoader(data, 4)
    trainer.fit(module, loader, loader, ckpt_path=options.pop("ckpt", None))
    return trainer, module, logger


def test_a_fit_is_watched_at_the_trainers_interval(tmp_path):
    callback = WatchCallback(on_finding=quiet)
    _, module, logger = fit(tmp_path, [callback])
    history = callback.watch.history
    assert [row.update for row in history.updates] == [1, 3, 6, 9, 12, 15]
    assert history.names == ("model.rnn layer 1", "model.rnn layer 2")
    assert all(row.clip < 1 for row in history.updates)
    reach = logger.logged["gradlab/model.rnn_layer_1/reach"]
    assert set(reach) == {1, 3, 6, 9, 12, 15}
    _, plain, _ = fit(tmp_path, [])
    assert module.losses == plain.losses


def test_a_checkpoint_has_what_was_measured(tmp_path):
    callback = WatchCallback(every=5, on_finding=quiet)
    trainer, _, _ = fit(tmp_path, [callback], max_epochs=1)
    trainer.save_checkpoint(tmp_path / "one.ckpt")
    again = WatchCallback(every=5, on_finding=quiet)
    trainer = pl.Trainer(
        default_root_dir=tmp_path, accelerator="cpu", max_epochs=2, callbacks=[again],
        logger=False, enable_progress_bar=False, enable_checkpointing=False,
    )  # fmt: skip
    data = TensorDataset(torch.randn(32, 12, 3), torch.randint(2, (32,)))
    trainer.fit(Module(), DataLoader(data, 4), ckpt_path=tmp_path / "one.ckpt")
    updates = [row.update for row in again.watch.history.updates]
    assert updates == [1, 5, 10, 15]
    assert again.watch.updates == 16


def test_an_exception_closes_the_watch(tmp_path):
    class Failing(Module):
        def training_step(self, batch):
            if len(self.losses) == 3:
                raise RuntimeError("mine")
            return super().training_step(batch)

    callback = WatchCallback(on_finding=quiet)
    with pytest.raises(RuntimeError, match="mine"):
        fit(tmp_path, [callback], Failing())
    assert callback.watch.is_closed
