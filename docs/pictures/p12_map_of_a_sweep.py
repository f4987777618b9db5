"""How much room is there?
=======================

A whole sweep as a table, and the table as a map: how fast the gradient of a plain RNN
grows or shrinks, by gain and initialization. Below 0 it vanishes, above it explodes;
the pale stripe between is all the room there is.
"""

import tempfile

import seaborn

import gradlab


axes = {
    "cell": "rnn",
    "init": ["gaussian", "orthogonal", "he"],
    "gain": "0.25:4:x2",
    "hidden": 32,
    "length": 64,
    "seeds": 3,
}
with tempfile.TemporaryDirectory() as folder:
    table = gradlab.sweep(axes, out=folder, jobs=1, verify=False).frame()
rates = table[(table["measure"] == "growth_rate") & (table["block"] == "joint")]
per_step = rates.pivot_table(values="value", index="init", columns="gain")
bar = {"label": "nats per step"}
seaborn.heatmap(per_step, cmap="PuOr_r", center=0, annot=True, cbar_kws=bar)
