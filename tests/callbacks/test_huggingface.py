"""In the hands of the Trainer of transformers."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import nn

from tests.watching.training import Classifier, quiet


pytest.importorskip("transformers", reason="the extra transformers is not installed")
pytest.importorskip("accelerate", reason="the extra transformers is not installed")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from transformers import Trainer, TrainingArguments

    from gradlab.callbacks.huggingface import WatchCallback

pytestmark = pytest.mark.filterwarnings("ignore")  # of transformers


class Model(Classifier):
    def forward(self, x, labels):
        logits = super().forward(x)
        return {"loss": nn.functional.cross_entropy(logits, labels), "logits": logits}


def train(tmp_path, callbacks, **options):
    torch.manual_seed(0)
    model = Model(dropout=0.0)
    data = [{"x": torch.randn(12, 3), "labels": k % 2} for k in range(32)]
    arguments = TrainingArguments(
        output_dir=str(tmp_path),
        use_cpu=True,
        per_device_train_batch_size=4,
        num_train_epochs=2,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
        max_grad_norm=0.05,
        **{"logging_steps": 3, **options},
    )
    trainer = Trainer(model, arguments, train_dataset=data, callbacks=callbacks)
    trainer.train()
    return trainer, model


def test_a_training_is_watched_at_the_trainers_interval(tmp_path):
    callback = WatchCallback(on_finding=quiet)
    trainer, model = train(tmp_path, [callback])
    history = callback.watch.history
    assert [row.update for row in history.updates] == [1, 3, 6, 9, 12, 15]
    assert history.names == ("rnn layer 1", "rnn layer 2")
    assert all(row.clip < 1 for row in history.updates)
    logged = [row for row in trainer.state.log_history if "gradlab/clip" in row]
    assert [row["step"] for row in logged] == [3, 6, 9, 12, 15]
    assert logged[0]["gradlab/rnn_layer_1/reach"] > 0
    _, plain = train(tmp_path, [])
    for one, other in zip(model.parameters(), plain.parameters(), strict=True):
        assert torch.equal(one, other)


def test_accumulation_is_one_update(tmp_path):
    callback = WatchCallback(every=2, on_finding=quiet)
    train(tmp_path, [callback], gradient_accumulation_steps=4)
    assert callback.watch.updates == 4
    assert [row.update for row in callback.watch.history.updates] == [1, 2, 4]
