"""A task in a file of its own."""

import math

from gradlab.tasks import Batch, Task, last_step, share_right


class Parity(Task):
    """Whether the ones read so far are an odd number."""

    features, outputs, length, success = 2, 2, 12, 1.0

    def sequences(self, generator, count):
        bits = generator.integers(2, size=(count, self.length))
        return Batch(bits, bits.cumsum(axis=1) % 2, last_step(bits))

    def chance(self):
        return math.log(2)

    def score(self, outputs, batch):
        return share_right(outputs, batch)
