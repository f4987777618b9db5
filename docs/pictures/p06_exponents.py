"""Order or chaos?
===============

Lyapunov exponents: how fast each direction of the state grows or dies, per step. A
plain RNN with gain 1 forgets in every direction; with gain 3 some exponents are above
zero, and two almost equal states part: no gradient stays bounded there.
"""

import matplotlib.pyplot as plt
import torch

import gradlab


inputs = 0.1 * torch.randn(1, 400, 4, generator=torch.Generator().manual_seed(0))
for gain in (1.0, 2.0, 3.0):
    cell = gradlab.build("rnn", 4, 32, dtype=torch.float64)
    cell = gradlab.initialize_(cell, "gaussian", gain=gain, seed=0)
    found = gradlab.lyapunov_exponents(gradlab.unroll(cell, inputs.double()))
    exponents = found.exponents.at(sequence=0)
    plt.plot(range(1, 33), exponents, ".-", label=f"gain {gain:g}")
plt.axhline(0, color="grey", linestyle="--")
plt.xlabel("direction, strongest first")
plt.ylabel("exponent, nats per step")
plt.legend()
plt.show()
