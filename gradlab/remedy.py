"""Functions that change a recurrent network's weights in place, before training.

    >>> import torch, gradlab
    >>> lstm = torch.nn.LSTM(8, 64, num_layers=2)
    >>> gradlab.remedy.chrono_(lstm, t_max=180)      # for lags up to 180 steps
    LSTM(8, 64, num_layers=2)

Each takes an ``nn.RNN``, ``nn.LSTM`` or ``nn.GRU`` with any layers and directions, a
Cell of those, or a gradlab cell; of a model give its recurrent layer, as in
``model.encoder.lstm``. All layers and directions are changed in place, so that an
optimizer that has the parameters keeps them, and the module is returned. ``gradlab list
remedies`` says what each is for. :func:`pascanu_regulariser` alone changes nothing: a
training loop adds it to its loss.
"""

from gradlab.remedies.chrono import chrono_
from gradlab.remedies.flossing import flossing_
from gradlab.remedies.forget_bias import forget_bias_
from gradlab.remedies.gain import gain_
from gradlab.remedies.orthogonal import orthogonal_
from gradlab.remedies.pascanu import pascanu_, pascanu_regulariser
from gradlab.remedies.spectral_norm import spectral_norm_


__all__ = [
    "chrono_",
    "flossing_",
    "forget_bias_",
    "gain_",
    "orthogonal_",
    "pascanu_",
    "pascanu_regulariser",
    "spectral_norm_",
]
