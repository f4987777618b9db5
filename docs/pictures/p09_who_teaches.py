"""Which steps teach the weights?
==============================

The gradient of the recurrent weights is a sum over steps. Summed from the end: how much
of it comes from the last few. Near 1 after a handful of steps, the weights learn from
those alone, whatever came before.
"""

import matplotlib.pyplot as plt
import torch

import gradlab


inputs = torch.randn(8, 96, 8, generator=torch.Generator().manual_seed(0))
for name, bias in (("rnn", "keep"), ("lstm", "keep"), ("lstm", 2.0), ("lstm", 4.0)):
    cell = gradlab.initialize_(gradlab.build(name, 8, 32), forget_bias=bias, seed=0)
    found = gradlab.measure(gradlab.unroll(cell, inputs), ["weight_share"])
    share = found["weight_share"].over_sequences().values
    label = f"{name.upper()}, forget bias: {bias}" if name == "lstm" else "RNN"
    plt.plot(range(1, 97), share[::-1].cumsum(), label=label)
plt.xlabel("the last so many steps")
plt.ylabel("share of the weight gradient")
plt.legend()
plt.show()
