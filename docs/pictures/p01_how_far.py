"""How far back does a gradient reach?
===================================

An RNN, a GRU and an LSTM as PyTorch draws them, fed with noise. A straight falling
line loses the same share at every step; below the dashed line less than 1/1000 is left.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

import gradlab


inputs = torch.randn(8, 64, 8, generator=torch.Generator().manual_seed(0))
for name in ("rnn", "gru", "lstm"):
    cell = gradlab.initialize_(gradlab.build(name, 8, 64), seed=0)
    norms = gradlab.jacobian_norms(gradlab.unroll(cell, inputs), lags=range(65))
    left = norms.ln_spectral_norm.at(block="joint").mean(axis=-1) / np.log(10)
    plt.plot(norms.lags, left, label=f"{name.upper()}, horizon {norms.horizon:.0f}")
plt.axhline(-3, color="grey", linestyle="--")
plt.xlabel("lag: steps back from the end")
plt.ylabel("what is left, power of ten")
plt.legend()
plt.show()
