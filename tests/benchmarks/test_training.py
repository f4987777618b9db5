"""Both ways of the table of trainings do the same updates; no time is asserted."""

import numpy as np
import pytest

from benchmarks import training
from gradlab.tasks.lag import Lag
from gradlab.training.settings import TrainingSettings


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
def test_the_loop_has_the_same_losses(cell):
    task, settings = Lag(9), TrainingSettings(updates=15)
    drawn = training.networks(cell, 8, task, 2)
    trainer = training.together(drawn, task, settings)
    alone = [training.Alone(one, head, task, settings) for one, head in drawn]
    losses = []
    for _ in range(settings.updates):
        losses.append([network.update() for network in alone])
        trainer.update()
    np.testing.assert_allclose(trainer.history.losses, losses, atol=1e-5)


def test_the_table_has_every_case_with_its_ratio():
    found = [training.Speed("lstm", 8, 0.5, 2.0), training.Speed("gru", 64, 4.0, 3.0)]
    assert [one.ratio for one in found] == [4.0, 0.75]
    text = training.table(found)
    assert "LSTM, H = 8" in text and "GRU, H = 64" in text
