"""What arrives in a real backward pass?
=====================================

Read by hooks from one ``loss.backward()``: the gradient by h, and by c, at every step,
of a loss at the last step alone and of one at every step. A loss at every step refills
the gradient, and so hides what fades.
"""

import matplotlib.pyplot as plt
import torch

import gradlab


inputs = torch.randn(4, 64, 8, generator=torch.Generator().manual_seed(0))
cell = gradlab.initialize_(gradlab.build("lstm", 8, 32), forget_bias=1.0, seed=0)
trajectory = gradlab.unroll(cell, inputs)
figure, panels = plt.subplots(1, 2, sharey=True)
for panel, loss in zip(panels, ("last", "every"), strict=True):
    found = gradlab.measure(trajectory, ["loss_gradient"], loss=loss)["loss_gradient"]
    found.sel(block=["h", "c_graph"]).plot(panel)
    panel.set(title=f"loss at {loss} step", ylabel="size of the gradient")
plt.show()
