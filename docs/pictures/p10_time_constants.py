"""How long does each unit keep what it holds?
===========================================

By its forget gate alone a unit has 1/e left after so many steps: its time constant.
PyTorch's default biases give every unit about the same short one. Chrono's spread them
over all time scales up to the length.
"""

import matplotlib.pyplot as plt
import torch

import gradlab


inputs = torch.randn(8, 256, 8, generator=torch.Generator().manual_seed(0))
for bias in ("keep", 1.0, "chrono"):
    cell = gradlab.build("lstm", 8, 128)
    cell = gradlab.initialize_(cell, forget_bias=bias, length=256, seed=0)
    found = gradlab.measure(gradlab.unroll(cell, inputs), ["time_constant"])
    share = found["time_constant_share"].over_sequences().values
    starts = found["time_constant_share"].coords["index"][:11]
    plt.step(starts, share[:11], where="post", label=f"forget bias: {bias}")
plt.xscale("symlog", base=2, linthresh=1)
plt.xlabel("time constant, steps")
plt.ylabel("share of the units")
plt.legend()
plt.show()
