"""Read unmodified recurrent modules of ``torch.nn`` inside a model."""

from gradlab.modules.call import Call
from gradlab.modules.found import recurrent_modules
from gradlab.modules.recorder import Recorder, record
from gradlab.modules.replay import LayerRun, replay


__all__ = ["Call", "LayerRun", "Recorder", "record", "recurrent_modules", "replay"]
