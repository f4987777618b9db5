"""Which road does the gradient take?
==================================

The LSTM's cell state hands the gradient on in two ways: along the conveyor, where only
the forget gate multiplies, and along the detours, through h and the recurrent weights.
Where the whole (cc, dashed) lies on the conveyor, the gates alone carry the gradient.
"""

import matplotlib.pyplot as plt
import torch

import gradlab


inputs = torch.randn(8, 64, 8, generator=torch.Generator().manual_seed(0))
figure, panels = plt.subplots(1, 2, sharey=True)
for panel, bias in zip(panels, ("keep", 1.0), strict=True):
    cell = gradlab.initialize_(gradlab.build("lstm", 8, 32), forget_bias=bias, seed=0)
    norms = gradlab.jacobian_norms(gradlab.unroll(cell, inputs), "all", range(65))
    roads = norms.ln_spectral_norm.sel(block=["cc", "conveyor", "detours"])
    drawn = roads.sel(lag=range(1, 65)).plot(panel)
    drawn.lines[0].set(color="black", linestyle="--", zorder=3)
    panel.set(title=f"forget bias: {bias}", ylim=(-16, 1))
plt.show()
