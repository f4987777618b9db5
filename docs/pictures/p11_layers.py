"""Which layer forgets first?
==========================

Three LSTM layers one above the other. The diagonal is how far each layer reaches within
itself; below it, how far the past of a lower layer reaches the end of a higher one.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

import gradlab


inputs = torch.randn(4, 96, 8, generator=torch.Generator().manual_seed(0))
cell = gradlab.initialize_(gradlab.build("lstm:layers=3", 8, 24), seed=0)
norms = gradlab.layer_norms(gradlab.unroll(cell, inputs))
reach = np.full((3, 3), np.nan)
for block, horizon in zip(norms.blocks, norms.horizon.values, strict=True):
    later, earlier = int(block[1]) - 1, int(block[3]) - 1
    reach[later, earlier] = horizon
    plt.text(earlier, later, f"{horizon:.0f}", ha="center", fontsize=16, color="white")
plt.imshow(reach, cmap="cividis", vmax=2 * np.nanmax(reach))
plt.xticks(range(3), ["1", "2", "3"])
plt.yticks(range(3), ["1", "2", "3"])
plt.xlabel("layer of the earlier state")
plt.ylabel("layer of the last state")
plt.title("steps until 1/1000 is left")
plt.show()
