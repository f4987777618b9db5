"""How far back does a gradient reach?
===================================

PyTorch's RNN, GRU and LSTM as they come, fed with noise. A straight falling
line loses the same share at every step; below the dashed line less than 1/1000 is left.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

import gradlab


torch.manual_seed(0)
inputs = torch.randn(8, 64, 8)
for module in (torch.nn.RNN, torch.nn.GRU, torch.nn.LSTM):
    network = module(8, 64, batch_first=True)
    norms = gradlab.jacobian_norms(gradlab.unroll(network, inputs), lags=range(65))
    left = norms.ln_spectral_norm.at(block="joint").mean(axis=-1) / np.log(10)
    label = f"{module.__name__}, horizon {norms.horizon:.0f}"
    plt.plot(norms.lags, left, label=label)
plt.axhline(-3, color="grey", linestyle="--")
plt.xlabel("lag: steps back from the end")
plt.ylabel("what is left, power of ten")
plt.legend()
plt.show()
