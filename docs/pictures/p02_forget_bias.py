"""What does a forget bias buy?
============================

The same LSTM with its forget bias from 0 to 5. Each unit of bias lengthens the reach;
from 2 on the gradient outlives all 128 steps, and from 3 on it grows.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

import gradlab


inputs = torch.randn(8, 128, 8, generator=torch.Generator().manual_seed(0))
colours = plt.get_cmap("cividis")(np.linspace(0, 0.9, 6))
for bias, colour in enumerate(colours):
    cell = gradlab.build("lstm", 8, 32)
    cell = gradlab.initialize_(cell, forget_bias=float(bias), seed=0)
    norms = gradlab.jacobian_norms(gradlab.unroll(cell, inputs), "joint", range(129))
    left = norms.ln_spectral_norm.at(block="joint").mean(axis=-1) / np.log(10)
    plt.plot(norms.lags, left, color=colour, label=f"forget bias {bias}")
plt.ylim(-12, 2)
plt.xlabel("lag: steps back from the end")
plt.ylabel("what is left, power of ten")
plt.legend()
plt.show()
