"""Networks to train, drawn as a sweep draws them."""

import torch

from gradlab import build, initialize_
from gradlab.training.head import draw_head
from gradlab.training.settings import TrainingSettings
from gradlab.training.trainer import Trainer


CELLS = ("rnn", "lstm", "gru")


def networks(spec, seeds, task, hidden=8, dtype=torch.float32, **kw):
    found = []
    for seed in seeds:
        cell = build(spec, task.features, hidden, dtype=dtype)
        initialize_(cell, seed=seed, length=task.length, **kw)
        head = draw_head(seed, hidden, task.outputs)
        found.append((cell, {name: value.to(dtype) for name, value in head.items()}))
    return found


def trained(members, seeds, task, updates=20, keep_at=(), **settings):
    settings = TrainingSettings(updates=updates, **settings)
    trainer = Trainer(members, seeds, task, settings, keep_at)
    while not trainer.done:
        trainer.update()
    return trainer
