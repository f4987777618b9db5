"""What if one road were cut?
==========================

The network runs unchanged, but in the derivative one road is closed: the path along the
carried state, or everything but it. What falls furthest is what the gradient needed.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

import gradlab


inputs = torch.randn(8, 64, 8, generator=torch.Generator().manual_seed(0))
blocks = {"joint": "all", "no_detours": "no detours", "no_cell_path": "no cell path"}
names = ("lstm", "gru")
for row, name in enumerate(names):
    cell = gradlab.initialize_(gradlab.build(name, 8, 64), forget_bias=2.0, seed=0)
    norms = gradlab.jacobian_norms(gradlab.unroll(cell, inputs), tuple(blocks))
    for block, marker in zip(blocks, "o>x", strict=True):
        per_step = np.exp(norms.ln_spectral_norm.at(block=block, lag=64).mean() / 64)
        label = blocks[block] if row == 0 else None
        plt.plot(per_step, row, marker, color=f"C{'o>x'.index(marker)}", label=label)
plt.yticks(range(2), ["LSTM", "GRU"])
plt.ylim(-0.5, 1.5)
plt.xlabel("share of the gradient that one step keeps")
plt.legend()
plt.show()
