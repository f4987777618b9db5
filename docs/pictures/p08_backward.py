"""What arrives in a real backward pass?
=====================================

Read by hooks from one ``loss.backward()``: the gradient by h, and by c, at every step,
of a loss at the last step alone and of one at every step. A loss at every step refills
the gradient, and so hides what fades.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

import gradlab


inputs = torch.randn(4, 64, 8, generator=torch.Generator().manual_seed(0))
cell = gradlab.initialize_(gradlab.build("lstm", 8, 32), forget_bias=1.0, seed=0)
trajectory = gradlab.unroll(cell, inputs)
for loss, line in (("last", "-"), ("every", "--")):
    found = gradlab.measure(trajectory, ["loss_gradient"], loss=loss)["loss_gradient"]
    for place, (state, block) in enumerate({"h": "h", "c": "c_graph"}.items()):
        size = found.over_sequences().at(block=block) / np.log(10)
        label = f"by {state}, loss at {loss} step"
        plt.plot(found.coords["step"], size, f"C{place}{line}", label=label)
plt.xlabel("step; the sequence ends at the right")
plt.ylabel("size of the gradient, power of ten")
plt.legend()
plt.show()
