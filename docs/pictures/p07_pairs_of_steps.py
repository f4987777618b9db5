"""What does it look like inside one sequence?
===========================================

Every pair of steps: across, the earlier one; upwards, the later one. Bright is kept,
dark is lost. A narrow bright band sees the recent past only.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

import gradlab


inputs = torch.randn(1, 60, 8, generator=torch.Generator().manual_seed(0))
figure, panels = plt.subplots(1, 2, sharey=True)
for panel, bias in zip(panels, (0.0, 2.0), strict=True):
    cell = gradlab.initialize_(gradlab.build("lstm", 8, 16), forget_bias=bias, seed=0)
    found = gradlab.measure(gradlab.unroll(cell, inputs), ["triangle"])["triangle"]
    step, lag = np.meshgrid(found.coords["step"], found.coords["lag"], indexing="ij")
    left = found.values / np.log(10)
    dots = panel.scatter(step - lag, step, c=left, s=9, marker="s", vmin=-6, vmax=0)
    panel.set(title=f"forget bias {bias:g}", xlabel="earlier step")
panels[0].set_ylabel("later step")
figure.colorbar(dots, ax=panels, label="what is left, power of ten")
plt.show()
