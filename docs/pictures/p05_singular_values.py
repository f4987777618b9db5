"""How many directions survive?
============================

All 16 singular values of the product, not only the largest. With orthogonal weights and
no nonlinearity all stay at 1; with tanh they fan out. The weakest soon lies more than
sixteen decades below the strongest, where an SVD of the product would see rounding.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

import gradlab


inputs = torch.randn(1, 192, 8, generator=torch.Generator().manual_seed(0))
figure, panels = plt.subplots(1, 2, sharey=True)
for panel, activation in zip(panels, ("linear", "tanh"), strict=True):
    cell = gradlab.build("rnn", 8, 16, activation=activation, dtype=torch.float64)
    cell = gradlab.initialize_(cell, "orthogonal", seed=0)
    trajectory = gradlab.unroll(cell, inputs.double())
    spectra = gradlab.singular_spectra(trajectory, lags=range(1, 193, 10))
    sizes = spectra.ln_singular_values.at(sequence=0) / np.log(10)
    panel.plot(spectra.lags, sizes, color="C0", linewidth=1)
    panel.set(title=activation, xlabel="lag")
panels[0].set_ylabel("singular values, powers of ten")
plt.show()
