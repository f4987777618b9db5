"""What is on while an update is recorded: torch's global hooks, eager loops."""

import sys
from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

from gradlab.modules import Recorder


class Hooks:
    """A recorder's hooks, and compiled loops of cells run eagerly meanwhile.

    Attributes:
        on: whether they are.
    """

    def __init__(self, recorder: Recorder) -> None:
        self.recorder, self.on = recorder, False
        self._eager = _EagerSteps(recorder.modules.values())

    def begin(self) -> None:
        """Put them on."""
        self.on = True
        self.recorder.install()
        self._eager.begin()

    def end(self) -> None:
        """Take them off; drop what was recorded."""
        if self.on:
            self.on = False
            self.recorder.remove()
            self._eager.end()
        self.recorder.clear()


class _EagerSteps:
    """Compiled loops of cells ignore hooks: measured steps are then run eagerly."""

    def __init__(self, watched: Iterable[nn.Module]) -> None:
        self.cells = any(isinstance(module, nn.RNNCellBase) for module in watched)
        self.stance: Any = None

    def begin(self) -> None:
        if self.cells and "torch._dynamo" in sys.modules:  # or nothing is compiled
            self.stance = torch.compiler.set_stance("force_eager")

    def end(self) -> None:
        if self.stance is not None:
            self.stance.__exit__(None, None, None)
            self.stance = None
